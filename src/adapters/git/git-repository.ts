import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { BlobId, CommitSha } from '../../core/repository/commit.ts';
import type { GitWriter } from '../../ports/git-writer.ts';
import type { RepositoryContent } from '../../ports/repository-content.ts';
import { printCommit } from './commit-text.ts';
import { parseGitAddress } from './git-address.ts';
import { createGitCache } from './git-cache.ts';
import { commitShaOf, treeShaOf } from './git-objects.ts';
import { checkGitVersion, createGit, type GitAccount } from './git-process.ts';
import { createHealing, type Healing } from './healing.ts';
import { CopyTrouble, createLocalCopy, type LocalCopy } from './local-copy.ts';
import { push } from './push.ts';
import { createCommitReader, linesOf } from './read-commits.ts';
import { readTree } from './read-tree.ts';
import { fetchHeads, fetchRefs, type Refs } from './remote-refs.ts';
import { type CommitSigning, readSignature, writeSigned } from './sign-commit.ts';
import { writeTree } from './tree-writer.ts';

/** One git repository, wherever it lies, read and written through a bare copy of it. */
export interface GitRepository extends RepositoryContent, GitWriter, AsyncDisposable {
  /** @returns Those of `commits` that `tip` does not contain. What is not to be had any more contains nothing, and is nowhere. */
  findUnmerged(tip: CommitSha, commits: readonly CommitSha[]): Promise<ReadonlySet<CommitSha>>;
}

export interface GitRepositoryOptions {
  /** A path, or an address that git understands. */
  readonly url: string;
  /** Folder for the bare copies; several repositories and processes may share it, and it may be deleted at any time. */
  readonly cacheFolder: string;
  /** For messages. */
  readonly name: string;
  /** Of this process; what git needs is picked from it (PATH, ssh agent, proxies, certificates). */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Branches of people that are read, besides the bot's own. Default: all. */
  readonly branches?: readonly string[] | undefined;
  /** For https, asked for anew for each command. */
  readonly credentials?: (() => Promise<GitAccount>) | undefined;
  /** File in PEM, for https. */
  readonly certificateAuthority?: string | undefined;
  readonly signing?: CommitSigning | undefined;
}

/** @see RepositoryContent.readBlobs */
const largestBlobBytes = 5 * 1024 * 1024;

/**
 * Opens a repository. Nothing is fetched before `readRefs`.
 *
 * @throws {Failure} `local` when git is missing or too old or the cache folder cannot be written; `configuration` for an address
 *   that git must not be given.
 */
export async function openGitRepository(options: GitRepositoryOptions): Promise<GitRepository> {
  const { url, cacheFolder, name, environment, credentials, certificateAuthority, signing } = options;
  const address = parseGitAddress(url, name);
  const git = createGit({ environment, address, credentials, certificateAuthority });
  const remote = { git, address, name, branches: options.branches };
  const cache = createGitCache(git, cacheFolder, folderNameOf(address.url));
  const copy = createLocalCopy(git, cache.folder, name);
  const fetchNow = () => fetchRefs(remote, copy, cache);
  /** Looking through a large copy takes long. When it was found whole once, work that fails has another reason. */
  let foundWhole = false;
  const healing = createHealing(async () => {
    await copy.stop();
    if (!foundWhole) foundWhole = !(await cache.mend());
    await fetchNow();
  });
  await Promise.all([checkGitVersion(git), cache.ensure()]);
  return {
    name,
    ...reading(copy, healing, fetchNow),
    fetchHeads: (heads) => healing(() => fetchHeads(heads, remote, copy)),
    ...writing({ copy, healing, signing }, (updates) => push(updates, remote, cache.folder)),
    readSignature: (commit) => healing(async () => signing && readSignature(commit, signing, copy)),
    [Symbol.asyncDispose]: copy.stop,
  };
}

function reading(
  copy: LocalCopy,
  healing: Healing,
  fetchNow: () => Promise<Refs>,
): Omit<RepositoryContent, 'name' | 'readSignature' | 'fetchHeads'> & Pick<GitRepository, 'findUnmerged'> {
  const readCommits = createCommitReader(copy);
  return {
    readRefs: () => healing(fetchNow),
    readTree: (of) => healing(async () => (await readTree(copy, of)).files),
    readBlobs: (blobs) => {
      let lookedAfter = false;
      return healing(async () => {
        const found = await readBlobs(copy, blobs);
        if (found.missing === 0 || lookedAfter) return found.contents;
        lookedAfter = true;
        throw new CopyTrouble(new Failure('local', `The copy of ${copy.name} lacks files`));
      });
    },
    readCommits: (range) => healing(() => readCommits(range)),
    isAncestor: (ancestor, descendant) =>
      healing(async () => {
        const words = ['merge-base', '--is-ancestor', '--end-of-options', ancestor, descendant];
        return (await copy.localRun(words, [0, 1])).code === 0;
      }),
    diff: (from, to) => healing(async () => (await copy.local([...diffWords, from, to, '--'])).toString()),
    changedPaths: (base, head) => healing(() => changedPaths(copy, base, head)),
    mergeTrees: (base, head) => healing(() => mergeTrees(copy, base, head)),
    findUnmerged: (tip, commits) => healing(() => findUnmerged(copy, tip, commits)),
  };
}

interface Writing {
  readonly copy: LocalCopy;
  readonly healing: Healing;
  readonly signing: CommitSigning | undefined;
}

function writing({ copy, healing, signing }: Writing, pushNow: GitWriter['push']): GitWriter {
  return {
    writeTree: (base, changes) => healing(async () => writeTree(await readTree(copy, base), changes, copy)),
    writeCommit: (commit) =>
      healing(async () => {
        await copy.read(commit.tree, 'tree');
        if (signing?.key !== undefined && !commit.forComparing) return writeSigned(commit, signing, copy);
        return commitShaOf(await copy.write('commit', printCommit(commit), commit.tree));
      }),
    push: (updates) =>
      healing(async () => {
        await Promise.all(updates.map(async ({ to }) => to && (await copy.read(to, 'commit'))));
        return pushNow(updates);
      }),
  };
}

/** All that could differ from one machine to the next is said. */
const diffWords = [
  'diff-tree',
  '-p',
  '-r',
  '--full-index',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--no-renames',
  '--diff-algorithm=myers',
  '--unified=3',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--end-of-options',
];

async function readBlobs(copy: LocalCopy, blobs: readonly BlobId[]) {
  const infos = await Promise.all([...new Set(blobs)].map(async (id) => ({ id, info: await copy.info(id) })));
  const wanted = infos.filter(({ info }) => info?.type === 'blob' && info.size <= largestBlobBytes);
  const contents = await Promise.all(wanted.map(async ({ id }) => [id, (await copy.read(id, 'blob')).bytes] as const));
  return { contents: new Map(contents), missing: infos.filter(({ info }) => info === undefined).length };
}

async function changedPaths(copy: LocalCopy, base: CommitSha, head: CommitSha): Promise<readonly string[]> {
  const found = await copy.localRun(['merge-base', '--end-of-options', base, head], [0, 1]);
  const from = found.stdout.toString().trim() || base;
  const words = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--end-of-options', from, head, '--'];
  return (await copy.local(words))
    .toString()
    .split('\0')
    .filter((it) => it !== '');
}

async function mergeTrees(copy: LocalCopy, base: CommitSha, head: CommitSha) {
  const words = ['merge-tree', '--write-tree', '--name-only', '-z', '--no-messages', '--allow-unrelated-histories'];
  const { code, stdout } = await copy.localRun([...words, base, head], [0, 1]);
  const [tree = '', ...paths] = stdout.toString().split('\0');
  if (code === 0) return { kind: 'clean', tree: treeShaOf(tree) } as const;
  return { kind: 'conflict', paths: [...new Set(paths.filter((it) => it !== ''))].sort() } as const;
}

async function findUnmerged(copy: LocalCopy, tip: CommitSha, commits: readonly CommitSha[]) {
  if (!(await copy.hasObject(tip))) return new Set(commits);
  const there = await Promise.all(commits.map(copy.hasObject));
  const gone = commits.filter((_, index) => !there[index]);
  const present = commits.filter((_, index) => there[index]);
  if (present.length === 0) return new Set(gone);
  const input = [`^${tip}`, ...present].map((it) => `${it}\n`).join('');
  const outside = new Set(linesOf(await copy.local(['rev-list', '--stdin'], { input })));
  return new Set([...gone, ...present.filter((it) => outside.has(it))]);
}

/** Tells people which repository it is, and keeps two of one name apart. */
function folderNameOf(url: string): string {
  const readable = basename(url)
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(0, 40);
  return `${readable}-${createHash('sha256').update(url).digest('hex').slice(0, 16)}.git`;
}

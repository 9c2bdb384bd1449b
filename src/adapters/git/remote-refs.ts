import { Failure } from '../../core/failure.ts';
import type { CommitSha } from '../../core/repository/commit.ts';
import type { GitAddress } from './git-address.ts';
import type { GitCache } from './git-cache.ts';
import { remoteFailure } from './git-failure.ts';
import { commitShaOf } from './git-objects.ts';
import type { Git } from './git-process.ts';
import { CopyTrouble, type LocalCopy } from './local-copy.ts';

export interface Remote {
  readonly git: Git;
  readonly address: GitAddress;
  readonly name: string;
  /** Branches of people that are copied; `undefined` copies all. The bot's own are copied always. */
  readonly branches?: readonly string[] | undefined;
}

export type Refs = ReadonlyMap<string, CommitSha>;

const listSeconds = 120;
const fetchSeconds = 600;
/** Between listing and fetching, refs may move. More often than this in a row they do not. */
const fetchAttempts = 5;
/** What is copied: branches, and the bot's own refs. */
function refspecsOf(branches: readonly string[] | undefined): readonly string[] {
  const wanted = branches === undefined ? ['*'] : ['consignee/*', ...branches];
  return [...wanted.map((it) => `+refs/heads/${it}:refs/copy/heads/${it}`), '+refs/consignee/*:refs/copy/consignee/*'];
}

/** What moves on the branches of others is none of the bot's, and need not be fetched. */
function isCopied(ref: string, branches: readonly string[] | undefined): boolean {
  if (branches === undefined || !ref.startsWith('refs/heads/')) return true;
  return ref.startsWith('refs/heads/consignee/') || branches.some((it) => ref === `refs/heads/${it}`);
}
const fetchWords = ['fetch', '--quiet', '--no-tags', '--prune', '--no-write-fetch-head', '--no-auto-maintenance'];

/** Reads where the remote refs are, and nothing else. @throws {Failure} `forge-unreachable`, `forge-denied`. */
export async function listRemoteRefs({ git, address, name }: Remote): Promise<Refs> {
  const words = ['ls-remote', '--refs', '--quiet', '--end-of-options', address.url, 'refs/heads/*', 'refs/consignee/*'];
  const output = await git.run(words, { seconds: listSeconds, code: 'forge-unreachable' });
  if (output.code !== 0) throw remoteFailure(name, 'read', output);
  return parseRefs(output.stdout);
}

/** Lines such as `<id>\trefs/heads/main`. The patterns of `ls-remote` match the end of a name, so the rest is left out here. */
function parseRefs(output: Buffer): Refs {
  const lines = output.toString().split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [sha = '', ref = ''] = line.split('\t');
      return /^refs\/(?:heads|consignee)\//.test(ref) ? [[ref, commitShaOf(sha)] as const] : [];
    }),
  );
}

/** Reads the remote refs and fetches what the copy does not have of what they point at. */
export async function fetchRefs(remote: Remote, copy: LocalCopy, cache: GitCache): Promise<Refs> {
  for (let attempt = 1; attempt <= fetchAttempts; attempt++) {
    const refs = await listRemoteRefs(remote);
    checkNotEmpty(refs, remote.name);
    const format = [...refs.values()].some((it) => it.length === 64) ? 'sha256' : 'sha1';
    if (await cache.ensureFormat(format)) await copy.stop();
    if (await hasAll(refs, remote, copy)) return refs;
    const output = await remote.git.run(
      [...fetchWords, '--end-of-options', remote.address.url, ...refspecsOf(presentIn(refs, remote.branches))],
      {
        folder: copy.folder,
        seconds: fetchSeconds,
        code: 'forge-unreachable',
      },
    );
    // That all is there counts, not how the fetch ended: another process may have held a ref of the copy.
    if (await hasAll(refs, remote, copy)) return refs;
    if (output.code !== 0 && !output.stderr.includes('cannot lock ref')) {
      throw new CopyTrouble(remoteFailure(remote.name, 'fetch from', output));
    }
  }
  throw new Failure('forge-conflict', `The branches of ${remote.name} keep moving while they are read`);
}

/** In seconds, for all together and for each alone: what strangers push must not keep the bot from everything else. */
const headsSeconds = 120;
const headSeconds = 30;

/**
 * Fetches heads of pull requests by the refs that forges keep for them. They stay under a name of their own in the copy, so that
 * tidying up does not take half of them away. One that cannot be had keeps the others from nothing.
 *
 * @see RepositoryContent.fetchHeads
 */
export async function fetchHeads(
  heads: ReadonlyMap<number, CommitSha>,
  remote: Remote,
  copy: LocalCopy,
): Promise<ReadonlySet<CommitSha>> {
  const findMissing = async (): Promise<readonly number[]> => {
    const all = await Promise.all(
      [...heads].map(async ([number, sha]) => ((await copy.hasObject(sha)) ? [] : [number])),
    );
    return all.flat();
  };
  const missing = await findMissing();
  if (missing.length > 0) await fetchPullRequests(missing, headsSeconds, remote, copy);
  const left = await findMissing();
  if (missing.length > 1) for (const number of left) await fetchPullRequests([number], headSeconds, remote, copy);
  const unreached = new Set(missing.length > 1 ? await findMissing() : left);
  return new Set([...heads].flatMap(([number, sha]) => (unreached.has(number) ? [] : [sha])));
}

/** Whether it worked is seen by what is there afterwards. */
async function fetchPullRequests(
  numbers: readonly number[],
  seconds: number,
  { git, address }: Remote,
  copy: LocalCopy,
): Promise<void> {
  const specs = numbers.map((it) => `+refs/pull/${it}/head:refs/copy/pull/${it}`);
  const words = fetchWords.filter((it) => it !== '--prune');
  try {
    const options = { folder: copy.folder, seconds, code: 'forge-unreachable' } as const;
    await git.run([...words, '--end-of-options', address.url, ...specs], options);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'forge-unreachable') throw error;
  }
}

async function hasAll(refs: Refs, { branches }: Remote, copy: LocalCopy): Promise<boolean> {
  const wanted = [...refs].filter(([ref]) => isCopied(ref, branches)).map(([, sha]) => sha);
  return (await Promise.all(wanted.map(copy.hasObject))).every(Boolean);
}

/** Git refuses to fetch a branch by its name that is not there. */
function presentIn(refs: Refs, branches: readonly string[] | undefined): readonly string[] | undefined {
  return branches?.filter((it) => refs.has(`refs/heads/${it}`));
}

function checkNotEmpty(refs: Refs, name: string): void {
  if (refs.size > 0) return;
  throw new Failure('configuration', `${name} is an empty git repository`, {
    remedy: 'Push a first commit to the branch that holds the configuration.',
  });
}

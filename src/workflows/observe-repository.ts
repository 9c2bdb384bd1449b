import { decodeUtf8 } from '../core/document/strict-yaml.ts';
import { Failure } from '../core/failure.ts';
import type { ConfiguredInstallation } from '../core/installation/installation.ts';
import { configurationFolder, copiesFolder } from '../core/installation/places.ts';
import type { Roles } from '../core/installation/roles.ts';
import type { CommitSha, Tree } from '../core/repository/commit.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';

/** What the repository configuration says. */
export interface Configured {
  readonly installations: readonly ConfiguredInstallation[];
  readonly roles: Roles;
}

/**
 * Reads the files of `.consignee/` (by path in the repository).
 *
 * @throws {Failure} `configuration` with everything that is wrong.
 */
export type ReadConfiguration = (files: ReadonlyMap<string, string>) => Configured;

/** The applications repository at one commit, with its configuration. */
export interface RepositoryState extends Configured {
  readonly commit: CommitSha;
  readonly tree: Tree;
  /** The text files under `.consignee/`, but for evidence and copies of renders. */
  readonly texts: ReadonlyMap<string, string>;
}

interface LastRead {
  readonly commit: CommitSha;
  readonly read: ReadConfiguration;
  readonly state: RepositoryState;
}

/** What a commit holds never changes, and most passes find the base branch where it was. */
const lastRead = new WeakMap<RepositoryContent, LastRead>();

/**
 * Reads what decides about all installations at `commit`: configuration, keys, templates and lock files, in one go.
 *
 * @throws {Failure} `configuration` with everything that is wrong.
 */
export async function readRepositoryState(
  content: RepositoryContent,
  commit: CommitSha,
  read: ReadConfiguration,
): Promise<RepositoryState> {
  const last = lastRead.get(content);
  if (last?.commit === commit && last.read === read) return last.state;
  const state = await readStateAt(content, commit, read);
  lastRead.set(content, { commit, read, state });
  return state;
}

/** As `readRepositoryState`, of a commit that nobody asks for again. */
export async function readStateAt(
  content: RepositoryContent,
  commit: CommitSha,
  read: ReadConfiguration,
): Promise<RepositoryState> {
  const tree = await content.readTree(commit);
  const wanted = [...tree.keys()].filter(
    (path) =>
      path.startsWith(`${configurationFolder}/`) &&
      !path.startsWith(`${copiesFolder}/`) &&
      !path.endsWith('.evidence.json'),
  );
  const { texts, unreadable } = await readTextsStrictly(content, tree, wanted);
  const needed = unreadable.filter((path) => /\.(?:ya?ml|pub|pem)$/.test(path));
  if (needed.length > 0) {
    throw new Failure('configuration', `${needed.join(', ')} cannot be read as text.`, {
      place: { file: needed[0] ?? '' },
      remedy: 'Save it as a plain file in UTF-8 without a byte order mark.',
    });
  }
  return { commit, tree, texts, ...read(texts) };
}

/** @throws {Failure} `configuration` when the branch is not there, naming those that are. */
export function findBranch(refs: ReadonlyMap<string, CommitSha>, branch: string, repository: string): CommitSha {
  const commit = refs.get(`refs/heads/${branch}`);
  if (commit) return commit;
  const branches = [...refs.keys()]
    .filter((ref) => ref.startsWith('refs/heads/'))
    .map((ref) => ref.slice('refs/heads/'.length));
  const there = branches.length === 0 ? 'it has no branch at all' : `it has ${branches.slice(0, 10).join(', ')}`;
  throw new Failure('configuration', `The applications repository ${repository} has no branch ${branch}: ${there}.`, {
    remedy: 'Set "branch" of the repository in the server configuration to the branch that Flux applies.',
  });
}

export interface ReadTexts {
  readonly texts: ReadonlyMap<string, string>;
  /** Paths that are there, and are no plain UTF-8 text, no file, or too large. */
  readonly unreadable: readonly string[];
}

/** Reads files as text, and tells what is there but cannot be read so: that is not the same as being absent. */
export async function readTextsStrictly(
  content: RepositoryContent,
  tree: Tree,
  paths: readonly string[],
): Promise<ReadTexts> {
  const entries = paths.flatMap((path) => {
    const entry = tree.get(path);
    return entry ? [{ path, ...entry }] : [];
  });
  const files = entries.filter(({ mode }) => mode.startsWith('100'));
  const blobs = await content.readBlobs(files.map(({ blob }) => blob));
  const texts = new Map(
    files.flatMap(({ path, blob }): [string, string][] => {
      const bytes = blobs.get(blob);
      const text = bytes && decodeUtf8(bytes);
      return text === undefined ? [] : [[path, text]];
    }),
  );
  return { texts, unreadable: entries.map(({ path }) => path).filter((path) => !texts.has(path)) };
}

/** @returns The text of each path that is a file; what is no plain UTF-8 text is left out. */
export async function readTexts(
  content: RepositoryContent,
  tree: Tree,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return (await readTextsStrictly(content, tree, paths)).texts;
}

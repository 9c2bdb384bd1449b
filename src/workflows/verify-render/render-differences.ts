import { Failure } from '../../core/failure.ts';
import type { Installation } from '../../core/installation/installation.ts';
import { type LockFile, parseLockFile, printLockFile } from '../../core/installation/lock-file.ts';
import { configurationFolder, copiesFolderOf, evidencePathOf, lockPathOf } from '../../core/installation/places.ts';
import { blobIdOf, type Commit, type FileSet, type Tree, type TreeEntry } from '../../core/repository/commit.ts';
import { policyDigestOf } from '../../core/trust/trust-policy.ts';
import type { RepositoryContent } from '../../ports/repository-content.ts';
import type { RenderedAgain } from '../is-render-of-its-lock.ts';

/** One file that is not as rendering gives it. */
export interface RenderDifference {
  readonly path: string;
  /** `lock`, `evidence` and `template` say which file it is; the others, what is wrong with it. */
  readonly what: 'changed' | 'missing' | 'extra' | 'lock' | 'evidence' | 'template' | 'commit';
  /** What more is known about it: the rest of a line. */
  readonly detail?: string | undefined;
  /** The commit that changed it since it was rendered. */
  readonly edited?: Commit | undefined;
}

export const templatesFolder = `${configurationFolder}/templates`;

/** @returns The files as git has them when they are as rendered. */
export function treeOf(files: FileSet, like: string): Tree {
  return new Map([...files].map(([path, text]) => [path, { mode: '100644', blob: blobIdOf(text, like) }]));
}

/**
 * @param tree Tells which files people changed: of those it holds a copy of what was rendered.
 * @returns What a lock file says of its files, as git has them.
 */
export function lockedTree(
  { installation, lock }: { readonly installation: Installation; readonly lock: LockFile },
  tree: Tree,
): Tree {
  const folder = copiesFolderOf(installation);
  return new Map(
    lock.files.map(({ path, blob }) => {
      const copy = `${folder}/${path}`;
      return [tree.has(copy) ? copy : path, { mode: '100644', blob }];
    }),
  );
}

/** @returns The files of `tree` under these paths. */
export function pick(tree: Tree, paths: Iterable<string>): Tree {
  return new Map(
    [...paths].flatMap((path): [string, TreeEntry][] => {
      const entry = tree.get(path);
      return entry ? [[path, entry]] : [];
    }),
  );
}

/** Holds files against what they should be, by git's own ids; in the order of their paths. */
export function compareTrees(wanted: Tree, found: Tree, installation: Installation): readonly RenderDifference[] {
  const paths = [...new Set([...wanted.keys(), ...found.keys()])].sort();
  return paths.flatMap((path) => {
    const [there, should] = [found.get(path), wanted.get(path)];
    if (there?.blob === should?.blob && there?.mode === should?.mode) return [];
    const kind = !there ? 'missing' : should ? 'changed' : 'extra';
    const what = roleOf(path, installation) ?? kind;
    return [{ path, what, ...(what !== kind && kind !== 'changed' && { detail: words[kind] }) }];
  });
}

const words = { missing: 'is missing', extra: 'is not what rendering writes' } as const;

function roleOf(path: string, installation: Installation): RenderDifference['what'] | undefined {
  if (path === lockPathOf(installation)) return 'lock';
  if (path === evidencePathOf(installation)) return 'evidence';
  return path.startsWith(`${templatesFolder}/`) ? 'template' : undefined;
}

/** What is wrong with a lock file whose bytes may be as they should: it is taken at its word in rendering. */
export function findLockDifferences(
  lock: LockFile,
  again: Extract<RenderedAgain, { kind: 'rendered' }>,
  installation: Installation,
): readonly RenderDifference[] {
  const path = lockPathOf(installation);
  const { inputs, rendered, carried } = again;
  const differing = fieldsOf(lock).filter((name) => !isSame(lock, rendered.lock, name));
  const own = inputs.templates.own.length > 0 && lock.inputs !== inputs.digest;
  const folder = `${templatesFolder}/${installation.templates.name}`;
  const policy = policyDigestOf(inputs.policy);
  return [
    ...(differing.length > 0 ? [{ path, what: 'lock', detail: `differs in ${differing.join(', ')}` } as const] : []),
    ...(carried
      ? []
      : [{ path, what: 'lock', detail: `no manifest ${lock.manifest} with this content in the registry` } as const]),
    ...(lock.policy === undefined || lock.policy === policy
      ? []
      : [{ path, what: 'lock', detail: `policy is not the digest of this trust policy: ${policy}` } as const]),
    ...(own
      ? [{ path: folder, what: 'template', detail: 'it was rendered from other templates or settings' } as const]
      : []),
  ];
}

const fieldsOf = (lock: LockFile) => Object.keys(lock) as (keyof LockFile)[];

const isSame = (a: LockFile, b: LockFile, name: keyof LockFile) => JSON.stringify(a[name]) === JSON.stringify(b[name]);

/** @returns The lock file, or what keeps it from being read. */
export function readLockText(text: string, path: string): LockFile | RenderDifference {
  try {
    return parseLockFile(text, path);
  } catch (error) {
    if (error instanceof Failure) {
      const place = error.place?.line === undefined ? '' : ` in line ${error.place.line}`;
      return { path, what: 'lock', detail: `cannot be read${place}` };
    }
    throw error;
  }
}

/** Where several things are wrong with one file, they become one difference. */
export function joinDifferences(all: readonly RenderDifference[]): readonly RenderDifference[] {
  const joined = new Map<string, RenderDifference>();
  for (const difference of all) {
    const { path } = difference;
    const before = joined.get(path);
    const details = [before?.detail, difference.detail].filter((it) => it !== undefined);
    joined.set(path, { ...difference, ...before, ...(details.length > 0 && { detail: details.join('; ') }) });
  }
  return [...joined.values()];
}

interface Since {
  readonly commit: Commit;
  /** The commit that wrote the lock file, and its files. */
  readonly origin: Commit;
  readonly rendered: Tree;
  readonly wanted: Tree;
  readonly content: RepositoryContent;
}

/** Tells the files that somebody edited or removed after they were rendered from those that never were as rendered. */
export async function findEdit(difference: RenderDifference, since: Since): Promise<RenderDifference> {
  const { commit, origin, rendered, wanted, content } = since;
  const { path } = difference;
  const [then, should] = [rendered.get(path), wanted.get(path)];
  if (!should || then?.blob !== should.blob || then.mode !== should.mode) return difference;
  const [last] = await content.readCommits({ from: origin.sha, to: commit.sha, path, limit: 1 });
  return last ? { ...difference, edited: last } : difference;
}

/** @returns Whether this is the text of the lock file that was rendered. */
export function isLockText(text: string, again: RenderedAgain | undefined): boolean {
  return again?.kind === 'rendered' && again.carried && printLockFile(again.rendered.lock) === text;
}

import type { Installation } from '../core/installation/installation.ts';
import type { LockFile } from '../core/installation/lock-file.ts';
import { componentsFolderOf, copiesFolderOf, evidencePathOf, lockPathOf } from '../core/installation/places.ts';
import type { CommitSha, Tree } from '../core/repository/commit.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';
import { findDeclaredElsewhere } from './find-declared-elsewhere.ts';
import { type RepositoryState, readTexts } from './observe-repository.ts';

interface Following {
  readonly installation: Installation;
  /** On the base branch. */
  readonly installed: LockFile | undefined;
  /** Of the proposal, from the same inputs as would be rendered now. */
  readonly proposed: LockFile;
  readonly head: CommitSha;
  /** What the proposal was made on. */
  readonly parent: CommitSha;
  /** The base branch now. */
  readonly state: RepositoryState;
  readonly content: RepositoryContent;
}

/**
 * Tells whether a proposal, made on an earlier commit of the base branch, is still what rendering on its tip would give: when
 * nothing has changed there since that it reads, writes or could clash with. That needs git alone; in doubt it says no.
 */
export async function followsBase(following: Following): Promise<boolean> {
  const { installation, installed, proposed, head, parent, state, content } = following;
  if (parent === state.commit) return true;
  // Merging it would bring back what was taken out of the base branch by force.
  if (!(await content.isAncestor(parent, state.commit))) return false;
  const before = await content.readTree(parent);
  const files = [...(installed?.files ?? []), ...proposed.files].map(({ path }) => path);
  const copies = copiesFolderOf(installation);
  const paths = [
    lockPathOf(installation),
    evidencePathOf(installation),
    ...files.flatMap((path) => [path, `${copies}/${path}`]),
    ...[installed, proposed].flatMap((lock) => lock?.pinned ?? []),
    ...(addsValues(following) ? [installation.valuesPath] : []),
  ];
  if (paths.some((path) => !isSame(path, before, state.tree))) return false;
  if (isMovedIn(following, before)) return false;
  const changed = new Map([...state.tree].filter(([path]) => !isSame(path, before, state.tree)));
  const written = proposed.files.map(({ path }) => path);
  const texts = await readTexts(content, await content.readTree(head), written);
  return (await findDeclaredElsewhere({ installation, files: texts, tree: changed, content })).length === 0;
}

/** Whether people changed something in the application's folder while a file is missing there, which it may be. */
function isMovedIn({ installation, installed, state }: Following, before: Tree): boolean {
  if (!installed?.files.some(({ path }) => !state.tree.has(path))) return false;
  const folder = `${componentsFolderOf(installation)}/`;
  const paths = [...state.tree.keys(), ...before.keys()].filter((path) => path.startsWith(folder));
  return paths.some((path) => !isSame(path, before, state.tree));
}

/** Whether what people have in their values decides about the proposal: a parameter that was offered before is never added. */
function addsValues({ installed, proposed }: Pick<Following, 'installed' | 'proposed'>): boolean {
  if (proposed.pinned !== undefined) return false;
  return !installed || proposed.parameters.some((name) => !installed.parameters.includes(name));
}

function isSame(path: string, a: Tree, b: Tree): boolean {
  const [one, other] = [a.get(path), b.get(path)];
  return one?.blob === other?.blob && one?.mode === other?.mode;
}

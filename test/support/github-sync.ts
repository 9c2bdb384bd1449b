import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { CommitSha } from '../../src/core/repository/commit.ts';
import { type Account, addEvent, closeItem, type GitHubState, type Item, type Pull } from './github-state.ts';

/** What GitHub calls whoever has no account. */
const ghost: Account = { id: 10137, login: 'ghost', type: 'User' };

/** Takes notice of what was pushed since: heads move with their branches, and what base branches hold is merged. */
export async function noticePushes(state: GitHubState, pusher: Account): Promise<void> {
  const branches = await readBranches(state);
  const before = state.branches;
  state.branches = branches;
  for (const item of state.items) {
    if (item.pull && item.state === 'open' && item.pull.headRepository === state.repositoryId) {
      await noticePush(state, { item, pull: item.pull, pusher, before });
    }
  }
}

interface Noticing {
  readonly item: Item;
  readonly pull: Pull;
  readonly pusher: Account;
  readonly before: ReadonlyMap<string, string>;
}

async function noticePush(state: GitHubState, { item, pull, pusher, before }: Noticing): Promise<void> {
  const tip = state.branches.get(pull.head);
  const base = state.branches.get(pull.base);
  if (base !== undefined && base !== before.get(pull.base)) {
    const range = { from: before.get(pull.base), to: base };
    // The branch may have gone on since it was merged.
    for (const head of new Set([tip ?? pull.headSha, pull.headSha])) {
      const mergeCommit = await findMerge(state, head, range);
      if (mergeCommit === undefined) continue;
      pull.headSha = head;
      // Who writes to the repository's files has no account: a merge commit says who made it, a fast-forward does not.
      const by = mergeCommit === head ? ghost : pusher;
      return endAsMerged(state, { item, pull, mergeCommit, by });
    }
  }
  if (tip !== undefined && tip !== pull.headSha) {
    pull.headSha = tip;
    dismissStale(state, { item, pull, pusher });
  }
  if (tip !== undefined) return;
  addEvent(state, item, 'head_ref_deleted', pusher);
  closeItem(state, item, pusher);
}

function dismissStale(state: GitHubState, { item, pull, pusher }: Omit<Noticing, 'before'>): void {
  const { reviews } = pull;
  for (const review of state.protection.dismissStale ? reviews.filter((it) => it.state === 'APPROVED') : []) {
    review.state = 'DISMISSED';
    const dismissed = { review_id: review.id, state: 'approved' };
    item.events.push({ id: state.nextId(), event: 'review_dismissed', actor: pusher, at: state.now(), dismissed });
  }
}

export function endAsMerged(
  state: GitHubState,
  {
    item,
    pull,
    mergeCommit,
    by,
  }: { readonly item: Item; readonly pull: Pull; readonly mergeCommit: string; readonly by: Account },
): void {
  addEvent(state, item, 'merged', by);
  closeItem(state, item, by);
  Object.assign(pull, { mergedAt: item.closedAt, mergeCommit, mergedBy: by });
}

/** @returns The commit by which a range of the base branch came to hold the head. */
async function findMerge(
  { world }: GitHubState,
  head: string,
  { from, to }: { readonly from: string | undefined; readonly to: string },
): Promise<string | undefined> {
  const range = from === undefined ? [to] : [to, `^${from}`];
  const lines = (await world.git('rev-list', '--parents', '--first-parent', ...range)).trim().split('\n');
  for (const line of lines.reverse()) {
    const [commit = '', , ...merged] = line.split(' ');
    if (commit === head || merged.includes(head)) return commit;
  }
  return undefined;
}

/** Out of git's files, for a process of git for each request takes longer than all the rest. */
async function readBranches({ world }: GitHubState): Promise<ReadonlyMap<string, string>> {
  const heads = join(world.bare, 'refs', 'heads');
  const files = await readdir(heads, { recursive: true, withFileTypes: true });
  const paths = files
    .filter((it) => it.isFile() && !it.name.endsWith('.lock'))
    .map((it) => join(it.parentPath, it.name));
  const read = async (path: string): Promise<[string, string]> => [
    relative(heads, path),
    (await readFile(path, 'utf8')).trim(),
  ];
  return new Map(await Promise.all(paths.map(read)));
}

/** Merges as GitHub does. @returns The merge commit, or why not, in its words. */
export async function mergeBranches(
  { world }: GitHubState,
  {
    base,
    baseSha,
    headSha,
    message,
  }: { readonly base: string; readonly baseSha: string; readonly headSha: string; readonly message: string },
): Promise<{ readonly commit: string } | { readonly refused: string }> {
  const tree = await world.git('merge-tree', '--write-tree', baseSha, headSha).catch(() => undefined);
  if (tree === undefined) return { refused: 'Pull Request is not mergeable' };
  const parents = ['-p', baseSha, '-p', headSha];
  const commit = (await world.git('commit-tree', tree.trim(), ...parents, '-m', message)).trim();
  try {
    await world.git('push', '-q', world.bare, `${commit}:refs/heads/${base}`);
    return { commit };
  } catch (error) {
    const text = String(error);
    const moved = /non-fast-forward|fetch first|stale/.test(text);
    return {
      refused: moved ? 'Base branch was modified. Review and try the merge again.' : 'pre-receive hook declined',
    };
  }
}

export async function holds({ world }: GitHubState, commit: CommitSha | string, by: string): Promise<boolean> {
  return world.git('merge-base', '--is-ancestor', commit, by).then(
    () => true,
    () => false,
  );
}

import { isPull, tellOfPull, tellOfPush } from './gitea-stand-in-events.ts';
import type { PullRequestIssue } from './gitea-stand-in-json.ts';
import type { Call } from './gitea-stand-in-routes.ts';
import { type Account, note } from './gitea-stand-in-state.ts';

type Place = Pick<Call, 'state' | 'git' | 'deliveries'>;

/** Compares the branches with what the server last saw, and does what Gitea does after a push. */
export async function noticeBranches(place: Place, by: Account): Promise<void> {
  const { state, git } = place;
  const now = await git.readBranches();
  const before = new Map(state.branches);
  state.branches.clear();
  for (const [name, sha] of now) state.branches.set(name, sha);
  for (const name of new Set([...before.keys(), ...now.keys()])) {
    const change = { branch: name, before: before.get(name), after: now.get(name) };
    if (change.before === change.after) continue;
    tellOfPush(place, by, change);
    if (change.after === undefined) state.deletedBranches.add(name);
    if (change.after === undefined) await branchDeleted(place, by, name);
    else await branchMoved(place, by, { name, sha: change.after });
  }
  for (const issue of openPulls(place)) issue.pull.baseSha = now.get(issue.pull.base) ?? issue.pull.baseSha;
}

function openPulls({ state }: Place): readonly PullRequestIssue[] {
  return [...state.issues.values()].filter(isPull).filter((it) => it.state === 'open');
}

async function branchMoved(place: Place, by: Account, { name, sha }: { name: string; sha: string }) {
  const { state, git } = place;
  for (const issue of openPulls(place).filter(({ pull }) => pull.head === name)) {
    issue.pull.headSha = sha;
    issue.updatedAt = state.now();
    await git.keepHead(issue.number, sha);
    const body = JSON.stringify({ is_force_push: false, commit_ids: [sha] });
    note(state, { number: issue.number, type: 'pull_push', by, body });
    staleReviews(place, issue);
    tellOfPull(place, by, issue, { action: 'synchronized', type: 'pull_request_sync' });
  }
  for (const issue of state.issues.values()) {
    if (isPull(issue) && issue.pull.head === name) issue.pull.headGone = false;
  }
}

function staleReviews({ state }: Place, { number, pull }: PullRequestIssue) {
  const dismiss = state.protections.get(pull.base)?.dismissStale ?? false;
  for (const review of state.reviews.filter((it) => it.number === number && it.state === 'APPROVED')) {
    review.stale = true;
    review.dismissed ||= dismiss;
    review.updatedAt = state.now();
  }
}

/** An open pull request ends with its branch, and turns to the default branch when its base is gone. */
async function branchDeleted(place: Place, by: Account, name: string) {
  const { state } = place;
  for (const issue of state.issues.values()) {
    if (!isPull(issue)) continue;
    const { pull, number } = issue;
    if (issue.state === 'open' && pull.base === name) {
      pull.base = 'main';
      note(state, { number, type: 'change_target_branch', by, oldRef: name, newRef: 'main' });
    }
    if (pull.head !== name || pull.headGone) continue;
    pull.headGone = true;
    if (issue.state === 'open') closeIssue(place, by, issue);
    note(state, { number, type: 'delete_branch', by, oldRef: name });
  }
}

export function closeIssue(place: Place, by: Account, issue: PullRequestIssue): void {
  const { state } = place;
  issue.state = 'closed';
  issue.closedAt = state.now();
  issue.updatedAt = state.now();
  note(state, { number: issue.number, type: 'close', by });
  tellOfPull(place, by, issue, { action: 'closed' });
}

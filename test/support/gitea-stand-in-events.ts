import type { GiteaEvent } from './gitea-stand-in-deliveries.ts';
import type { CommitFacts } from './gitea-stand-in-git.ts';
import {
  commentJson,
  issueJson,
  type PullRequestIssue,
  printTime,
  pullJson,
  repositoryJson,
  userJson,
} from './gitea-stand-in-json.ts';
import type { Call } from './gitea-stand-in-routes.ts';
import type { Account, GiteaComment, GiteaIssue, GiteaState, GiteaStatus } from './gitea-stand-in-state.ts';

type Place = Pick<Call, 'state' | 'git' | 'deliveries'>;

/** How a pull request looks, with what git says about it. */
export async function viewPull({ state, git }: Pick<Call, 'state' | 'git'>, issue: PullRequestIssue, viewer?: Account) {
  const baseSha =
    issue.state === 'open' ? (state.branches.get(issue.pull.base) ?? issue.pull.baseSha) : issue.pull.baseSha;
  return pullJson(state, issue, await git.factsOf(issue.pull, baseSha), viewer);
}

export const isPull = (issue: GiteaIssue | undefined): issue is PullRequestIssue => issue?.pull !== undefined;

export function tellOfPull(
  place: Place,
  by: Account,
  issue: PullRequestIssue,
  event: {
    readonly action: string;
    readonly type?: string;
    readonly coarse?: string;
    readonly changes?: object;
    readonly reviewer?: Account;
    readonly review?: object;
  },
): void {
  const { action, type = 'pull_request', coarse = 'pull_request', changes, reviewer, review = null } = event;
  place.deliveries.tell({
    type,
    coarse,
    payload: async () => ({
      action,
      number: issue.number,
      ...(changes ? { changes: { ...changes, added_labels: null, removed_labels: null } } : {}),
      pull_request: await viewPull(place, issue, by),
      requested_reviewer: reviewer ? userJson(place.state, reviewer) : null,
      repository: repositoryJson(place.state, issue.author),
      sender: userJson(place.state, by),
      commit_id: '',
      review,
    }),
  });
}

export function tellOfIssue(place: Place, by: Account, issue: GiteaIssue, action: string, changes?: object): void {
  place.deliveries.tell({
    type: 'issues',
    payload: () => ({
      action,
      number: issue.number,
      ...(changes ? { changes: { ...changes, added_labels: null, removed_labels: null } } : {}),
      issue: issueJson(place.state, issue),
      repository: repositoryJson(place.state, issue.author),
      sender: userJson(place.state, by),
      commit_id: '',
    }),
  });
}

/** In these events, and only in these, the repository shows what the sender may do. */
export function tellOfComment(
  place: Place,
  by: Account,
  comment: GiteaComment,
  { action, before }: { readonly action: 'created' | 'edited' | 'deleted'; readonly before?: string },
): void {
  const { state } = place;
  const issue = state.issues.get(comment.number);
  if (!issue) return;
  const frozen = commentJson(state, comment);
  place.deliveries.tell({
    type: isPull(issue) ? 'pull_request_comment' : 'issue_comment',
    coarse: 'issue_comment',
    payload: async () => ({
      action,
      issue: issueJson(state, issue),
      ...(isPull(issue) ? { pull_request: await viewPull(place, issue, by) } : {}),
      comment: frozen,
      ...(before === undefined
        ? {}
        : { changes: { body: { from: before }, added_labels: null, removed_labels: null } }),
      repository: repositoryJson(state, by),
      sender: userJson(state, by),
      is_pull: isPull(issue),
    }),
  });
}

export function tellOfStatus(place: Place, status: GiteaStatus): void {
  const { state, git } = place;
  place.deliveries.tell({
    type: 'status',
    payload: async () => {
      const [commit] = await git.readCommits(status.sha, 1);
      return {
        commit: commit ? pushedCommit(state, commit) : null,
        context: status.context,
        created_at: printTime(status.at),
        description: status.description,
        id: status.id,
        repository: repositoryJson(state, status.by),
        sender: userJson(state, status.by),
        sha: status.sha,
        state: status.state,
        target_url: status.link,
        updated_at: printTime(status.at),
      };
    },
  });
}

const pushedCommits = 5;
export const nowhere = '0'.repeat(40);

/** A branch that was made tells of it twice, one that was deleted only of that. */
export function tellOfPush(
  place: Place,
  by: Account,
  {
    branch,
    before,
    after,
  }: { readonly branch: string; readonly before: string | undefined; readonly after: string | undefined },
): void {
  const { state, git, deliveries } = place;
  const repository = repositoryJson(state, by);
  const sender = userJson(state, by);
  if (before === undefined) {
    const payload = () => ({ sha: after, ref: branch, ref_type: 'branch', repository, sender });
    deliveries.tell({ type: 'create', branch, payload });
  }
  if (after === undefined) {
    const payload = () => ({ ref: branch, ref_type: 'branch', pusher_type: 'user', repository, sender });
    deliveries.tell({ type: 'delete', branch, payload });
    return;
  }
  deliveries.tell(pushEvent());
  function pushEvent(): GiteaEvent {
    const from = before ?? state.branches.get('main') ?? nowhere;
    return {
      type: 'push',
      branch,
      payload: async () => {
        const range = `${from}..${after}`;
        const commits = (await git.readCommits(range, pushedCommits)).map((it) => pushedCommit(state, it));
        const [head] = await git.readCommits(after ?? nowhere, 1);
        return {
          ref: `refs/heads/${branch}`,
          before: before ?? nowhere,
          after,
          compare_url: `${state.url}/${state.owner}/${state.repository}/compare/${from}...${after}`,
          commits,
          total_commits: await git.countCommits(range),
          head_commit: head ? pushedCommit(state, head) : null,
          repository,
          pusher: sender,
          sender,
        };
      },
    };
  }
}

export function pushedCommit(state: GiteaState, commit: CommitFacts) {
  const person = {
    ...commit.author,
    username: state.accounts.find((it) => it.email === commit.author.email)?.login ?? '',
  };
  return {
    id: commit.sha,
    message: commit.message,
    url: `${state.url}/${state.owner}/${state.repository}/commit/${commit.sha}`,
    author: person,
    committer: person,
    verification: null,
    timestamp: commit.at,
    added: commit.added,
    removed: commit.removed,
    modified: commit.modified,
  };
}

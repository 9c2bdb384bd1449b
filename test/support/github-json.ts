import { gitHubDescription, type Json } from './github-description.ts';
import type {
  Account,
  GitHubState,
  IssueEvent,
  Item,
  Pull,
  StoredComment,
  StoredHook,
  StoredReview,
  StoredRun,
  StoredStatus,
} from './github-state.ts';

/** What GitHub answers: what the bot reads is said here, all that is required besides is filled in from the description. */
const complete = (schema: string, known: Json) => gitHubDescription().complete(schema, known);

export const showAccount = ({ id, login, type }: Account) => complete('simple-user', { id, login, type });
const showAccountOrNone = (account: Account | null) => account && showAccount(account);
export const showUser = ({ id, login, type }: Account) =>
  complete('public-user', { id, login, type, user_view_type: 'public' });

export function showRepository(state: GitHubState, id = state.repositoryId): Json {
  const owner = { login: state.owner, id: 5, type: 'Organization' };
  const { name } = state;
  return complete('repository', {
    id,
    name,
    full_name: `${state.owner}/${name}`,
    owner: complete('simple-user', owner),
  });
}

export const showLabel = (name: string, index: number) =>
  complete('label', { id: index + 1, name, description: '', color: 'ededed' });

export function showPull(
  state: GitHubState,
  item: Item,
  pull: Pull,
  schema: 'pull-request' | 'pull-request-simple',
): Json {
  const end = (ref: string, sha: string, repository: number) => ({
    label: `${state.owner}:${ref}`,
    ref,
    sha,
    user: showAccount(item.author),
    repo: showRepository(state, repository),
  });
  return complete(schema, {
    ...showText(state, item),
    html_url: `${state.url}/${state.owner}/${state.name}/pull/${item.number}`,
    draft: pull.draft,
    head: end(pull.head, pull.headSha, pull.headRepository),
    base: end(pull.base, pull.baseSha, state.repositoryId),
    merged_at: pull.mergedAt,
    // While a pull request is open GitHub tries the merge, and names what came of it.
    merge_commit_sha: pull.mergeCommit ?? '0'.repeat(40),
    author_association: 'NONE',
    ...(schema === 'pull-request' && {
      merged: pull.mergedAt !== null,
      merged_by: showAccountOrNone(pull.mergedBy),
      // Worked out later, when somebody asks.
      mergeable: null,
      mergeable_state: 'unknown',
    }),
  });
}

function showText(_: GitHubState, item: Item) {
  return {
    number: item.number,
    id: item.number + 500,
    state: item.state,
    title: item.title,
    body: item.body,
    user: showAccount(item.author),
    labels: item.labels.map(showLabel),
    created_at: item.createdAt,
    updated_at: item.closedAt ?? item.createdAt,
    closed_at: item.closedAt,
  };
}

export function showIssue(state: GitHubState, item: Item): Json {
  const kind = item.pull ? 'pull' : 'issues';
  return complete('issue', {
    ...showText(state, item),
    html_url: `${state.url}/${state.owner}/${state.name}/${kind}/${item.number}`,
    ...(item.pull && { pull_request: {} }),
  });
}

export function showEvent({ id, event, actor, at, dismissed }: IssueEvent): Json {
  const known = { id, event, actor: showAccountOrNone(actor), created_at: at };
  if (dismissed) {
    const dismissed_review = { ...dismissed, dismissal_message: null };
    return complete('review-dismissed-issue-event', { ...known, dismissed_review });
  }
  // The description has no event of its own for closing and deleting; this one has all that they have.
  return complete('locked-issue-event', { ...known, lock_reason: null });
}

export function showComment(state: GitHubState, comment: StoredComment): Json {
  return complete('issue-comment', {
    id: comment.id,
    body: comment.body,
    user: showAccountOrNone(comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    issue_url: `${state.url}/api/v3/repos/${state.owner}/${state.name}/issues/${comment.item}`,
    author_association: 'NONE',
  });
}

export function showStatus({ id, context, state, description, link, creator, at }: StoredStatus): Json {
  return complete('status', {
    ...{ id, context, state, description, target_url: link },
    ...{ creator: showAccountOrNone(creator), created_at: at, updated_at: at },
  });
}

export function showRun({ id, sha, name, status, conclusion, app, startedAt, completedAt }: StoredRun): Json {
  return complete('check-run', {
    ...{ id, head_sha: sha, name, status, conclusion, started_at: startedAt, completed_at: completedAt },
    app: complete('integration', { id: app.id, slug: app.slug, name: app.slug }),
  });
}

/** @param email Accounts are found by what stands before the sign. */
export function showCommit({ accounts }: GitHubState, sha: string, email: string): Json {
  const account = accounts.find(({ login }) => `${login}@example.test` === email);
  return complete('commit', { sha, author: account ? showAccount(account) : null });
}

export function showReview({ id, by, state, head }: StoredReview): Json {
  const known = { id, user: showAccountOrNone(by), state, commit_id: head, author_association: 'NONE' };
  return complete('pull-request-review', known);
}

export function showHook({ id, active, events, config }: StoredHook, schema: 'hook' | 'org-hook'): Json {
  return complete(schema, { id, active, events, config: { ...config, secret: '********' }, name: 'web' });
}

import { readFileSync } from 'node:fs';
import type {
  Account,
  GiteaComment,
  GiteaHook,
  GiteaIssue,
  GiteaLabel,
  GiteaPull,
  GiteaReview,
  GiteaState,
  GiteaStatus,
  Protection,
  Team,
  TimelineEntry,
} from './gitea-stand-in-state.ts';

/** Gitea's words for things, key by key as recorded. */

const never = '0001-01-01T00:00:00Z';
const begun = '2026-01-01T00:00:00Z';
const time = (at: Date) => at.toISOString().replace('.000Z', 'Z');
const maybe = (at: Date | undefined) => (at ? time(at) : null);

const apiPath = ({ owner, repository }: GiteaState) => `/api/v1/repos/${owner}/${repository}`;
const webUrl = ({ url, owner, repository }: GiteaState) => `${url}/${owner}/${repository}`;

/** @param hidden Whether the e-mail address is kept from whoever asks, which Gitea does where the account is not the caller's. */
export function userJson({ url }: GiteaState, { id, login, email }: Account) {
  return {
    id,
    login,
    login_name: '',
    source_id: 0,
    full_name: '',
    email,
    avatar_url: `${url}/avatars/${login}`,
    html_url: `${url}/${login}`,
    language: '',
    is_admin: false,
    last_login: never,
    created: begun,
    restricted: false,
    active: false,
    prohibit_login: false,
    location: '',
    website: '',
    description: '',
    visibility: 'public',
    followers_count: 0,
    following_count: 0,
    starred_repos_count: 0,
    username: login,
  };
}

// The recorded repository has the very names of the stand-in's, and sixty fields that stay the same.
const recordedRepository: { readonly body: Readonly<Record<string, unknown>> } = JSON.parse(
  readFileSync(new URL('../fixtures/gitea/api/repo.json', import.meta.url), 'utf8'),
);

export function repositoryJson(state: GiteaState, account: Account | undefined): Record<string, unknown> {
  const text = JSON.stringify(recordedRepository.body).replaceAll('http://gitea.test:3000', state.url);
  const right = account?.right ?? 'read';
  return { ...JSON.parse(text), permissions: { admin: right === 'admin', push: right !== 'read', pull: true } };
}

export function labelJson(state: GiteaState, label: GiteaLabel) {
  const { id, name, exclusive, color, description, shared } = label;
  const under = shared ? `/api/v1/orgs/${state.owner}` : apiPath(state);
  return { id, name, exclusive, is_archived: false, color, description, url: `${state.url}${under}/labels/${id}` };
}

/** What git says about a pull request. */
export interface PullFacts {
  readonly mergeBase: string;
  readonly mergeable: boolean;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
}

export type PullRequestIssue = GiteaIssue & { readonly pull: GiteaPull };

export function pullJson(state: GiteaState, issue: PullRequestIssue, facts: PullFacts, viewer: Account | undefined) {
  const { pull, number } = issue;
  const link = `${webUrl(state)}/pulls/${number}`;
  const reviews = state.reviews.filter((it) => it.number === number);
  const draft = isDraft(issue.title);
  const repo = repositoryJson(state, viewer);
  return {
    id: pull.id,
    url: link,
    number,
    user: userJson(state, issue.author),
    title: issue.title,
    body: issue.body,
    labels: issue.labels.map((it) => labelJson(state, it)),
    milestone: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_reviewers_teams: [],
    state: issue.state,
    draft,
    is_locked: false,
    comments: state.comments.filter((it) => it.number === number).length,
    ...(reviews.length === 0 ? {} : { review_comments: reviews.length }),
    additions: facts.additions,
    deletions: facts.deletions,
    changed_files: facts.changedFiles,
    html_url: link,
    diff_url: `${link}.diff`,
    patch_url: `${link}.patch`,
    mergeable: (facts.mergeable || state.checksAreLate) && !draft,
    merged: pull.merged !== undefined,
    merged_at: maybe(pull.merged?.at),
    merge_commit_sha: pull.merged?.commit ?? null,
    merged_by: pull.merged ? userJson(state, pull.merged.by) : null,
    allow_maintainer_edit: false,
    base: { label: pull.base, ref: pull.base, sha: state.branches.get(pull.base) ?? pull.baseSha, repo_id: 1, repo },
    head: {
      label: pull.head,
      ref: pull.headGone ? `refs/pull/${number}/head` : pull.head,
      // Of one that has ended, too, the branch is shown as it is now.
      sha: pull.headGone ? pull.headSha : (state.branches.get(pull.head) ?? pull.headSha),
      repo_id: 1,
      repo,
    },
    merge_base: facts.mergeBase,
    due_date: null,
    created_at: time(issue.createdAt),
    updated_at: time(issue.updatedAt),
    closed_at: maybe(issue.closedAt),
    pin_order: 0,
  };
}

/** Gitea has no field for it: the beginning of the title decides. */
export const isDraft = (title: string): boolean => /^(?:\[WIP\]|WIP:)/i.test(title);

export function issueJson(state: GiteaState, issue: GiteaIssue) {
  const { number, pull } = issue;
  const link = `${webUrl(state)}/${pull ? 'pulls' : 'issues'}/${number}`;
  return {
    id: issue.id,
    url: `${state.url}${apiPath(state)}/issues/${number}`,
    html_url: link,
    number,
    user: userJson(state, issue.author),
    original_author: '',
    original_author_id: 0,
    title: issue.title,
    body: issue.body,
    ref: '',
    assets: [],
    labels: issue.labels.map((it) => labelJson(state, it)),
    milestone: null,
    assignee: null,
    assignees: null,
    state: issue.state,
    is_locked: false,
    comments: state.comments.filter((it) => it.number === number).length,
    created_at: time(issue.createdAt),
    updated_at: time(issue.updatedAt),
    closed_at: maybe(issue.closedAt),
    due_date: null,
    time_estimate: 0,
    pull_request: pull
      ? {
          merged: pull.merged !== undefined,
          merged_at: maybe(pull.merged?.at),
          draft: isDraft(issue.title),
          html_url: link,
        }
      : null,
    repository: {
      id: 1,
      name: state.repository,
      owner: state.owner,
      full_name: `${state.owner}/${state.repository}`,
    },
    pin_order: 0,
  };
}

function standsOn(state: GiteaState, number: number, id: number) {
  const pull = state.issues.get(number)?.pull !== undefined;
  const link = `${webUrl(state)}/${pull ? 'pulls' : 'issues'}/${number}`;
  return { html_url: `${link}#issuecomment-${id}`, pull_request_url: pull ? link : '', issue_url: pull ? '' : link };
}

export function commentJson(state: GiteaState, comment: GiteaComment) {
  return {
    id: comment.id,
    ...standsOn(state, comment.number, comment.id),
    user: userJson(state, comment.author),
    original_author: '',
    original_author_id: 0,
    body: comment.body,
    assets: [],
    created_at: time(comment.createdAt),
    updated_at: time(comment.updatedAt),
  };
}

export function reactionJson(state: GiteaState, reaction: GiteaComment['reactions'][number]) {
  return { user: userJson(state, reaction.by), content: reaction.content, created_at: time(reaction.at) };
}

export function timelineJson(state: GiteaState, entry: TimelineEntry) {
  return {
    id: entry.id,
    type: entry.type,
    ...standsOn(state, entry.number, entry.id),
    user: userJson(state, entry.by),
    body: entry.body ?? '',
    created_at: time(entry.at),
    updated_at: time(entry.at),
    old_project_id: 0,
    project_id: 0,
    old_milestone: null,
    milestone: null,
    tracked_time: null,
    old_title: '',
    new_title: '',
    old_ref: entry.oldRef ?? '',
    new_ref: entry.newRef ?? '',
    ref_issue: null,
    ref_comment: null,
    ref_action: 'none',
    ref_commit_sha: '',
    review_id: 0,
    label: entry.label ? labelJson(state, entry.label) : null,
    assignee: null,
    assignee_team: null,
    removed_assignee: false,
    resolve_doer: null,
    dependent_issue: null,
  };
}

export function statusJson(state: GiteaState, status: GiteaStatus) {
  return {
    id: status.id,
    status: status.state,
    target_url: status.link,
    description: status.description,
    url: `${state.url}${apiPath(state)}/statuses/${status.sha}`,
    context: status.context,
    creator: userJson(state, status.by),
    created_at: time(status.at),
    updated_at: time(status.at),
  };
}

export function reviewJson(state: GiteaState, review: GiteaReview) {
  const { html_url, pull_request_url } = standsOn(state, review.number, review.commentId);
  return {
    id: review.id,
    user: userJson(state, review.by),
    team: null,
    state: review.state,
    body: review.body,
    commit_id: review.commit,
    stale: review.stale,
    official: review.state !== 'COMMENT' && review.by.right !== 'read',
    dismissed: review.dismissed,
    comments_count: 0,
    submitted_at: time(review.submittedAt),
    updated_at: time(review.updatedAt),
    html_url,
    pull_request_url,
  };
}

export function hookJson(hook: GiteaHook) {
  return {
    id: hook.id,
    type: hook.type,
    branch_filter: hook.branchFilter,
    config: { content_type: hook.contentType, url: hook.url },
    events: hook.events,
    authorization_header: hook.authorization,
    active: hook.active,
    updated_at: time(hook.updatedAt),
    created_at: time(hook.createdAt),
  };
}

export function teamJson({ id, name }: Team) {
  const owner = name === 'Owners';
  const units = owner
    ? {}
    : { 'repo.code': 'write', 'repo.issues': 'write', 'repo.packages': 'read', 'repo.pulls': 'write' };
  return {
    id,
    name,
    description: '',
    organization: null,
    includes_all_repositories: true,
    permission: owner ? 'owner' : 'none',
    units: Object.keys(units),
    units_map: units,
    can_create_org_repo: owner,
  };
}

export function protectionJson({ rule, contexts, approvals, dismissStale, at }: Protection) {
  return {
    branch_name: rule,
    rule_name: rule,
    priority: 1,
    enable_push: true,
    enable_push_whitelist: false,
    push_whitelist_usernames: [],
    push_whitelist_teams: [],
    push_whitelist_deploy_keys: false,
    enable_force_push: false,
    enable_force_push_allowlist: false,
    force_push_allowlist_usernames: [],
    force_push_allowlist_teams: [],
    force_push_allowlist_deploy_keys: false,
    enable_merge_whitelist: false,
    merge_whitelist_usernames: [],
    merge_whitelist_teams: [],
    enable_status_check: contexts !== undefined,
    status_check_contexts: contexts ?? [],
    required_approvals: approvals,
    enable_approvals_whitelist: false,
    approvals_whitelist_username: [],
    approvals_whitelist_teams: [],
    block_on_rejected_reviews: false,
    block_on_official_review_requests: false,
    block_on_outdated_branch: false,
    dismiss_stale_approvals: dismissStale,
    ignore_stale_approvals: false,
    require_signed_commits: false,
    protected_file_patterns: '',
    unprotected_file_patterns: '',
    block_admin_merge_override: false,
    created_at: time(at),
    updated_at: time(at),
  };
}

export { time as printTime };

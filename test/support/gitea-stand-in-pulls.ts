import { closeIssue } from './gitea-stand-in-branches.ts';
import { commitJson } from './gitea-stand-in-commits.ts';
import { isPull, tellOfPull, viewPull } from './gitea-stand-in-events.ts';
import { type PullRequestIssue, reviewJson } from './gitea-stand-in-json.ts';
import { mergePull } from './gitea-stand-in-merge.ts';
import {
  type Answer,
  type Call,
  created,
  done,
  findIssue,
  listIn,
  notFound,
  ok,
  page,
  pathOf,
  type Route,
  refuse,
  textIn,
} from './gitea-stand-in-routes.ts';
import { type GiteaLabel, type GiteaReview, note } from './gitea-stand-in-state.ts';

export const pullRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/pulls$/, answer: listPulls },
  { method: 'POST', path: /^\/pulls$/, right: 'write', refusal: 'user must be a collaborator', answer: createPull },
  {
    method: 'GET',
    path: /^\/pulls\/(\d+)$/,
    answer: withPull(async (call, issue) => ok(await viewPull(call, issue, call.account))),
  },
  { method: 'PATCH', path: /^\/pulls\/(\d+)$/, right: 'write', answer: withPull(editPull) },
  {
    method: 'GET',
    path: /^\/pulls\/(\d+)\/merge$/,
    answer: withPull(({ state }, { pull }) => (pull.merged ? done : notFound({ state }))),
  },
  { method: 'POST', path: /^\/pulls\/(\d+)\/merge$/, answer: withPull(mergePull) },
  { method: 'GET', path: /^\/pulls\/(\d+)\/commits$/, answer: withPull(listCommits) },
  { method: 'GET', path: /^\/pulls\/(\d+)\/reviews$/, answer: withPull(listReviews) },
  { method: 'POST', path: /^\/pulls\/(\d+)\/reviews$/, answer: withPull(createReview) },
];

function withPull(answer: (call: Call, issue: PullRequestIssue) => Answer | Promise<Answer>): Route['answer'] {
  return (call) => {
    const issue = findIssue(call);
    return isPull(issue) ? answer(call, issue) : notFound(call);
  };
}

async function listPulls(call: Call): Promise<Answer> {
  const { state, query } = call;
  const wanted = query.get('state') ?? 'open';
  const poster = query.get('poster');
  const base = query.get('base_branch');
  const found = [...state.issues.values()]
    .filter(isPull)
    .filter((it) => wanted === 'all' || it.state === wanted)
    .filter((it) => poster === null || it.author.login === poster)
    .filter((it) => base === null || it.pull.base === base)
    .sort(orderOf(query.get('sort')));
  const listed = page(call, pathOf(state, '/pulls'), found, (it) => it);
  const shown: readonly PullRequestIssue[] = Array.isArray(listed.body) ? listed.body : [];
  return { ...listed, body: await Promise.all(shown.map((it) => viewListed(call, it))) };
}

/** Lists leave out how much changes, and say `null` where a single one has empty lists. */
async function viewListed(call: Call, issue: PullRequestIssue) {
  const { additions, deletions, changed_files, ...shown } = await viewPull(call, issue, call.account);
  return { ...shown, assignees: null, requested_reviewers_teams: null };
}

function orderOf(sort: string | null): (a: PullRequestIssue, b: PullRequestIssue) => number {
  if (sort === 'oldest') return (a, b) => a.number - b.number;
  if (sort === 'recentupdate') return (a, b) => b.updatedAt.getTime() - a.updatedAt.getTime() || b.number - a.number;
  return (a, b) => b.number - a.number;
}

async function createPull(call: Call): Promise<Answer> {
  const { state, git, body, account } = call;
  const [head = '', base = ''] = [textIn(body, 'head'), textIn(body, 'base')];
  const headSha = state.branches.get(head);
  const baseSha = state.branches.get(base);
  if (head === base)
    return refuse(call, 422, 'Invalid PullRequest: There are no changes between the head and the base');
  if (!headSha || !baseSha) return notFound(call);
  const twin = openTwin(call, head, base);
  if (twin) return twin;
  const pull = { head, headSha, headGone: false, base, baseSha, merged: undefined, merging: false };
  // Between looking for a twin and writing, the merge is tested: in this time another request can do the same.
  await git.factsOf({ ...pull, id: 0 }, baseSha);
  const now = state.now();
  const issue: PullRequestIssue = {
    id: state.nextId('issue'),
    number: state.nextId('number'),
    author: account,
    title: textIn(body, 'title') ?? '',
    body: textIn(body, 'body') ?? '',
    state: 'open',
    labels: labelsByIds(call, listIn(body, 'labels') ?? []),
    createdAt: now,
    updatedAt: now,
    closedAt: undefined,
    pull: { ...pull, id: state.nextId('pull') },
  };
  state.issues.set(issue.number, issue);
  await git.keepHead(issue.number, headSha);
  const push = JSON.stringify({ is_force_push: false, commit_ids: [headSha] });
  note(state, { number: issue.number, type: 'pull_push', by: account, body: push });
  tellOfPull(call, account, issue, { action: 'opened' });
  return created(await viewPull(call, issue, account));
}

function openTwin(call: Call, head: string, base: string): Answer | undefined {
  const twin = [...call.state.issues.values()]
    .filter(isPull)
    .find((it) => it.state === 'open' && it.pull.head === head && it.pull.base === base);
  if (!twin) return undefined;
  const where = `id: ${twin.pull.id}, issue_id: ${twin.number}, head_repo_id: 1, base_repo_id: 1`;
  const targets = `head_branch: ${head}, base_branch: ${base}`;
  return refuse(call, 409, `pull request already exists for these targets [${where}, ${targets}]`);
}

export function labelsByIds({ state }: Call, ids: readonly unknown[]): GiteaLabel[] {
  return state.labels.filter(({ id }) => ids.includes(id));
}

async function editPull(call: Call, issue: PullRequestIssue): Promise<Answer> {
  const { state, body, account } = call;
  const wanted = textIn(body, 'state');
  if (issue.pull.merged && wanted !== undefined) {
    return refuse(call, 412, 'cannot change state of this pull request, it was already merged');
  }
  const refused = retarget(call, issue, textIn(body, 'base'));
  if (refused) return refused;
  editTexts(call, issue);
  const labels = listIn(body, 'labels');
  if (labels) issue.labels = labelsByIds(call, labels);
  if (wanted === 'closed' && issue.state === 'open') closeIssue(call, account, issue);
  if (wanted === 'open' && issue.state === 'closed') {
    issue.state = 'open';
    issue.closedAt = undefined;
    note(state, { number: issue.number, type: 'reopen', by: account });
    tellOfPull(call, account, issue, { action: 'reopened' });
  }
  issue.updatedAt = state.now();
  return created(await viewPull(call, issue, account));
}

/** An empty title is passed over, an empty body empties it; an equal title tells nobody, an equal body does. */
function editTexts(call: Call, issue: PullRequestIssue): void {
  const title = textIn(call.body, 'title');
  if (title && title !== issue.title) {
    const from = issue.title;
    issue.title = title;
    tellOfPull(call, call.account, issue, { action: 'edited', changes: { title: { from } } });
  }
  const body = textIn(call.body, 'body');
  if (body === undefined) return;
  const from = issue.body;
  issue.body = body;
  tellOfPull(call, call.account, issue, { action: 'edited', changes: { body: { from } } });
}

function retarget(call: Call, issue: PullRequestIssue, base: string | undefined): Answer | undefined {
  const { state, account } = call;
  if (base === undefined || base === issue.pull.base) return undefined;
  const sha = state.branches.get(base);
  if (!sha) return refuse(call, 404, `new base '${base}' not exist`);
  const from = issue.pull.base;
  issue.pull.base = base;
  issue.pull.baseSha = sha;
  note(state, { number: issue.number, type: 'change_target_branch', by: account, oldRef: from, newRef: base });
  tellOfPull(call, account, issue, { action: 'edited', changes: { ref: { from } } });
  return undefined;
}

const mostCommits = 1000;

async function listCommits(call: Call, { number, pull }: PullRequestIssue): Promise<Answer> {
  const { state, git } = call;
  const commits = await git.readCommits(
    `${state.branches.get(pull.base) ?? pull.baseSha}..${pull.headSha}`,
    mostCommits,
  );
  return page(call, pathOf(state, `/pulls/${number}/commits`), commits, (it) => commitJson(state, it));
}

function listReviews(call: Call, { number }: PullRequestIssue): Answer {
  const found = call.state.reviews.filter((it) => it.number === number);
  return page(call, pathOf(call.state, `/pulls/${number}/reviews`), found, (it) => reviewJson(call.state, it));
}

const reviewTypes = {
  APPROVED: ['pull_request_review_approved', 'pull_request_approved'],
  REQUEST_CHANGES: ['pull_request_review_rejected', 'pull_request_rejected'],
  COMMENT: ['pull_request_review_comment', 'pull_request_comment'],
} as const;

function createReview(call: Call, issue: PullRequestIssue): Answer {
  const { state, body, account } = call;
  const event = textIn(body, 'event');
  if (event !== 'APPROVED' && event !== 'REQUEST_CHANGES' && event !== 'COMMENT')
    return refuse(call, 422, 'invalid event');
  if (event !== 'COMMENT' && account === issue.author) {
    const what = event === 'APPROVED' ? 'approve' : 'reject';
    return refuse(call, 422, `${what} your own pull is not allowed`);
  }
  // A newer word takes the place of the reviewer's older ones.
  if (event !== 'COMMENT') {
    for (const older of state.reviews.filter((it) => it.number === issue.number && it.by === account)) {
      if (older.state !== 'COMMENT') older.dismissed = true;
    }
  }
  const now = state.now();
  const review: GiteaReview = {
    id: state.nextId('review'),
    number: issue.number,
    commentId: state.nextId('comment'),
    by: account,
    state: event,
    body: textIn(body, 'body') ?? '',
    commit: textIn(body, 'commit_id') ?? issue.pull.headSha,
    stale: false,
    dismissed: false,
    submittedAt: now,
    updatedAt: now,
  };
  state.reviews.push(review);
  const [type, coarse] = reviewTypes[event];
  const told = { action: 'reviewed', type, coarse, reviewer: account, review: { type, content: review.body } };
  tellOfPull(call, account, issue, told);
  return ok(reviewJson(state, review));
}

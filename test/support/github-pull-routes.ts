import { showCommit, showPull, showReview } from './github-json.ts';
import {
  type Answer,
  type Call,
  created,
  findPull,
  notFound,
  ok,
  page,
  type Routes,
  refuse,
  textOf,
} from './github-routes.ts';
import { closeItem, type GitHubState, type Item, type Pull } from './github-state.ts';
import { endAsMerged, holds, mergeBranches } from './github-sync.ts';

const repository = '/repos/{owner}/{repo}';

export const pullRoutes: Routes = {
  [`GET ${repository}/pulls`]: listPulls,
  [`POST ${repository}/pulls`]: createPull,
  [`GET ${repository}/pulls/{pull_number}`]: (call) => {
    const found = findPull(call);
    return found ? ok(showPull(call.state, found.item, found.pull, 'pull-request')) : notFound;
  },
  [`PATCH ${repository}/pulls/{pull_number}`]: (call) => {
    const found = findPull(call);
    if (!found) return notFound;
    const { item, pull } = found;
    const { title, body, state, base } = call.body;
    if (title !== undefined) item.title = textOf(title);
    if (body !== undefined) item.body = textOf(body);
    if (base !== undefined) pull.base = textOf(base);
    if (state === 'open') Object.assign(item, { state, closedAt: null });
    if (state === 'closed' && item.state === 'open') closeItem(call.state, item, call.actor);
    return ok(showPull(call.state, item, pull, 'pull-request'));
  },
  [`PUT ${repository}/pulls/{pull_number}/merge`]: mergePull,
  [`GET ${repository}/pulls/{pull_number}/commits`]: async (call) => {
    const found = findPull(call);
    if (!found) return notFound;
    const { state } = call;
    const { base, headSha } = found.pull;
    const log = await state.world.git('log', '--format=%H %ae', `${state.branches.get(base)}..${headSha}`);
    const lines = log
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    return page(
      call,
      lines.map(([sha = '', email = '']) => showCommit(state, sha, email)),
    );
  },
  [`GET ${repository}/pulls/{pull_number}/reviews`]: (call) => {
    const found = findPull(call);
    return found ? page(call, found.pull.reviews.map(showReview)) : notFound;
  },
  [`GET ${repository}/git/ref/{ref}`]: ({ state, path }) => {
    const sha = state.branches.get(path('ref').replace('heads/', ''));
    if (sha === undefined) return notFound;
    return ok({
      ref: `refs/${path('ref')}`,
      node_id: '',
      url: state.url,
      object: { type: 'commit', sha, url: state.url },
    });
  },
};

function listPulls(call: Call): Answer {
  const { state, query } = call;
  // Without an owner GitHub takes no notice of it.
  const [owner, head] = query.get('head')?.includes(':') ? (query.get('head') ?? '').split(':') : [];
  const wanted = query.get('state') ?? 'open';
  const found = state.items.flatMap((item) => {
    const { pull } = item;
    const fits =
      (wanted === 'all' || item.state === wanted) &&
      (head === undefined || (pull?.head === head && owner === state.owner));
    return pull && fits ? [showPull(state, item, pull, 'pull-request-simple')] : [];
  });
  return page(call, query.get('direction') === 'asc' ? found : found.reverse());
}

const invalid = (message: string) =>
  refuse(422, 'Validation Failed', [{ resource: 'PullRequest', code: 'custom', message }]);

async function createPull({ state, actor, body }: Call): Promise<Answer> {
  const [head, base] = [textOf(body.head), textOf(body.base)];
  const headSha = state.branches.get(head);
  const baseSha = state.branches.get(base);
  if (headSha === undefined || baseSha === undefined) {
    const field = headSha === undefined ? 'head' : 'base';
    return refuse(422, 'Validation Failed', [{ resource: 'PullRequest', field, code: 'invalid' }]);
  }
  if (await holds(state, headSha, baseSha)) return invalid(`No commits between ${base} and ${head}`);
  const isOpen = ({ state: now, pull }: Item) => now === 'open' && pull?.head === head && pull.base === base;
  if (state.items.some(isOpen)) return invalid(`A pull request already exists for ${state.owner}:${head}.`);
  const pull = {
    ...{ head, headRepository: state.repositoryId, base, headSha, baseSha, draft: body.draft === true },
    ...{ mergedAt: null, mergeCommit: null, mergedBy: null, reviews: [] },
  };
  const item: Item = {
    ...{ number: state.items.length + 1, author: actor, title: textOf(body.title), body: textOf(body.body) || null },
    ...{ state: 'open', labels: [], createdAt: state.now(), closedAt: null, pull, events: [] },
  };
  state.items.push(item);
  return created(showPull(state, item, pull, 'pull-request'));
}

async function mergePull(call: Call): Promise<Answer> {
  const { state, actor, body } = call;
  const found = findPull(call);
  if (!found) return notFound;
  const { item, pull } = found;
  if (item.state !== 'open' || pull.draft) return refuse(405, 'Pull Request is not mergeable');
  if (body.sha !== undefined && body.sha !== pull.headSha) {
    return refuse(409, 'Head branch was modified. Review and try the merge again.');
  }
  const missing = findMissing(state, pull);
  if (missing !== undefined) return refuse(405, missing);
  const baseSha = state.branches.get(pull.base) ?? '';
  const message = [textOf(body.commit_title), textOf(body.commit_message)].filter((it) => it !== '').join('\n\n');
  const merged = await mergeBranches(state, { base: pull.base, baseSha, headSha: pull.headSha, message });
  if ('refused' in merged) return refuse(405, merged.refused);
  state.branches = new Map([...state.branches, [pull.base, merged.commit]]);
  endAsMerged(state, { item, pull, mergeCommit: merged.commit, by: actor });
  return ok({ sha: merged.commit, merged: true, message: 'Pull Request successfully merged' });
}

/** What a protected branch still waits for, in GitHub's words. */
function findMissing({ protection, statuses }: GitHubState, { headSha, reviews }: Pull): string | undefined {
  const { contexts = [], approvals = 0 } = protection;
  const newest = (context: string) => statuses.findLast((it) => it.sha === headSha && it.context === context)?.state;
  const context = contexts.find((it) => newest(it) !== 'success');
  if (context !== undefined) return `Required status check "${context}" is ${newest(context) ?? 'expected'}.`;
  const approved = new Set(reviews.filter(({ state }) => state === 'APPROVED').map(({ by }) => by?.id)).size;
  if (approved >= approvals) return undefined;
  return `At least ${approvals} approving review is required by reviewers with write access.`;
}

import { Failure } from '../../core/failure.ts';
import type { PullRequest } from '../../core/pull-request/pull-request.ts';
import type { PullRequests } from '../../ports/forge.ts';
import type { Written } from './client.ts';
import { integerAt, mappingOf } from './fields.ts';
import { messageOf } from './gitea-failure.ts';
import { ensureLabels } from './labels.ts';
import { readPages } from './pages.ts';
import { type PullRequestRow, pullRequestRowOf } from './pull-request-row.ts';
import type { Site } from './site.ts';
import { cutTitle } from './titles.ts';

type OpenRequest = Parameters<PullRequests['open']>[0];

/** @returns All that are open, those of others too. */
export async function readOpenRows(site: Site): Promise<readonly PullRequestRow[]> {
  const self = await site.self();
  const { rows } = await readPages(site, {
    call: (api, page) => api.repos.repoListPullRequests(site.owner, site.name, { state: 'open', ...page }),
    take: (row) => pullRequestRowOf(row, self),
  });
  return rows;
}

/**
 * The forge refuses a second one of the same branches, but not when it is made at the same moment. So whoever made one looks for twins
 * afterwards: everybody keeps the oldest.
 */
export async function openPullRequest(site: Site, request: OpenRequest): Promise<PullRequest> {
  const { head, base, title, body } = request;
  const [isNew, ids] = await Promise.all([
    request.justPushed === true || hasNews(site, request),
    ensureLabels(site, request.labels),
  ]);
  if (!isNew) return adopt(site, request, nothingNew(site, request));
  const labels = [...ids];
  const written = await site.client.write((api) =>
    api.repos.repoCreatePullRequest(site.owner, site.name, { head, base, title: cutTitle(title), body, labels }),
  );
  return adopt(site, request, await failureOfOpening(site, request, written));
}

/** @returns The oldest of ours that is open between the branches; the younger ones are closed. */
async function adopt(
  site: Site,
  { head, base }: OpenRequest,
  failure: (foreign: PullRequestRow | undefined) => Failure,
): Promise<PullRequest> {
  const rows = (await readOpenRows(site))
    .filter(({ pullRequest }) => pullRequest.head === head && pullRequest.base === base)
    .sort((a, b) => a.pullRequest.number - b.pullRequest.number);
  const [oldest, ...younger] = rows.filter(({ byBot }) => byBot);
  if (!oldest) throw failure(rows.find(({ byBot }) => !byBot));
  for (const { pullRequest } of younger) await closeTwin(site, pullRequest.number);
  return oldest.pullRequest;
}

async function closeTwin(site: Site, number: number): Promise<void> {
  const written = await site.client.write((api) =>
    api.repos.repoEditPullRequest(site.owner, site.name, number, { state: 'closed' }),
  );
  // Should it not have been closed, whoever opens next finds it again.
  if (written.kind === 'refused' && written.answer.status !== 412) throw written.failure;
}

/** The forge would open one that proposes nothing. */
async function hasNews(site: Site, { head, base }: OpenRequest): Promise<boolean> {
  const read = await site.find((api) => api.repos.repoCompareDiff(site.owner, site.name, `${base}...${head}`));
  if (!read) throw branchGone(site, { head, base });
  return read.parse((value) => integerAt(mappingOf(value, 'the comparison'), 'total_commits')) > 0;
}

async function failureOfOpening(site: Site, request: OpenRequest, written: Written) {
  if (written.kind === 'done') {
    return () => new Failure('forge-conflict', `What was opened from ${request.head} is closed already`);
  }
  if (written.kind === 'refused' && written.answer.status === 404) {
    await site.checkRepository();
    throw branchGone(site, request);
  }
  return (foreign: PullRequestRow | undefined) => (foreign ? takenBy(foreign, request) : refusal(written));
}

function refusal(written: Exclude<Written, { kind: 'done' }>): Failure {
  if (written.kind === 'unclear' || written.answer.status !== 422) return written.failure;
  return new Failure('forge-conflict', `The forge does not open the pull request: ${messageOf(written.answer)}`, {
    cause: written.failure,
  });
}

function takenBy({ pullRequest: { number, author } }: PullRequestRow, { head }: OpenRequest): Failure {
  return new Failure('forge-conflict', `${author.name} has pull request ${number} open from ${head}`, {
    remedy: `Close pull request ${number}, or ask ${author.name} to.`,
  });
}

function nothingNew({ owner, name }: Site, { head, base }: OpenRequest): () => Failure {
  return () =>
    new Failure('forge-conflict', `${head} holds nothing that ${base} of ${owner}/${name} does not hold already`);
}

function branchGone({ owner, name }: Site, { head, base }: Pick<OpenRequest, 'head' | 'base'>): Failure {
  return new Failure('forge-conflict', `${owner}/${name} has no branch ${head}, or none ${base}`, {
    remedy: 'Create the branch, or correct its name in the configuration.',
  });
}

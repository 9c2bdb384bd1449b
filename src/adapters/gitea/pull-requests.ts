import { Failure } from '../../core/failure.ts';
import type { PullRequest } from '../../core/pull-request/pull-request.ts';
import type { OpenPullRequests, PullRequests } from '../../ports/forge.ts';
import type { Written } from './client.ts';
import { createEndedPullRequests, type EndedPullRequests } from './ended-pull-requests.ts';
import { optionalObjectAt, textAt } from './fields.ts';
import { ensureLabels } from './labels.ts';
import { type MergeTrees, mergePullRequest } from './merge-pull-request.ts';
import { openPullRequest, readOpenRows } from './open-pull-request.ts';
import { readPages } from './pages.ts';
import { type PullRequestRow, pullRequestRowOf } from './pull-request-row.ts';
import { actorAt, type Site } from './site.ts';
import { cutTitle } from './titles.ts';

type Change = Parameters<PullRequests['update']>[1];

export function createPullRequests(site: Site, mergeTrees: MergeTrees): PullRequests {
  const ended = createEndedPullRequests(site);
  const readRow = (number: number) => findRow(site, number);
  const show = (row: PullRequestRow) => showRow(row, ended);
  async function listAllOpen(): Promise<OpenPullRequests> {
    ended.expire();
    const rows = await readOpenRows(site);
    const ours = rows.filter((it) => it.ours).map(({ pullRequest }) => pullRequest);
    // A branch in a fork that is gone, or none at all, says nothing of the head: the server keeps that by itself.
    const others = rows
      .filter((it) => !it.ours)
      .map(({ pullRequest, keptHead, fromHere }) => ({ ...pullRequest, headSha: keptHead, fromHere }));
    return { ours, others };
  }
  return {
    listOpen: async () => (await listAllOpen()).ours,
    listAllOpen,
    authorsOf: (number) => readAuthors(site, number),
    listEnded: (head) => ended.list(head),
    async read(number) {
      const row = await readRow(number);
      return row && show(row);
    },
    open: (request) => site.alone(() => openPullRequest(site, request)),
    async update(number, change) {
      const row = requireRow(await readRow(number), number, site);
      const written = await writeChange(site, row, change);
      if (!written) return show(row);
      const now = requireRow(await readRow(number), number, site);
      if (written.kind !== 'done' && isChanged(now, change)) throw written.failure;
      return show(now);
    },
    async close(number) {
      const row = requireRow(await readRow(number), number, site);
      if (row.pullRequest.state !== 'open') return show(row);
      const written = await site.client.write((api) =>
        api.repos.repoEditPullRequest(site.owner, site.name, number, { state: 'closed' }),
      );
      const now = requireRow(await readRow(number), number, site);
      ended.expire();
      if (written.kind !== 'done' && now.pullRequest.state === 'open') throw written.failure;
      return show(now);
    },
    async merge(number, merge) {
      ended.expire();
      return mergePullRequest(number, merge, {
        site,
        mergeTrees,
        readRow: async () => requireRow(await readRow(number), number, site),
        show,
      });
    },
  };
}

/** Accounts are found by the address that stands in a commit; anybody can write one there, and not everybody has an account. */
async function readAuthors(site: Site, number: number): Promise<readonly string[] | undefined> {
  const { rows } = await readPages(site, {
    call: (api, page) => api.repos.repoGetPullRequestCommits(site.owner, site.name, number, page),
    take: (row) => (optionalObjectAt(row, 'author') ? actorAt(row, 'author').id : undefined),
    keyOf: (row) => textAt(row, 'sha'),
  });
  const ids = rows.flatMap((it) => it ?? []);
  return ids.length === rows.length ? [...new Set(ids)] : undefined;
}

async function findRow(site: Site, number: number): Promise<PullRequestRow | undefined> {
  const self = await site.self();
  const read = await site.find((api) => api.repos.repoGetPullRequest(site.owner, site.name, number));
  const row = read?.parse((value) => pullRequestRowOf(value, self));
  return row?.ours ? row : undefined;
}

async function showRow(row: PullRequestRow, ended: EndedPullRequests): Promise<PullRequest> {
  return row.pullRequest.state === 'open' ? row.pullRequest : ended.complete(row);
}

function requireRow(row: PullRequestRow | undefined, number: number, { owner, name }: Site): PullRequestRow {
  if (row) return row;
  throw new Failure('usage', `${owner}/${name} has no pull request ${number} of the bot`, {
    remedy: 'See those there are: consignee status.',
  });
}

/** @returns What came of the last write; `undefined` when nothing differs. */
async function writeChange(site: Site, row: PullRequestRow, change: Change): Promise<Written | undefined> {
  const { number } = row.pullRequest;
  const { owner, name } = site;
  let written: Written | undefined;
  const text = textChangeOf(row, change);
  if (text) written = await site.client.write((api) => api.repos.repoEditPullRequest(owner, name, number, text));
  const missing = missingLabels(row, change);
  if (missing.length > 0) {
    const labels = await ensureLabels(site, missing);
    written = worse(
      written,
      await site.client.write((api) => api.repos.issueAddLabel(owner, name, number, { labels: [...labels] })),
    );
  }
  for (const id of superfluousLabels(row, change)) {
    const removed = await site.client.write((api) => api.repos.issueRemoveLabel(owner, name, number, id));
    written = worse(written, removed);
  }
  return written;
}

function worse(first: Written | undefined, second: Written): Written {
  return first === undefined || first.kind === 'done' ? second : first;
}

function textChangeOf({ pullRequest }: PullRequestRow, { title, body }: Change) {
  const newTitle = title === undefined ? pullRequest.title : cutTitle(title);
  const newBody = body ?? pullRequest.body;
  if (newTitle === pullRequest.title && newBody === pullRequest.body) return undefined;
  return {
    ...(newTitle !== pullRequest.title && { title: newTitle }),
    ...(newBody !== pullRequest.body && { body: newBody }),
  };
}

function missingLabels({ labelIds }: PullRequestRow, { addLabels = [] }: Change): readonly string[] {
  return addLabels.filter((name) => !labelIds.has(name));
}

function superfluousLabels({ labelIds }: PullRequestRow, { removeLabels = [], addLabels = [] }: Change) {
  return removeLabels.filter((name) => !addLabels.includes(name)).flatMap((name) => labelIds.get(name) ?? []);
}

function isChanged(row: PullRequestRow, change: Change): boolean {
  if (textChangeOf(row, change) !== undefined) return true;
  return missingLabels(row, change).length > 0 || superfluousLabels(row, change).length > 0;
}

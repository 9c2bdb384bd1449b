import { Failure } from '../../core/failure.ts';
import { actorOf } from '../../core/pull-request/actor.ts';
import type { PullRequest } from '../../core/pull-request/pull-request.ts';
import type { CommitSha } from '../../core/repository/commit.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PullRequests } from '../../ports/forge.ts';
import type { GitRepository } from '../git/git-repository.ts';
import { filesOf, type Ledger, type LedgerAccess, type LedgerChange } from './ledger.ts';
import { mergePullRequest } from './merge-pull-request.ts';
import { numberAfter, type PullRequestRecord, recordFile } from './pull-request-record.ts';

interface Options {
  readonly clock: Clock;
  readonly ledger: LedgerAccess;
}

export function createPullRequests(repository: GitRepository, { clock, ledger }: Options): PullRequests {
  const { read, change } = ledger;
  async function list(wanted: (record: PullRequestRecord) => boolean): Promise<readonly PullRequest[]> {
    const now = await read();
    return now.records.filter((it) => isOurs(it) && wanted(it)).map((it) => show(it, now));
  }
  return {
    listOpen: () => list(({ state }) => state === 'open'),
    // What people propose to each other has no statuses and no comments here.
    listAllOpen: async () => ({ ours: await list(({ state }) => state === 'open'), others: [] }),
    authorsOf: async () => undefined,
    listEnded: (head) => list((it) => it.state !== 'open' && (head === undefined || it.head === head)),
    async read(number) {
      const now = await read();
      const record = now.records.find((it) => it.number === number);
      return record && isOurs(record) ? show(record, now) : undefined;
    },
    open: (request) => change((now) => openPullRequest(request, now, { repository, clock })),
    update: (number, wanted) => change(async (now) => update(findRecord(number, now, repository.name), wanted, now)),
    close: (number, by) =>
      change(async (now) => {
        const record = findRecord(number, now, repository.name);
        if (record.state !== 'open') return { files: [], message: '', by, result: show(record, now) };
        const headSha = tipOf(record.head, now) ?? record.headSha;
        const next = { ...record, state: 'closed', headSha, endedBy: by } as const;
        const message = `Close pull request ${number}: ${record.title}`;
        return { files: filesOf(next), message, by, result: show(next, now) };
      }),
    merge: (number, merge) =>
      change((now) =>
        mergePullRequest({ record: findRecord(number, now, repository.name), ...merge }, now, { repository, clock }),
      ),
  };
}

const isOurs = ({ head }: PullRequestRecord): boolean => head.startsWith('consignee/');

function update(
  record: PullRequestRecord,
  { by, ...wanted }: Parameters<PullRequests['update']>[1],
  ledger: Ledger,
): LedgerChange<PullRequest> {
  const { addLabels = [], removeLabels = [] } = wanted;
  const headSha = record.state === 'open' ? (tipOf(record.head, ledger) ?? record.headSha) : record.headSha;
  const next = {
    ...record,
    title: wanted.title ?? record.title,
    body: wanted.body ?? record.body,
    labels: sorted([...record.labels, ...addLabels]).filter((it) => !removeLabels.includes(it)),
    headSha,
  };
  const files = sameText(record, next) ? [] : filesOf(next);
  return { files, message: `Update pull request ${record.number}: ${next.title}`, by, result: show(next, ledger) };
}

async function openPullRequest(
  { head, base, title, body, labels, by }: Parameters<PullRequests['open']>[0],
  ledger: Ledger,
  { repository, clock }: { readonly repository: GitRepository; readonly clock: Clock },
) {
  const ofHead = ledger.records.filter((it) => it.head === head);
  const present = ofHead.find((it) => it.base === base && it.state === 'open');
  if (present) return { files: [], message: '', by, result: show(present, ledger) };
  const headSha = requireTip(head, ledger, repository.name);
  const baseSha = requireTip(base, ledger, repository.name);
  if ((await repository.findUnmerged(baseSha, [headSha])).size === 0) {
    throw new Failure(
      'forge-conflict',
      `${head} holds nothing that ${base} of ${repository.name} does not hold already`,
    );
  }
  const record: PullRequestRecord = {
    number: numberAfter(ledger.records.at(-1)?.number ?? 0, recordFile),
    state: 'open',
    ...{ head, headSha, base, baseSha, title, body, labels: sorted(labels), author: by },
    createdAt: clock.now(),
    endedBy: undefined,
    mergeCommit: undefined,
  };
  // What people merged by git is written down now, for from here on the branch is about something else.
  const files = [...ofHead, record].flatMap(filesOf);
  return { files, message: `Open pull request ${record.number}: ${title}`, by, result: show(record, ledger) };
}

function show({ baseSha: _, author, endedBy, ...record }: PullRequestRecord, ledger: Ledger): PullRequest {
  return {
    ...record,
    author: actorOf(author),
    endedBy: endedBy && actorOf(endedBy),
    draft: false,
    // A branch that is deleted leaves its pull request open here.
    endedWithBranch: false,
    headSha: record.state === 'open' ? tipOf(record.head, ledger) : record.headSha,
    link: `consignee pull show ${record.number}`,
  };
}

/** @throws {Failure} `usage` when there is none. */
export function findRecord(number: number, { records }: Ledger, name: string): PullRequestRecord {
  const record = records.find((it) => it.number === number);
  if (record) return record;
  throw new Failure('usage', `${name} has no pull request ${number}`, {
    remedy: 'See those there are: consignee status.',
  });
}

function sameText(a: PullRequestRecord, b: PullRequestRecord): boolean {
  const textOf = ({ title, body, labels, headSha }: PullRequestRecord) =>
    JSON.stringify([title, body, labels, headSha]);
  return textOf(a) === textOf(b);
}

function sorted(labels: readonly string[]): readonly string[] {
  return [...new Set(labels)].sort();
}

function tipOf(branch: string, { refs }: Ledger): CommitSha | undefined {
  return refs.get(`refs/heads/${branch}`);
}

function requireTip(branch: string, ledger: Ledger, name: string): CommitSha {
  const tip = tipOf(branch, ledger);
  if (tip) return tip;
  throw new Failure('forge-conflict', `${name} has no branch ${branch}`, {
    remedy: 'Create the branch, or correct its name in the configuration.',
  });
}

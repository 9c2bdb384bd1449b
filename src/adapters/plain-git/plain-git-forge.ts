import { randomBytes } from 'node:crypto';
import { Failure } from '../../core/failure.ts';
import type { PullRequest } from '../../core/pull-request/pull-request.ts';
import type { CommitSha } from '../../core/repository/commit.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Comments, Forge, PullRequests } from '../../ports/forge.ts';
import type { GitRepository } from '../git/git-repository.ts';
import {
  type ChangeLedger,
  commentIdsOf,
  createChangeLedger,
  filesOf,
  type Ledger,
  readComments,
  readLedger,
} from './ledger.ts';
import { mergePullRequest } from './merge-pull-request.ts';
import { commentFile, numberAfter, type PullRequestRecord, printComment, recordFile } from './pull-request-record.ts';
import { createReadRecords } from './read-records.ts';

/**
 * A forge that needs no server: pull requests are files on a ref of the same repository, each change is a commit by who made
 * it, and whoever clones the repository has them. Numbers and states are safe among processes, for the ref moves only from
 * where it was read.
 */
export function createPlainGitForge(repository: GitRepository, { clock }: { readonly clock: Clock }): Forge {
  const readRecords = createReadRecords(repository);
  const read = () => readLedger(repository, readRecords);
  const ledger = { read, change: createChangeLedger(repository, { clock, read }) };
  return {
    content: repository,
    writer: repository,
    pullRequests: createPullRequests(repository, clock, ledger),
    comments: createComments(repository, clock, ledger),
  };
}

interface LedgerAccess {
  readonly read: () => Promise<Ledger>;
  readonly change: ChangeLedger;
}

function createPullRequests(repository: GitRepository, clock: Clock, { read, change }: LedgerAccess): PullRequests {
  return {
    async list() {
      const ledger = await read();
      return ledger.records.filter(({ head }) => head.startsWith('consignee/')).map((it) => show(it, ledger));
    },
    open: (request) => change((ledger) => openPullRequest(request, ledger, { repository, clock })),
    update: (number, { by, ...wanted }) =>
      change(async (ledger) => {
        const record = find(number, ledger, repository.name);
        const labels = wanted.labels ? sorted(wanted.labels) : record.labels;
        const headSha = record.state === 'open' ? (tipOf(record.head, ledger) ?? record.headSha) : record.headSha;
        const next = {
          ...record,
          title: wanted.title ?? record.title,
          body: wanted.body ?? record.body,
          labels,
          headSha,
        };
        const files = sameText(record, next) ? [] : filesOf(next);
        return { files, message: `Update pull request ${number}: ${next.title}`, by, result: show(next, ledger) };
      }),
    close: (number, by) =>
      change(async (ledger) => {
        const record = find(number, ledger, repository.name);
        if (record.state !== 'open') return { files: [], message: '', by, result: show(record, ledger) };
        const headSha = tipOf(record.head, ledger) ?? record.headSha;
        const next = { ...record, state: 'closed', headSha, endedBy: by } as const;
        const message = `Close pull request ${number}: ${record.title}`;
        return { files: filesOf(next), message, by, result: show(next, ledger) };
      }),
    merge: (number, merge) =>
      change((ledger) =>
        mergePullRequest({ record: find(number, ledger, repository.name), ...merge }, ledger, { repository, clock }),
      ),
  };
}

function createComments(repository: GitRepository, clock: Clock, { read, change }: LedgerAccess): Comments {
  return {
    async list(number) {
      const ledger = await read();
      find(number, ledger, repository.name);
      return readComments(ledger, number, repository);
    },
    add: (number, { body, by }) =>
      change(async (ledger) => {
        const { title } = find(number, ledger, repository.name);
        const last = commentIdsOf(ledger.tree, number).at(-1)?.id ?? '0';
        const position = numberAfter(Number.parseInt(last, 10), () => commentFile(number, last));
        // Two processes that say the same at the same moment must not make the same commit, for that would be one comment.
        const id = `${`${position}`.padStart(4, '0')}-${randomBytes(4).toString('hex')}`;
        const comment = { id, author: by, body, createdAt: clock.now() };
        const files = [{ path: commentFile(number, id), content: printComment(comment) }];
        return { files, message: `Comment on pull request ${number}: ${title}`, by, result: comment };
      }),
  };
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

function show({ baseSha: _, ...record }: PullRequestRecord, ledger: Ledger): PullRequest {
  const headSha = record.state === 'open' ? tipOf(record.head, ledger) : record.headSha;
  return { ...record, headSha, link: `consignee pull show ${record.number}` };
}

function find(number: number, { records }: Ledger, name: string): PullRequestRecord {
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

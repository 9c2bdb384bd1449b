import { setTimeout } from 'node:timers/promises';
import { Failure } from '../../core/failure.ts';
import type { Comment } from '../../core/pull-request/pull-request.ts';
import {
  type CommitSha,
  emptyTreeLike,
  type FileChange,
  type Person,
  type Tree,
} from '../../core/repository/commit.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RefUpdate } from '../../ports/git-writer.ts';
import type { GitRepository } from '../git/git-repository.ts';
import { settle } from './merged-by-people.ts';
import {
  bodyFile,
  ledgerRef,
  type PullRequestRecord,
  parseComment,
  parseLedgerPath,
  printRecord,
  recordFile,
} from './pull-request-record.ts';
import type { ReadRecords } from './read-records.ts';

/** All pull requests and the branches they are about, read at one moment. */
export interface Ledger {
  readonly refs: ReadonlyMap<string, CommitSha>;
  /** The commit of the ledger itself; `undefined` before the first pull request. */
  readonly tip: CommitSha | undefined;
  readonly tree: Tree;
  /** By number. What people merged by git is `merged`, whether or not it is written down. */
  readonly records: readonly PullRequestRecord[];
}

/** What is to become of the ledger, and what to answer when it did. `files: []` writes nothing. */
export interface LedgerChange<Result> {
  readonly files: readonly FileChange[];
  readonly message: string;
  readonly by: Person;
  /** Refs that move with it, all or none. */
  readonly refs?: readonly RefUpdate[];
  readonly result: Result;
}

/** How the parts of the forge read and change it. */
export interface LedgerAccess {
  readonly read: () => Promise<Ledger>;
  readonly change: ChangeLedger;
}

/** Each round somebody else came first, so among ten writers each gets through. */
const attempts = 10;

export async function readLedger(repository: GitRepository, readRecords: ReadRecords): Promise<Ledger> {
  const refs = await repository.readRefs();
  const tip = refs.get(ledgerRef);
  if (!tip) return { refs, tip, tree: new Map(), records: [] };
  const tree = await repository.readTree(tip);
  const records = await readRecords(tree);
  return { refs, tip, tree, records: await settle(records, refs, repository) };
}

/** @returns The comments of one pull request, oldest first. */
export async function readComments(
  { tree }: Ledger,
  number: number,
  repository: GitRepository,
): Promise<readonly Comment[]> {
  const ids = commentIdsOf(tree, number);
  const contents = await repository.readBlobs(ids.map(({ blob }) => blob));
  return ids.map(({ id, blob }) => parseComment(number, id, contents.get(blob)));
}

/** @returns Ids and blobs, oldest first: an id begins with the comment's position. */
export function commentIdsOf(tree: Tree, number: number) {
  return [...tree]
    .flatMap(([path, { blob }]) => {
      const place = parseLedgerPath(path);
      return place?.number === number && place.commentId !== undefined ? [{ id: place.commentId, blob }] : [];
    })
    .sort((a, b) => Number.parseInt(a.id, 10) - Number.parseInt(b.id, 10));
}

/** A record as files; those that are there already make no change. */
export function filesOf(record: PullRequestRecord): readonly FileChange[] {
  return [
    { path: recordFile(record.number), content: printRecord(record) },
    { path: bodyFile(record.number), content: record.body },
  ];
}

/** Changes the ledger by one commit. */
export type ChangeLedger = <Result>(decide: (ledger: Ledger) => Promise<LedgerChange<Result>>) => Promise<Result>;

/**
 * Each change is decided on what is there, and written only when that is still there; otherwise it is decided again. Changes of
 * this process wait for each other, for they would only get in each other's way.
 *
 * @throws {Failure} `forge-conflict` when others came first again and again.
 */
export function createChangeLedger(
  repository: GitRepository,
  { clock, read }: { readonly clock: Clock; readonly read: () => Promise<Ledger> },
): ChangeLedger {
  let last: Promise<unknown> = Promise.resolve();

  async function write<Result>(ledger: Ledger, change: LedgerChange<Result>): Promise<'pushed' | 'stale'> {
    const tree = await repository.writeTree(
      ledger.tip ?? emptyTreeLike([...ledger.refs.values()][0] ?? ''),
      change.files,
    );
    const to = await repository.writeCommit({
      tree,
      parents: ledger.tip ? [ledger.tip] : [],
      message: `${change.message}\n`,
      author: change.by,
      at: clock.now(),
    });
    return repository.push([...(change.refs ?? []), { ref: ledgerRef, expect: ledger.tip, to }]);
  }

  async function attempt<Result>(decide: (ledger: Ledger) => Promise<LedgerChange<Result>>): Promise<Result> {
    for (let round = 1; round <= attempts; round++) {
      const ledger = await read();
      const change = await decide(ledger);
      if (change.files.length === 0 || (await write(ledger, change)) === 'pushed') return change.result;
      await setTimeout(Math.random() * 10 * round);
    }
    throw new Failure('forge-conflict', `Others keep changing the branches and pull requests of ${repository.name}`);
  }

  return (decide) => {
    const done = last.then(() => attempt(decide));
    last = done.catch(() => undefined);
    return done;
  };
}

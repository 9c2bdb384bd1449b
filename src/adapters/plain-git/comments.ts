import { randomBytes } from 'node:crypto';
import { commentMarker } from '../../core/pull-request/comment-marker.ts';
import type { Comment } from '../../core/pull-request/pull-request.ts';
import type { Person } from '../../core/repository/commit.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Comments } from '../../ports/forge.ts';
import type { GitRepository } from '../git/git-repository.ts';
import { commentIdsOf, type Ledger, type LedgerAccess, type LedgerChange, readComments } from './ledger.ts';
import { type CommentRecord, commentFile, numberAfter, printComment, showComment } from './pull-request-record.ts';
import { findRecord } from './pull-requests.ts';

interface Options {
  readonly clock: Clock;
  readonly ledger: LedgerAccess;
  readonly bot: Person;
}

interface Said {
  readonly body: string;
  readonly by: Person;
}

export function createComments(repository: GitRepository, { clock, ledger: { read, change }, bot }: Options): Comments {
  async function list(number: number, ledger: Ledger): Promise<readonly Comment[]> {
    findRecord(number, ledger, repository.name);
    return readComments(ledger, number, repository);
  }

  function add(number: number, { body, by }: Said, ledger: Ledger): LedgerChange<Comment> {
    const { title } = findRecord(number, ledger, repository.name);
    const last = commentIdsOf(ledger.tree, number).at(-1)?.id ?? '0';
    const position = numberAfter(Number.parseInt(last, 10), () => commentFile(number, last));
    // Two processes that say the same at the same moment must not make the same commit, for that would be one comment.
    const id = `${`${position}`.padStart(4, '0')}-${randomBytes(4).toString('hex')}`;
    const comment = { id, number, author: by, body, createdAt: clock.now() };
    return write(comment, `Comment on pull request ${number}: ${title}`);
  }

  async function ensure(number: number, { key, body, by }: Said & { readonly key: string }, ledger: Ledger) {
    const marker = commentMarker(key);
    const text = `${marker}\n${body}`;
    const there = (await list(number, ledger)).find((it) => it.author.id === bot.email && it.body.startsWith(marker));
    if (there?.body === text) return leave({ comment: there, written: false }, by);
    const { title } = findRecord(number, ledger, repository.name);
    const { result, ...written } = there
      ? write({ ...there, author: by, body: text }, `Edit a comment on pull request ${number}: ${title}`)
      : add(number, { body: text, by }, ledger);
    return { ...written, result: { comment: result, written: true } };
  }

  async function all(): Promise<readonly Comment[]> {
    const ledger = await read();
    const each = ledger.records.map(({ number }) => readComments(ledger, number, repository));
    return (await Promise.all(each)).flat();
  }

  return {
    list: async (number) => list(number, await read()),
    listSince: async (since) => oldestFirst((await all()).filter(({ createdAt }) => createdAt >= since)),
    read: async (id) => (await all()).find((it) => it.id === id),
    add: (number, said) => change(async (ledger) => add(number, said, ledger)),
    ensure: (number, said) => change((ledger) => ensure(number, said, ledger)),
    acknowledge: async () => undefined,
  };
}

function write(comment: CommentRecord, message: string): LedgerChange<Comment> {
  const files = [{ path: commentFile(comment.number, comment.id), content: printComment(comment) }];
  return { files, message, by: comment.author, result: showComment(comment) };
}

const leave = <Result>(result: Result, by: Person): LedgerChange<Result> => ({ files: [], message: '', by, result });

function oldestFirst(comments: readonly Comment[]): readonly Comment[] {
  return comments.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

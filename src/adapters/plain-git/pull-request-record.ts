import { z } from 'zod';
import { parseStrictJson } from '../../core/document/strict-json.ts';
import { Failure } from '../../core/failure.ts';
import { actorOf } from '../../core/pull-request/actor.ts';
import type { Comment, PullRequest } from '../../core/pull-request/pull-request.ts';
import { type CommitSha, type Person, parseCommitSha } from '../../core/repository/commit.ts';

/** The ref whose commits are the history of all pull requests, and whose tree is their present state. */
export const ledgerRef = 'refs/consignee/pull-requests';

/** A pull request as kept in files. */
export interface PullRequestRecord
  extends Omit<PullRequest, 'headSha' | 'link' | 'author' | 'endedBy' | 'draft' | 'endedWithBranch'> {
  readonly author: Person;
  readonly endedBy: Person | undefined;
  /** Tip of `head` when it was written last. */
  readonly headSha: CommitSha;
  /** Tip of `base` when it was opened. */
  readonly baseSha: CommitSha;
}

export const recordFile = (number: number) => `${number}/pull-request.json`;
export const bodyFile = (number: number) => `${number}/body.md`;
export const commentFile = (number: number, id: string) => `${number}/comments/${id}.json`;

/** Greatest number of a pull request, and greatest position of a comment; far more than there will ever be. */
const maxNumber = 999_999;

/**
 * @returns The number and the comment's id that a path of the ledger is about; `undefined` for files that are not ours.
 * @throws {Failure} `configuration` for a number that is out of range.
 */
export function parseLedgerPath(path: string): { readonly number: number; readonly commentId?: string } | undefined {
  const [, number, commentId] = /^([1-9]\d*)\/(?:pull-request\.json|comments\/(\d+-\w+)\.json)$/.exec(path) ?? [];
  if (number === undefined) return undefined;
  for (const it of [number, commentId ?? '0']) {
    if (Number.parseInt(it, 10) > maxNumber) throw broken(path, `its number is greater than ${maxNumber}`);
  }
  return commentId === undefined ? { number: Number(number) } : { number: Number(number), commentId };
}

/**
 * @param last The greatest number so far.
 * @param fileOf File of a number.
 * @throws {Failure} `configuration` when somebody has used up the numbers: the next one could not be read again.
 */
export function numberAfter(last: number, fileOf: (number: number) => string): number {
  if (last >= maxNumber) throw broken(fileOf(last), `there is no number after ${maxNumber}`);
  return last + 1;
}

const sha = z.string().transform((text, context) => {
  const parsed = parseCommitSha(text);
  if (parsed !== undefined) return parsed;
  context.addIssue('this is not a full commit id');
  return z.NEVER;
});
const person = z.object({ name: z.string(), email: z.string() });
const date = z.iso.datetime().transform((text) => new Date(text));

const recordSchema = z.object({
  state: z.enum(['open', 'merged', 'closed']),
  head: z.string().min(1),
  headSha: sha,
  base: z.string().min(1),
  baseSha: sha,
  title: z.string(),
  labels: z.array(z.string()),
  author: person,
  createdAt: date,
  endedBy: person.optional(),
  mergeCommit: sha.optional(),
});

const commentSchema = z.object({ author: person, createdAt: date, body: z.string() });

/** @throws {Failure} `configuration` when the file was broken by hand. */
export function parseRecord(
  number: number,
  bytes: Uint8Array | undefined,
  body: Uint8Array | undefined,
): PullRequestRecord {
  const record = parseFile(recordFile(number), bytes, recordSchema);
  if (!body) throw broken(bodyFile(number), 'it is missing');
  const { endedBy, mergeCommit, ...rest } = record;
  return { ...rest, endedBy, mergeCommit, number, body: Buffer.from(body).toString() };
}

/** The body is a file of its own, which can be read as it is. */
export function printRecord({ number: _, body: __, ...record }: PullRequestRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** @throws {Failure} `configuration` when the file was broken by hand. */
export function parseComment(number: number, id: string, bytes: Uint8Array | undefined): Comment {
  const { author, createdAt, body } = parseFile(commentFile(number, id), bytes, commentSchema);
  return showComment({ id, number, author, createdAt, body });
}

/** A comment as kept in a file. */
export interface CommentRecord extends Pick<Comment, 'id' | 'number' | 'body' | 'createdAt'> {
  readonly author: Person;
}

/** Nothing tells an edited file from another commit of the ledger: whoever can push can write anything there. */
export function showComment({ author, ...rest }: CommentRecord): Comment {
  return { ...rest, author: actorOf(author), edited: false };
}

export function printComment({
  author,
  createdAt,
  body,
}: Pick<CommentRecord, 'author' | 'createdAt' | 'body'>): string {
  return `${JSON.stringify({ author, createdAt, body }, undefined, 2)}\n`;
}

function parseFile<Output>(path: string, bytes: Uint8Array | undefined, schema: z.ZodType<Output>): Output {
  if (!bytes) throw broken(path, 'it is missing');
  const json = parseStrictJson(bytes);
  if (json.kind === 'problem') throw broken(path, json.message);
  const result = schema.safeParse(json.value);
  if (result.success) return result.data;
  const findings = result.error.issues.map((it) => `${it.path.join('.')}: ${it.message}`);
  throw broken(path, findings.join('; '));
}

function broken(path: string, problem: string): Failure {
  return new Failure('configuration', `The pull request file ${path} of ${ledgerRef} is broken: ${problem}`, {
    remedy: `Find the last good commit with "git log ${ledgerRef} -- ${path}" and set the ref back to it in the applications repository: git update-ref ${ledgerRef} COMMIT.`,
    place: { file: `${ledgerRef}:${path}` },
  });
}

import type { Comment } from '../core/pull-request/pull-request.ts';
import { type Answered, answerComment, type CommentWorld, logUnfinished } from './answer-comment.ts';

/** Times of forge and bot differ, and a comment may be listed late. In milliseconds. */
const overlap = 10 * 60 * 1000;
/** How far back a bot looks that has never read comments: what is older is not carried out any more. In milliseconds. */
const firstLook = 24 * 60 * 60 * 1000;

export interface CaughtUp {
  readonly answered: readonly Answered[];
  /** To be tried again: those that failed, and those after them on the same pull request or issue. */
  readonly left: readonly Comment[];
}

/**
 * Answers the comments that no webhook told of: with lost webhooks a command comes late, and that is all (C-01). A comment that fails
 * keeps only those back that were made after it in the same place: what people say there holds in its order.
 *
 * @param waiting Pull requests and issues with a comment that is tried again already.
 * @throws {Failure} When the comments cannot be listed.
 */
export async function catchUpComments(
  world: CommentWorld,
  waiting: ReadonlySet<number> = new Set(),
): Promise<CaughtUp> {
  const { forge, store, clock } = world.ports;
  const { repository } = world.options;
  const read = await store.commands.watermark(repository);
  const from = read ?? new Date(clock.now().getTime() - firstLook);
  const comments = await forge.comments.listSince(new Date(from.getTime() - overlap));
  const { answered, left } = await answerInOrder(comments, waiting, world);
  const mark = markBefore(left, comments, from);
  if (read === undefined || mark > read) await store.commands.setWatermark(repository, mark);
  return { answered, left };
}

async function answerInOrder(
  comments: readonly Comment[],
  waiting: ReadonlySet<number>,
  world: CommentWorld,
): Promise<CaughtUp> {
  const answered: Answered[] = [];
  const left: Comment[] = [];
  const held = new Set(waiting);
  for (const comment of comments) {
    const result = held.has(comment.number) ? undefined : await tryToAnswer(comment, world);
    if (!result) held.add(comment.number);
    if (!result || result.kind === 'unanswered') left.push(comment);
    if (result) answered.push(result);
  }
  return { answered, left };
}

/** The forge's own clock, so that none of its comments lies behind; what is left is read again. */
function markBefore(left: readonly Comment[], comments: readonly Comment[], from: Date): Date {
  const newest = comments.reduce((it, { createdAt }) => (createdAt > it ? createdAt : it), from);
  return left.reduce((it, { createdAt }) => (createdAt < it ? createdAt : it), newest);
}

/** @returns `undefined` when it failed, whatever it was: nobody else's comment is to suffer from it. */
async function tryToAnswer(comment: Comment, world: CommentWorld): Promise<Answered | undefined> {
  try {
    return await answerComment({ comment }, world);
  } catch (error) {
    logUnfinished(comment.id, error, world);
    return undefined;
  }
}

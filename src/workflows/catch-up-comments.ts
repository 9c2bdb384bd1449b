import { type Answered, answerComment, type CommentWorld } from './answer-comment.ts';

/** Times of forge and bot differ, and a comment may be listed late. In milliseconds. */
const overlap = 10 * 60 * 1000;
/** How far back a bot looks that has never read comments: what is older is not carried out any more. In milliseconds. */
const firstLook = 24 * 60 * 60 * 1000;

/**
 * Answers the comments that no webhook told of: with lost webhooks a command comes late, and that is all (C-01).
 *
 * @returns What was answered.
 */
export async function catchUpComments(world: CommentWorld): Promise<readonly Answered[]> {
  const { forge, store, clock } = world.ports;
  const { repository } = world.options;
  const read = await store.commands.watermark(repository);
  const from = read ?? new Date(clock.now().getTime() - firstLook);
  const comments = await forge.comments.listSince(new Date(from.getTime() - overlap));
  const answered: Answered[] = [];
  for (const comment of comments) answered.push(await answerComment({ comment }, world));
  // The forge's own clock, so that none of its comments lies behind.
  const newest = comments.reduce((it, { createdAt }) => (createdAt > it ? createdAt : it), from);
  if (read === undefined || newest > read) await store.commands.setWatermark(repository, newest);
  return answered;
}

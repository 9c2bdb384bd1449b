import { type Answered, answerComment, type CommentWorld, logUnfinished } from './answer-comment.ts';
import type { CommentQueue, WaitingComment } from './comment-queue.ts';

/**
 * Deals with one comment of the queue. Whatever fails there is put back and tried again later: it keeps nobody else from anything.
 *
 * @returns What came of it; `undefined` when it was put back with nothing done.
 */
export async function answerWaiting(
  waiting: WaitingComment,
  queue: CommentQueue,
  world: CommentWorld,
): Promise<Answered | undefined> {
  const { id } = waiting;
  const { log } = world.ports;
  const { repository } = world.options;
  try {
    const answered = await readAndAnswer(waiting, world);
    if (answered.kind !== 'unanswered') {
      queue.finish(id);
      return answered;
    }
    log.warn('comment.unanswered', { repository, comment: id, error: answered.failure.message });
    // What was done is stored, so that its deliveries need not wait for the answer.
    queue.putBack({ ...waiting, deliveries: [] }, { now: performance.now(), done: true });
    return answered;
  } catch (error) {
    logUnfinished(id, error, world);
    queue.putBack(waiting, { now: performance.now(), done: false });
    return undefined;
  }
}

async function readAndAnswer({ id, number, bodyDigest, permission }: WaitingComment, world: CommentWorld) {
  const { forge, store, clock } = world.ports;
  const comment = await forge.comments.read(id);
  if (comment) return answerComment({ comment, bodyDigest, permission }, world);
  // Deleted: what was received of it must not wait for ever.
  const key = { repository: world.options.repository, comment: id };
  await store.commands.receive({ ...key, number, bodyDigest: bodyDigest ?? '', permission, at: clock.now() });
  await store.commands.advance(key, 'ignored', undefined, clock.now());
  return { kind: 'none' } as const;
}

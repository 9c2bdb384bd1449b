import type { FoundComment } from './answer-comment.ts';

/** A comment that is still to be dealt with. */
export interface WaitingComment extends Omit<FoundComment, 'comment'> {
  readonly id: string;
  /** Of the pull request or issue that it stands on. */
  readonly number: number;
  /** That are acted on once it is dealt with. */
  readonly deliveries: readonly number[];
}

/**
 * Comments in the order in which they came. One that fails is tried again after a while and keeps nobody back but those after it in the
 * same place: a hold and the command that ends it must not change places.
 */
export interface CommentQueue {
  /** What waits already is not added twice. */
  add(comment: WaitingComment): void;
  /** @returns The next one that can be dealt with, which is the caller's from now on. */
  take(now: number): WaitingComment | undefined;
  /** Puts one back that failed. `done` tells that only its answer is missing, which keeps nobody back. */
  putBack(comment: WaitingComment, failed: { readonly now: number; readonly done: boolean }): void;
  /** Forgets how often one failed. */
  finish(id: string): void;
  /** @returns When the next one can be dealt with, in milliseconds; `undefined` when none waits. */
  nextDue(): number | undefined;
  /** Where one waits that keeps others back. */
  places(): ReadonlySet<number>;
}

interface Entry {
  readonly comment: WaitingComment;
  readonly due: number;
  readonly done: boolean;
}

/** @param pauses In milliseconds: after the first failure, and the longest; each failure doubles it. Times are of any one clock. */
export function createCommentQueue(pauses: { readonly first: number; readonly longest: number }): CommentQueue {
  const entries = new Map<string, Entry>();
  const failures = new Map<string, number>();

  /** The first of each place, and those that only lack their answer. */
  function free(): readonly Entry[] {
    const kept = new Set<number>();
    return [...entries.values()].filter(({ comment: { number }, done }) => {
      if (done) return true;
      const first = !kept.has(number);
      kept.add(number);
      return first;
    });
  }
  return {
    add(comment) {
      const before = entries.get(comment.id);
      const deliveries = [...(before?.comment.deliveries ?? []), ...comment.deliveries];
      const { bodyDigest = comment.bodyDigest, permission = comment.permission } = before?.comment ?? {};
      const merged = { ...comment, ...before?.comment, bodyDigest, permission, deliveries };
      // What is told of it now may be what was missing.
      const isNews = before?.comment.permission === undefined && permission !== undefined;
      const due = before && !isNews ? before.due : Number.NEGATIVE_INFINITY;
      entries.set(comment.id, { done: before?.done ?? false, due, comment: merged });
    },
    take(now) {
      const found = free().find(({ due }) => due <= now)?.comment;
      if (found) entries.delete(found.id);
      return found;
    },
    putBack(comment, { now, done }) {
      const count = (failures.get(comment.id) ?? 0) + 1;
      failures.set(comment.id, count);
      const due = now + Math.min(pauses.first * 2 ** (count - 1), pauses.longest);
      // It came before those that are there. What was told of it once more meanwhile goes with it.
      const told = entries.get(comment.id)?.comment.deliveries ?? [];
      entries.delete(comment.id);
      const others = [...entries];
      entries.clear();
      entries.set(comment.id, { comment: { ...comment, deliveries: [...comment.deliveries, ...told] }, due, done });
      for (const [id, entry] of others) entries.set(id, entry);
    },
    finish: (id) => void failures.delete(id),
    nextDue() {
      const dues = free().map(({ due }) => due);
      return dues.length === 0 ? undefined : Math.min(...dues);
    },
    places: () => new Set([...entries.values()].filter(({ done }) => !done).map(({ comment }) => comment.number)),
  };
}

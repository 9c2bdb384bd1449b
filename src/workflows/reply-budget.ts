import type { Actor } from '../core/pull-request/actor.ts';

/**
 * How many comments of one author are answered within an hour (reliability.md ): strangers must not have the bot write without
 * end, and two bots must not answer each other for ever.
 */
export interface ReplyBudget {
  /**
   * Counts a comment, each once however often it is tried.
   *
   * @returns `spent` for the first that is too much, of which the author is told, and `over` for those after it.
   */
  take(author: Actor, comment: string, asked: { readonly mayWrite: boolean; readonly now: Date }): BudgetAnswer;
}

export type BudgetAnswer = 'within' | 'spent' | 'over';

/** An hour, in milliseconds. */
const span = 60 * 60 * 1000;
/** Whoever may write works on many installations at once, by a script perhaps. */
const limits = { reader: 20, writer: 200 };
/** Authors that are remembered; who has said nothing for longest is forgotten first. */
const maxAuthors = 1_000;

type Counted = ReadonlyMap<string, number>;

/** Kept in memory: a process that starts anew begins to count anew. */
export function createReplyBudget(): ReplyBudget {
  const authors = new Map<string, Counted>();
  return {
    take({ id }, comment, { mayWrite, now }) {
      const limit = mayWrite ? limits.writer : limits.reader;
      const counted = count(comment, authors.get(id) ?? new Map(), { limit, at: now.getTime() });
      remember(authors, id, counted);
      const place = [...counted.keys()].indexOf(comment);
      if (place === -1) return 'over';
      return place < limit ? 'within' : 'spent';
    },
  };
}

/** Those that are over are not remembered: there may be any number of them. */
function count(
  comment: string,
  before: Counted,
  { limit, at }: { readonly limit: number; readonly at: number },
): Counted {
  const recent = [...before].filter(([, time]) => time > at - span);
  return recent.some(([it]) => it === comment) || recent.length > limit
    ? new Map(recent)
    : new Map([...recent, [comment, at]]);
}

function remember(authors: Map<string, Counted>, id: string, counted: Counted): void {
  authors.delete(id);
  authors.set(id, counted);
  const [oldest] = authors.keys();
  if (authors.size > maxAuthors && oldest !== undefined) authors.delete(oldest);
}

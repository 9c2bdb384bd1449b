import { describe, expect, test } from 'vitest';
import { createCommentQueue, type WaitingComment } from '../../src/workflows/comment-queue.ts';
import { createReplyBudget } from '../../src/workflows/reply-budget.ts';

const pauses = { first: 10, longest: 35 };
const waiting = (id: string, number = 1, ...deliveries: readonly number[]): WaitingComment => ({
  id,
  number,
  deliveries,
});

describe('the queue of comments', () => {
  test('gives each once, in order, with all deliveries that told of it', () => {
    const queue = createCommentQueue(pauses);
    for (const it of [waiting('a', 1, 1), waiting('b', 2, 2), waiting('a', 1, 3)]) queue.add(it);
    expect([queue.take(0), queue.take(0), queue.take(0)]).toEqual([
      waiting('a', 1, 1, 3),
      waiting('b', 2, 2),
      undefined,
    ]);
  });

  test('keeps back what came after a failure in the same place, and nothing else', () => {
    const queue = createCommentQueue(pauses);
    for (const it of [waiting('a'), waiting('b'), waiting('c', 2)]) queue.add(it);
    const [a = waiting('')] = [queue.take(0)];
    queue.putBack(a, { now: 0, done: false });
    expect([...queue.places()]).toEqual([1, 2]);
    expect(queue.take(0)?.id).toBe('c');
    expect(queue.take(9)).toBeUndefined();
    expect(queue.nextDue()).toBe(10);
    expect([queue.take(10)?.id, queue.take(10)?.id]).toEqual(['a', 'b']);
  });

  test('lets others pass what only lacks its answer', () => {
    const queue = createCommentQueue(pauses);
    for (const it of [waiting('a'), waiting('b')]) queue.add(it);
    const [a = waiting('')] = [queue.take(0)];
    queue.putBack(a, { now: 0, done: true });
    expect(queue.take(0)?.id).toBe('b');
    expect([...queue.places()]).toEqual([]);
    expect(queue.take(10)?.id).toBe('a');
  });

  test('waits twice as long after each failure, up to a limit, and forgets failures that are over', () => {
    const queue = createCommentQueue(pauses);
    const dues: (number | undefined)[] = [];
    for (let times = 0; times < 4; times++) {
      queue.putBack(waiting('a'), { now: 0, done: false });
      dues.push(queue.nextDue());
      queue.take(1000);
    }
    expect(dues).toEqual([10, 20, 35, 35]);
    queue.finish('a');
    queue.putBack(waiting('a'), { now: 0, done: false });
    expect(queue.nextDue()).toBe(10);
  });

  test('loses no delivery of what is told of again while it is dealt with', () => {
    const queue = createCommentQueue(pauses);
    queue.add(waiting('a', 1, 1));
    const [a = waiting('')] = [queue.take(0)];
    queue.add(waiting('a', 1, 2));
    queue.putBack(a, { now: 0, done: false });
    expect(queue.take(10)).toEqual(waiting('a', 1, 1, 2));
  });
});

describe('the budget of replies', () => {
  const reader = { id: '4', name: 'olav' };
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 12, minute));

  test('counts a comment once, and says once that there are too many', () => {
    const budget = createReplyBudget();
    const take = (comment: string, minute = 0) => budget.take(reader, comment, { mayWrite: false, now: at(minute) });
    for (let count = 0; count < 20; count++) {
      expect(take(`${count}`)).toBe('within');
      expect(take('0')).toBe('within');
    }
    expect([take('a'), take('b'), take('a'), take('5')]).toEqual(['spent', 'over', 'spent', 'within']);
    expect(budget.take({ id: '5', name: 'olav' }, 'c', { mayWrite: false, now: at(0) })).toBe('within');
    expect(take('b', 61)).toBe('within');
  });

  test('is larger for who may write', () => {
    const budget = createReplyBudget();
    const answers = Array.from({ length: 202 }, (_, index) =>
      budget.take(reader, `${index}`, { mayWrite: true, now: at(0) }),
    );
    expect(answers.slice(198)).toEqual(['within', 'within', 'spent', 'over']);
  });
});

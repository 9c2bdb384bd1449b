import { expect, test } from 'vitest';
import { createByteBudget } from '../../src/server/byte-budget.ts';
import { createForgeryLimit } from '../../src/server/forgery-limit.ts';
import { createSecretSource } from '../../src/server/secret-source.ts';
import { createSparing } from '../../src/server/sparing.ts';
import { createTokenBuckets } from '../../src/server/token-buckets.ts';

/** A clock in milliseconds that is set by hand. */
function handClock() {
  let time = 1_000_000;
  return { now: () => time, pass: (milliseconds: number) => (time += milliseconds) };
}

test('a bucket holds its burst, gains with time, and never more than its burst', () => {
  const clock = handClock();
  const buckets = createTokenBuckets({ perSecond: 2, burst: 3 }, clock.now);
  const takeFour = () => [1, 2, 3, 4].map(() => buckets.take('a'));
  expect(takeFour()).toEqual([true, true, true, false]);
  expect(buckets.isEmpty('a')).toBe(true);
  expect(buckets.isEmpty('b')).toBe(false);
  clock.pass(499);
  expect(buckets.isEmpty('a')).toBe(true);
  clock.pass(501);
  expect(takeFour()).toEqual([true, true, false, false]);
  clock.pass(3_600_000);
  expect(takeFour()).toEqual([true, true, true, false]);
});

test('of very many buckets the one used longest ago is forgotten', () => {
  const clock = handClock();
  const buckets = createTokenBuckets({ perSecond: 0.000001, burst: 1 }, clock.now);
  for (let index = 0; index <= 10_000; index++) buckets.take(`${index}`);
  expect([buckets.isEmpty('0'), buckets.isEmpty('1'), buckets.isEmpty('10000')]).toEqual([false, true, true]);
});

test('an address that forges is refused, until time has passed or something genuine came from it', () => {
  const clock = handClock();
  const limit = createForgeryLimit({ perSecond: 1, burst: 2 }, clock.now);
  const forgeTwice = () => {
    limit.forged('a');
    limit.forged('a');
  };
  forgeTwice();
  expect([limit.refuses('a'), limit.refuses('b')]).toEqual([true, false]);
  clock.pass(1_000);
  expect(limit.refuses('a')).toBe(false);
  forgeTwice();
  limit.genuine('a');
  expect(limit.refuses('a')).toBe(false);
  clock.pass(25 * 60 * 60 * 1000);
  forgeTwice();
  expect(limit.refuses('a')).toBe(true);
});

test('a budget gives back what was taken, once', () => {
  const budget = createByteBudget(10);
  const [first, second] = [budget.open(), budget.open()];
  expect([first.take(6), second.take(5), second.take(4), first.take(1)]).toEqual([true, false, true, false]);
  first.close();
  first.close();
  expect([second.take(7), second.take(6)]).toEqual([false, true]);
});

test('something is done once a minute for each key', () => {
  const clock = handClock();
  const sparing = createSparing(clock.now);
  const done: string[] = [];
  const act = (key: string) => sparing(key, () => done.push(key));
  for (const key of ['a', 'a', 'b']) act(key);
  clock.pass(60_000);
  act('a');
  expect(done).toEqual(['a', 'b', 'a']);
});

test('secrets are read once for many deliveries, and anew after a second', async () => {
  const clock = handClock();
  let current = 'old';
  let reads = 0;
  const secrets = createSecretSource(async () => {
    reads++;
    return [current];
  }, clock.now);
  expect(await Promise.all([secrets(), secrets()])).toEqual([['old'], ['old']]);
  current = 'new';
  clock.pass(999);
  expect([await secrets(), reads]).toEqual([['old'], 1]);
  clock.pass(1);
  expect([await secrets(), reads]).toEqual([['new'], 2]);
});

test('secrets that could not be read are read again at once', async () => {
  let broken = true;
  const secrets = createSecretSource(() => (broken ? Promise.reject(new Error('no file')) : Promise.resolve(['new'])));
  await expect(secrets()).rejects.toThrow('no file');
  broken = false;
  expect(await secrets()).toEqual(['new']);
});

import { describe, expect, test } from 'vitest';
import { parseRetryAfter } from '../../../src/adapters/oci/pace.ts';
import { first, status } from '../../support/faults.ts';
import { ask, startOciWorld } from '../../support/oci-world.ts';

const busy = (code: number, retryAfter?: string) =>
  status(code, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
const noon = Date.parse('2026-11-21T12:00:00Z');

describe('a registry that asks for a pause', () => {
  test.each([
    ['429', 429, '2', 2000],
    ['503', 503, '2', 2000],
    ['429 that is too short', 429, '0', 1000],
    ['429 that is negative', 429, '-5', 1000],
    ['429 in fractions', 429, '1.5', 1500],
    ['429 in the past', 429, 'Wed, 21 Oct 2015 07:28:00 GMT', 1000],
    ['429 by a date', 429, 'Sat, 21 Nov 2026 12:00:20 GMT', 20_000],
    ['429 that cannot be read', 429, 'soon', 500],
    ['429 without a time', 429, undefined, 500],
  ])('F-07: by %s is given it', async (_what, code, retryAfter, milliseconds) => {
    await using world = await startOciWorld({ now: () => noon, registry: { fault: first(1, busy(code, retryAfter)) } });
    expect(await ask.list(world)).toMatchObject({ complete: true });
    expect(world.slept).toEqual([milliseconds]);
  });

  test.each([
    ['an hour', '3600', '2026-11-21T13:00:00.000Z'],
    ['for ever', '1e9'.replace('e9', '000000000'), '2026-11-21T13:00:00.000Z'],
    ['until a year is over', 'Sun, 21 Nov 2027 12:00:00 GMT', '2026-11-21T13:00:00.000Z'],
    ['a minute', '60', '2026-11-21T12:01:00.000Z'],
  ])('F-07: for %s is not waited for, and not asked again meanwhile', async (_what, retryAfter, until) => {
    let now = noon;
    await using world = await startOciWorld({ now: () => now, registry: { fault: first(1, busy(429, retryAfter)) } });
    const failure = { code: 'registry-unreachable', message: expect.stringContaining(`no requests until ${until}`) };
    await expect(ask.list(world)).rejects.toMatchObject(failure);
    await expect(ask.blob(world)).rejects.toMatchObject(failure);
    await expect(ask.stream(world)).rejects.toMatchObject(failure);
    expect(world.client.requests).toBe(1);
    expect(world.slept).toEqual([]);
    now = Date.parse(until) + 1;
    expect(await ask.list(world)).toMatchObject({ complete: true });
  });

  test('F-07: gets it from all that is asked at the same time', async () => {
    const arrivals: number[] = [];
    await using world = await startOciWorld({ now: () => noon, concurrency: 1 });
    const answer = first(1, busy(429, '10'));
    world.fake.fault = (exchange) => {
      arrivals.push(world.slept.reduce((sum, it) => sum + it, 0));
      return answer(exchange);
    };
    await Promise.all([ask.list(world), ask.blob(world), ask.manifest(world)]);
    expect(arrivals).toHaveLength(4);
    expect(arrivals.map((it) => it >= 10_000)).toEqual([false, true, true, true]);
  });

  test('F-07: again and again is given up', async () => {
    await using world = await startOciWorld({ now: () => noon, registry: { fault: busy(429, '1') } });
    await expect(ask.list(world)).rejects.toMatchObject({
      message: expect.stringContaining('429 (too many requests), 3 times'),
      remedy: expect.stringContaining('later'),
    });
    expect(world.client.requests).toBe(3);
  });
});

test.each([
  [1, [500, 1000, 2000, 4000, 8000, 10_000, 10_000]],
  [0.5, [250, 500, 1000, 2000, 4000, 5000, 5000]],
])('pauses between attempts grow, and are left to chance: %d', async (random, milliseconds) => {
  await using world = await startOciWorld({ random, limits: { attempts: 8 }, registry: { fault: status(500) } });
  await expect(ask.list(world)).rejects.toMatchObject({ code: 'registry-unreachable' });
  expect(world.slept).toEqual(milliseconds);
});

test.each(['', ' ', 'soon', '1,5', '--1', '0x10'])('F-07: %j is no time to come back', (text) => {
  expect(parseRetryAfter(text, noon)).toBeUndefined();
});

import { afterEach, expect, test, vi } from 'vitest';
import { groupCommit } from '../../../src/adapters/sqlite/group-commit.ts';

/** As SQLite says that another process writes. */
const busy = Object.assign(new Error('database is locked'), { errcode: 5 });

afterEach(() => {
  vi.restoreAllMocks();
});

test('calls that arrive together are written together, and each gets its own output', async () => {
  const groups: (readonly number[])[] = [];
  const store = groupCommit<number, string>({
    path: 'x',
    busyMilliseconds: 100,
    write: (inputs) => {
      groups.push(inputs);
      return inputs.map((input) => `${input}!`);
    },
  });
  expect(await Promise.all([1, 2, 3].map(store))).toEqual(['1!', '2!', '3!']);
  expect(await store(4)).toBe('4!');
  expect(groups).toEqual([[1, 2, 3], [4]]);
});

test('of very many calls no more than five hundred are written at once', async () => {
  const sizes: number[] = [];
  const store = groupCommit<number, number>({
    path: 'x',
    busyMilliseconds: 100,
    write: (inputs) => {
      sizes.push(inputs.length);
      return inputs;
    },
  });
  const inputs = Array.from({ length: 1200 }, (_, index) => index);
  expect(await Promise.all(inputs.map(store))).toEqual(inputs);
  expect(sizes).toEqual([500, 500, 200]);
});

test('when a group cannot be written each of its calls fails, and the next group is written', async () => {
  let broken = true;
  const store = groupCommit<number, number>({
    path: '/x/store.db',
    busyMilliseconds: 100,
    write: (inputs) => {
      if (broken) throw Object.assign(new Error('database or disk is full'), { errcode: 13 });
      return inputs;
    },
  });
  const results = await Promise.allSettled([store(1), store(2)]);
  const failure = { code: 'store', message: expect.stringContaining('/x/store.db cannot grow') };
  expect(results).toMatchObject([
    { status: 'rejected', reason: failure },
    { status: 'rejected', reason: failure },
  ]);
  broken = false;
  expect(await store(3)).toBe(3);
});

test('calls that are not of the group that cannot be written are written after it', async () => {
  let attempts = 0;
  const store = groupCommit<number, number>({
    path: 'x',
    busyMilliseconds: 100,
    write: (inputs) => {
      attempts += 1;
      if (attempts === 1) throw new Error('it broke');
      return inputs;
    },
  });
  const results = await Promise.allSettled(Array.from({ length: 502 }, (_, index) => store(index)));
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(500);
  expect(results.slice(500)).toEqual([500, 501].map((value) => ({ status: 'fulfilled', value })));
});

test('each call waits for its own time while another process writes, and then they are written together', async () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  let locked = true;
  const groups: (readonly number[])[] = [];
  const store = groupCommit<number, number>({
    path: 'x',
    busyMilliseconds: 100,
    write: (inputs) => {
      if (locked) throw busy;
      groups.push(inputs);
      return inputs;
    },
  });
  const impatient = store(1);
  now.mockReturnValue(50);
  const patient = [store(2), store(3)];
  now.mockReturnValue(100);
  await expect(impatient).rejects.toMatchObject({ code: 'store', message: expect.stringContaining('is locked') });
  locked = false;
  expect(await Promise.all(patient)).toEqual([2, 3]);
  expect(groups).toEqual([[2, 3]]);
});

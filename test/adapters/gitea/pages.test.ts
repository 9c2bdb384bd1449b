import { describe, expect, test } from 'vitest';
import { integerAt } from '../../../src/adapters/gitea/fields.ts';
import { type Paged, readPages } from '../../../src/adapters/gitea/pages.ts';
import { type Lie, startLyingServer } from './lying-server.ts';

const paged: Paged<number> = {
  call: (api, page) => api.repos.issueListLabels('team', 'apps', page),
  take: (row) => integerAt(row, 'id'),
};

const rows = (...ids: readonly number[]) => ids.map((id) => ({ id }));

/** Lists from a server that gives these pages, each time anew. */
async function list(pages: (page: number, count: number) => Lie, change: Partial<Paged<number>> = {}, limit = 20) {
  await using server = await startLyingServer(
    ({ url, count }) => {
      const page = /[?&]page=(\d+)/.exec(url)?.[1];
      return page === undefined ? undefined : pages(Number(page), count);
    },
    { pages: limit },
  );
  const outcome = await readPages(server.site, { ...paged, ...change }).catch((error: unknown) => error);
  return { outcome, asked: server.asked.filter((it) => it.includes('page=')).length };
}

const total = (count: number) => ({ 'x-total-count': `${count}` });

describe('a listing', () => {
  test('that fits on a page is asked for once', async () => {
    const given = await list(() => ({ headers: total(3), body: rows(1, 2, 3) }));
    expect(given).toMatchObject({ outcome: { rows: [1, 2, 3], total: 3, refused: false }, asked: 1 });
  });

  test('that is empty is asked for once, also when the server says null', async () => {
    expect(await list(() => ({ headers: total(0), body: [] }))).toMatchObject({ outcome: { rows: [] }, asked: 1 });
    expect(await list(() => ({ headers: total(0), body: null }))).toMatchObject({ outcome: { rows: [] }, asked: 1 });
  });

  test('is read to its end, whatever the server takes for a page', async () => {
    const pages = (page: number) => ({ headers: total(5), body: rows(...([[1, 2], [3, 4], [5]][page - 1] ?? [])) });
    expect(await list(pages)).toMatchObject({ outcome: { rows: [1, 2, 3, 4, 5] }, asked: 3 });
  });

  test('without a total ends with a page of nothing', async () => {
    const pages = (page: number) => ({ body: rows(...([[1, 2], [3]][page - 1] ?? [])) });
    expect(await list(pages)).toMatchObject({ outcome: { rows: [1, 2, 3], total: undefined }, asked: 3 });
  });

  test('ends where enough is known', async () => {
    const pages = (page: number) => ({ headers: total(9), body: rows(page * 2, page * 2 + 1) });
    const given = await list(pages, { enough: (page) => page.includes(4) });
    expect(given).toMatchObject({ outcome: { rows: [2, 3, 4, 5] }, asked: 2 });
  });

  test('that ends early is no listing', async () => {
    const given = await list((page) => ({ headers: total(3), body: page === 1 ? rows(1, 2) : [] }));
    expect(given.outcome).toMatchObject({ code: 'forge-unreachable', message: expect.stringContaining('2 of 3') });
  });

  test('that does not end is no listing', async () => {
    const given = await list((page) => ({ body: rows(page) }), {}, 7);
    expect(given).toMatchObject({ outcome: { code: 'forge-unreachable' }, asked: 7 });
  });

  test('that changes between its pages is begun again', async () => {
    const pages = (page: number, count: number) => {
      const all = count === 1 && page === 1 ? [1, 2, 3, 4] : [2, 3, 4];
      return { headers: total(all.length), body: rows(...all.slice((page - 1) * 2, page * 2)) };
    };
    expect((await list(pages)).outcome).toMatchObject({ rows: [2, 3, 4] });
  });

  test('with one row on two pages is begun again', async () => {
    const pages = (page: number, count: number) => {
      const shown =
        count === 1
          ? [
              [1, 2],
              [2, 3],
            ]
          : [
              [1, 2],
              [3, 4],
            ];
      return { headers: total(4), body: rows(...(shown[page - 1] ?? [])) };
    };
    expect((await list(pages)).outcome).toMatchObject({ rows: [1, 2, 3, 4] });
  });

  test('that keeps changing is given up', async () => {
    const pages = (page: number) => ({ headers: total(4 - page), body: rows(page) });
    expect((await list(pages)).outcome).toMatchObject({ code: 'forge-conflict' });
  });

  test.each<[string, Lie]>([
    ['a broken row', { headers: total(2), body: [{ id: 1 }, null] }],
    ['a row without id', { headers: total(1), body: [{}] }],
    ['no list', { headers: total(1), body: { id: 1 } }],
    ['a total that is no number', { headers: { 'x-total-count': 'many' }, body: rows(1) }],
  ])('with %s is no listing', async (_, lie) => {
    expect((await list(() => lie)).outcome).toMatchObject({ code: 'forge-unreachable' });
  });

  test('that the server refuses is told apart from an empty one', async () => {
    const given = await list(() => ({ status: 403, body: { message: 'no' } }), { refusals: [403] });
    expect(given.outcome).toEqual({ rows: [], total: undefined, refused: true });
    expect((await list(() => ({ status: 403 }))).outcome).toMatchObject({ code: 'forge-denied' });
  });
});

import type { HttpResponse } from 'gitea-js';
import type { Mapping } from '../../core/component/mapping.ts';
import { Failure } from '../../core/failure.ts';
import type { Operation } from './api.ts';
import { integerAt, listOf, mappingOf } from './fields.ts';
import { type Answer, failureOf, unreachable } from './gitea-failure.ts';
import type { Site } from './site.ts';

/** One page of a listing, for the query of a call. */
export interface Page {
  readonly page: number;
  readonly limit: number;
}

export interface Paged<Row> {
  readonly call: (api: Parameters<Operation>[0], page: Page) => Promise<HttpResponse<unknown, unknown>>;
  readonly take: (row: Mapping) => Row;
  /** What tells rows apart. Default: their `id`. */
  readonly keyOf?: (row: Mapping) => string;
  /** Whether no page after this one is needed. */
  readonly enough?: (rows: readonly Row[]) => boolean;
  /** Statuses by which the server says that there is no such listing for the account. */
  readonly refusals?: readonly number[];
}

export interface Listing<Row> {
  /** Without those that stood on two pages. */
  readonly rows: readonly Row[];
  /** How many the server says that there are; `undefined` when it does not say. */
  readonly total: number | undefined;
  /** Whether the server refused to list, with one of `refusals`. */
  readonly refused: boolean;
}

/** More than any server gives: it cuts this to what it allows. */
const wantedRows = 1000;
/** So often a listing is begun again when it changed while it was read. */
const attempts = 5;

/**
 * Reads a listing to its end, in one request when it fits on a page. Complete, or it throws.
 *
 * @throws {Failure} `forge-unreachable` when it ends early or does not end; `forge-conflict` when it keeps changing.
 */
export async function readPages<Row>(site: Site, paged: Paged<Row>): Promise<Listing<Row>> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const listing = await readOnce(site, paged);
    if (listing) return listing;
  }
  throw new Failure('forge-conflict', `A listing of ${site.owner}/${site.name} keeps changing while it is read`);
}

/** @returns `undefined` when it changed meanwhile, so that something may have been left out. */
async function readOnce<Row>(site: Site, paged: Paged<Row>): Promise<Listing<Row> | undefined> {
  const pages: ReadPage<Row>[] = [];
  for await (const page of pagesOf(site, paged)) pages.push(page);
  const total = pages[0]?.total;
  const found = pages.flatMap((it) => it.found);
  const rows = new Map(found);
  // One that stands on two pages has pushed another between them.
  if (rows.size < found.length || pages.some((it) => it.total !== total)) return undefined;
  return { rows: [...rows.values()], total, refused: pages.some(({ answer }) => answer.status >= 400) };
}

interface ReadPage<Row> {
  readonly answer: Answer;
  readonly found: readonly (readonly [key: string, row: Row])[];
  readonly total: number | undefined;
}

async function* pagesOf<Row>(site: Site, paged: Paged<Row>): AsyncGenerator<ReadPage<Row>, void, void> {
  const { pages } = site.client.limits;
  let seen = 0;
  for (let number = 1; number <= pages; number++) {
    const page = await readPage(site, paged, number);
    yield page;
    seen += page.found.length;
    const { answer, found, total } = page;
    if (answer.status >= 400 || isEnd(found.length, seen, total, answer)) return;
    if (paged.enough?.(found.map(([, row]) => row))) return;
  }
  const message = `A listing of ${site.owner}/${site.name} does not end after ${pages} pages`;
  throw new Failure('forge-unreachable', message);
}

/** @throws {Failure} When it ends before all have come. */
function isEnd(found: number, seen: number, total: number | undefined, { asked }: Answer): boolean {
  if (total === undefined) return found === 0;
  if (seen >= total) return true;
  if (found > 0) return false;
  throw unreachable(asked, `listed ${seen} of ${total}`, { remedy: 'Look into the log of the server.' });
}

async function readPage<Row>(
  site: Site,
  { call, take, keyOf = (row) => `${integerAt(row, 'id')}`, refusals = [] }: Paged<Row>,
  page: number,
): Promise<ReadPage<Row>> {
  const { answer, parse } = await site.client.read((api) => call(api, { page, limit: wantedRows }), [404, ...refusals]);
  if (refusals.includes(answer.status)) return { answer, found: [], total: undefined };
  if (answer.status === 404) {
    await site.checkRepository();
    throw failureOf(answer);
  }
  const found = parse((value) =>
    listOf(value, 'the listing').map((it) => {
      const row = mappingOf(it, 'a row of the listing');
      return [keyOf(row), take(row)] as const;
    }),
  );
  return { answer, found, total: totalOf(answer) };
}

function totalOf(answer: Answer): number | undefined {
  const text = answer.header('x-total-count');
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw unreachable(answer.asked, 'tells a length of the listing that is no number');
}

import { isMapping } from '../../core/component/mapping.ts';
import { parseStrictJson } from '../../core/document/strict-json.ts';
import { Failure } from '../../core/failure.ts';
import { unexpected } from './answers.ts';
import type { Response } from './exchange.ts';
import { parseNextLink } from './link.ts';
import { registryFailure } from './registry-failure.ts';
import type { RegistryLimits } from './registry-limits.ts';
import type { Requests } from './requests.ts';
import type { Transport } from './transport.ts';

interface Reading {
  readonly transport: Transport;
  readonly requests: Requests;
  readonly limits: RegistryLimits;
}

interface Page {
  readonly repositories: readonly string[];
  /** Query of the next page. */
  readonly next: string | undefined;
}

/** The scope under which registries with token servers give their list; others do not look at it. */
const catalogScope = 'registry:catalog:*';
/** Statuses by which a registry says that it has no list, or none for this account. */
const refusals: readonly number[] = [400, 401, 403, 404, 405, 501];

/**
 * Lists the repositories of a registry.
 *
 * @returns `undefined` where the registry gives no list to this account.
 * @throws {Failure} `registry-unreachable` when it cannot be read to its end.
 * @see distribution, docs/content/spec/api.md, "Listing Repositories"; it is no part of the OCI specification
 */
export async function listRepositories(reading: Reading): Promise<readonly string[] | undefined> {
  const found = new Set<string>();
  const asked = new Set<string>();
  let query: string | undefined = '?n=100';
  for (let count = 0; query !== undefined && count < reading.limits.pages; count++) {
    asked.add(query);
    const page = await readPage(query, reading);
    if (!page) return undefined;
    const before = found.size;
    for (const it of page.repositories) found.add(it);
    // Some send to a next page for ever; a page that brings nothing new is the last.
    query = found.size > before && page.next !== undefined && !asked.has(page.next) ? page.next : undefined;
  }
  if (query !== undefined) throw tooLong(reading);
  return [...found];
}

/** Asks for nothing but whether it is a registry that takes the credentials. @see OCI distribution specification 1.1, end-1 */
export async function reachRegistry({ transport, requests }: Reading): Promise<void> {
  const request = { method: 'GET', path: '/v2/' } as const;
  await transport.retry(requests.describe(request), async () => {
    await using response = await requests.ask({ ...request, scope: catalogScope, followRedirects: false });
    if (response.status !== 200) throw unexpected(response, 'what a registry answers');
  });
}

async function readPage(query: string, { transport, requests, limits }: Reading): Promise<Page | undefined> {
  const request = { method: 'GET', path: `/v2/_catalog${query}` } as const;
  try {
    return await transport.retry(requests.describe(request), async () => {
      await using response = await requests.ask({ ...request, scope: catalogScope, followRedirects: false });
      if (refusals.includes(response.status)) return undefined;
      const body = await transport.read(response, limits.pageBytes);
      if (body.kind === 'read') return parsePage(response, body.bytes);
      throw registryFailure(response.asked, `sends a list of more than ${limits.pageBytes} bytes`);
    });
  } catch (error) {
    if (error instanceof Failure && error.code === 'registry-denied') return undefined;
    throw error;
  }
}

function parsePage(response: Response, bytes: Uint8Array): Page {
  const json = parseStrictJson(bytes);
  const answer = json.kind === 'parsed' && isMapping(json.value) ? json.value : undefined;
  if (response.status !== 200 || !answer || !('repositories' in answer)) {
    throw unexpected(response, 'a list of repositories');
  }
  const rows: readonly unknown[] = Array.isArray(answer.repositories) ? answer.repositories : [];
  return { repositories: rows.filter((it) => typeof it === 'string'), next: nextQuery(response) };
}

/** Only the query is taken: path and host are ours. */
function nextQuery(response: Response): string | undefined {
  const link = parseNextLink(response.header('link'));
  const { href } = response.asked.url;
  return link !== undefined && URL.canParse(link, href) ? new URL(link, href).search || undefined : undefined;
}

function tooLong({ requests, limits }: Reading): Failure {
  const asked = requests.describe({ method: 'GET', path: '/v2/_catalog' });
  return registryFailure(asked, `lists repositories without an end, ${limits.pages} pages so far`);
}

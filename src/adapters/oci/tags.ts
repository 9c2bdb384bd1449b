import { isMapping } from '../../core/component/mapping.ts';
import type { Digest } from '../../core/digest.ts';
import { parseStrictJson } from '../../core/document/strict-json.ts';
import { Failure } from '../../core/failure.ts';
import type { TagListing } from '../../ports/component-repository.ts';
import { unexpected } from './answers.ts';
import type { Response } from './exchange.ts';
import { parseNextLink } from './link.ts';
import { isTag } from './names.ts';
import { type Asked, registryFailure } from './registry-failure.ts';
import type { RegistryLimits } from './registry-limits.ts';
import type { Requests } from './requests.ts';
import type { Transport } from './transport.ts';

interface Listing {
  readonly transport: Transport;
  readonly requests: Requests;
  readonly limits: RegistryLimits;
}

interface Page {
  readonly tags: readonly string[];
  /** Query of the next page; `broken` when there is one that cannot be asked for. */
  readonly next: { readonly kind: 'query'; readonly query: string } | { readonly kind: 'none' | 'broken' };
}

/**
 * Lists the tags of a repository; one that is not there has none. What a later page lacks makes the listing incomplete.
 *
 * @throws {Failure} `registry-unreachable` or `registry-denied` when the first page cannot be read.
 * @see OCI distribution specification 1.1, "Listing Tags"
 */
export async function listTags(repository: string, listing: Listing): Promise<TagListing> {
  const first = await readPage(repository, '', listing);
  const { tags: limit } = listing.limits;
  const tags = new Map<string, Digest | undefined>(first.tags.slice(0, limit).map((tag) => [tag, undefined]));
  if (first.tags.length > limit) return { tags, complete: false };
  if (first.next.kind === 'none') return { tags, complete: true };
  // Nothing, and more to come: that is no list that ended.
  if (first.tags.length === 0) return { tags, complete: false };
  return { tags, complete: await readLaterPages(first, tags, { ...listing, repository }) };
}

/** Adds the tags of the pages after the first. @returns Whether it came to the end. */
async function readLaterPages(
  first: Page,
  tags: Map<string, Digest | undefined>,
  listing: Listing & { readonly repository: string },
): Promise<boolean> {
  const asked = new Set<string>();
  let page: Page | undefined = first;
  for (let count = 1; count < listing.limits.pages; count++) {
    page = await readNext(page, asked, listing);
    if (!page) return false;
    const before = tags.size;
    for (const tag of page.tags) tags.set(tag, undefined);
    // A page of which all was known does not lead on, nor does the end of a list repeat one.
    if (page.tags.length > 0 && tags.size === before) return false;
    if (isLast(page)) return true;
    if (tags.size > listing.limits.tags) return false;
  }
  return false;
}

async function readNext(
  { next }: Page,
  asked: Set<string>,
  listing: Listing & { readonly repository: string },
): Promise<Page | undefined> {
  if (next.kind !== 'query' || asked.has(next.query)) return undefined;
  asked.add(next.query);
  return readPage(listing.repository, next.query, listing).catch(ignoreFailure);
}

const isLast = ({ tags, next }: Page) => tags.length === 0 || next.kind === 'none';

function ignoreFailure(error: unknown): undefined {
  if (!(error instanceof Failure)) throw error;
}

function readPage(repository: string, query: string, { transport, requests, limits }: Listing): Promise<Page> {
  const request = { method: 'GET', path: `/v2/${repository}/tags/list${query}` } as const;
  return transport.retry(requests.describe(request), async () => {
    await using response = await requests.ask({ ...request, repository, followRedirects: false });
    const body = await transport.read(response, limits.pageBytes);
    if (body.kind === 'read') return parsePage(response, body.bytes, repository);
    throw registryFailure(response.asked, `sends a list of more than ${limits.pageBytes} bytes`);
  });
}

function parsePage(response: Response, bytes: Uint8Array, repository: string): Page {
  const { asked, status } = response;
  const json = parseStrictJson(bytes);
  const answer = json.kind === 'parsed' && isMapping(json.value) ? json.value : undefined;
  // Only of the first page: later ones are gone when the tag that they begin after is.
  if (status === 404 && asked.url.search === '' && answer && saysNotThere(answer.errors))
    return { tags: [], next: { kind: 'none' } };
  if (status !== 200 || !answer || !('tags' in answer)) throw unexpected(response, 'a list of tags');
  if (!isNameOf(answer.name, repository)) {
    throw registryFailure(asked, `answered with the tags of ${JSON.stringify(answer.name)?.slice(0, 300)}`);
  }
  return { tags: checkTags(answer.tags ?? [], asked), next: nextQuery(response) };
}

/** Registries give this answer for a repository that nothing was pushed to yet. */
function saysNotThere(errors: unknown): boolean {
  const codes = Array.isArray(errors) ? errors.map((it) => (isMapping(it) ? it.code : undefined)) : [];
  return codes.length > 0 && codes.every((it) => typeof it === 'string' && it !== 'UNAUTHORIZED' && it !== 'DENIED');
}

/** A registry behind a proxy may know the repository without the first parts of its path, or with others before them. */
function isNameOf(name: unknown, repository: string): boolean {
  if (name === undefined) return true;
  if (typeof name !== 'string') return false;
  return `/${repository}`.endsWith(`/${name}`) || name.endsWith(`/${repository}`);
}

function checkTags(value: unknown, asked: Asked): readonly string[] {
  const tags: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  return tags.map((tag) => {
    if (typeof tag === 'string' && isTag(tag)) return tag;
    throw registryFailure(asked, `lists a tag that is none: ${JSON.stringify(tag)?.slice(0, 200)}`);
  });
}

/** Only the query is taken: the path is ours, and no other host is asked. */
function nextQuery(response: Response): Page['next'] {
  const link = parseNextLink(response.header('link'));
  if (link === undefined) return { kind: 'none' };
  const { url, host } = response.asked;
  const next = URL.canParse(link, url.href) ? new URL(link, url.href) : undefined;
  const isOurs = next && (next.host === url.host || next.host === host) && next.search !== '';
  return isOurs ? { kind: 'query', query: next.search } : { kind: 'broken' };
}

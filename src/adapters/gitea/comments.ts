import type { Mapping } from '../../core/component/mapping.ts';
import { Failure } from '../../core/failure.ts';
import { commentMarker } from '../../core/pull-request/comment-marker.ts';
import type { Comment } from '../../core/pull-request/pull-request.ts';
import type { Comments } from '../../ports/forge.ts';
import { dateAt, integerAt, listOf, mappingOf, optionalTextAt, textAt, WrongShape } from './fields.ts';
import { readPages } from './pages.ts';
import { actorAt, type Site } from './site.ts';

export function createComments(site: Site): Comments {
  const { client, owner, name } = site;
  return {
    list: (number) => listComments(site, number),
    async listSince(since) {
      const { rows } = await readPages(site, {
        call: (api, page) => api.repos.issueGetRepoComments(owner, name, { since: since.toISOString(), ...page }),
        take: commentOf,
      });
      return oldestFirst(rows);
    },
    read: (id) => readComment(site, id),
    add: (number, { body }) => addComment(site, number, body),
    ensure: (number, comment) => site.alone(() => ensureComment(site, number, comment)),
    async acknowledge(id) {
      const key = idOf(id);
      if (key === undefined) return;
      const written = await client.write((api) =>
        api.repos.issuePostCommentReaction(owner, name, key, { content: 'eyes' }),
      );
      if (written.kind === 'done') return;
      // Deleted meanwhile, or nobody may say anything there any more.
      if (written.kind === 'refused' && [403, 404].includes(written.answer.status)) return site.checkRepository();
      if (!(await hasOwnEyes(site, key))) throw written.failure;
    },
  };
}

export async function listComments(site: Site, number: number): Promise<readonly Comment[]> {
  const { rows } = await readPages(site, {
    // Not paged; all of them are on the first page.
    call: (api) => api.repos.issueGetComments(site.owner, site.name, number),
    take: commentOf,
  });
  return oldestFirst(rows);
}

async function readComment(site: Site, id: string): Promise<Comment | undefined> {
  const key = idOf(id);
  if (key === undefined) return undefined;
  const read = await site.find((api) => api.repos.issueGetComment(site.owner, site.name, key));
  // What is no comment, but an entry of the same numbers, has no content.
  return read?.parse((value) => (value === undefined ? undefined : commentOf(mappingOf(value, 'the comment'))));
}

/** Clocks of servers show whole seconds. */
const secondMilliseconds = 1000;

/** Saying something is not safe to repeat: when nobody knows whether it was said, it is looked for. */
async function addComment(site: Site, number: number, body: string): Promise<Comment> {
  const { client, owner, name } = site;
  const begun = site.clock.now().getTime();
  const written = await client.write((api) => api.repos.issueCreateComment(owner, name, number, { body }));
  if (written.kind === 'done') return written.parse((value) => commentOf(mappingOf(value, 'the comment')));
  if (written.kind === 'refused') throw written.failure;
  // By the clock of the server, as its comments are.
  const { answer } = await client.read((api) => api.version.getVersion());
  const there = Date.parse(answer.header('date') ?? '');
  const elapsed = site.clock.now().getTime() - begun;
  const since = there - elapsed - 2 * secondMilliseconds;
  const self = await site.self();
  const said = (await listComments(site, number)).findLast(
    (it) => it.author.id === self.id && it.body === body && it.createdAt.getTime() >= since,
  );
  if (said) return said;
  throw written.failure;
}

type WantedComment = Parameters<Comments['ensure']>[1];

async function ensureComment(site: Site, number: number, { key, body }: WantedComment) {
  const text = `${body}\n\n${checkedMarker(key)}`;
  const [oldest] = await readOwn(site, number, key);
  if (!oldest) {
    await addComment(site, number, text);
    return { comment: await keepOldest(site, number, { key, text }), written: true };
  }
  const changed = oldest.body !== text;
  const comment = await keepOldest(site, number, { key, text });
  return { comment, written: changed };
}

/** Of several with one key the oldest stays, with the text that is wanted. */
async function keepOldest(
  site: Site,
  number: number,
  { key, text }: { readonly key: string; readonly text: string },
): Promise<Comment> {
  const [oldest, ...younger] = await readOwn(site, number, key);
  if (!oldest) throw new Failure('forge-conflict', `The comment ${key} on ${number} was deleted while it was written`);
  for (const { id } of younger) await deleteComment(site, id);
  return oldest.body === text ? oldest : editComment(site, oldest, text);
}

async function editComment(site: Site, { id }: Comment, body: string): Promise<Comment> {
  const written = await site.client.write((api) =>
    api.repos.issueEditComment(site.owner, site.name, Number(id), { body }),
  );
  if (written.kind === 'refused') throw written.failure;
  const now = await readComment(site, id);
  if (now?.body === body) return now;
  if (written.kind === 'unclear') throw written.failure;
  throw new Failure('forge-conflict', `Comment ${id} of ${site.owner}/${site.name} changed while it was written`);
}

async function deleteComment(site: Site, id: string): Promise<void> {
  const written = await site.client.write((api) => api.repos.issueDeleteComment(site.owner, site.name, Number(id)));
  if (written.kind !== 'refused') return;
  if (written.answer.status !== 404) throw written.failure;
}

async function readOwn(site: Site, number: number, key: string): Promise<readonly Comment[]> {
  const self = await site.self();
  const marker = commentMarker(key);
  return (await listComments(site, number)).filter((it) => it.author.id === self.id && it.body.includes(marker));
}

function checkedMarker(key: string): string {
  if (/^[A-Za-z0-9.:/@+=-]+$/.test(key) && !key.includes('--')) return commentMarker(key);
  throw new Error(`${JSON.stringify(key)} cannot be the key of a comment`);
}

async function hasOwnEyes(site: Site, id: number): Promise<boolean> {
  const self = await site.self();
  const read = await site.find((api) => api.repos.issueGetCommentReactions(site.owner, site.name, id));
  if (!read) return true;
  return read.parse((value) =>
    listOf(value ?? null, 'reactions')
      .map((it) => mappingOf(it, 'a reaction'))
      .some((it) => textAt(it, 'content') === 'eyes' && actorAt(it, 'user').id === self.id),
  );
}

function oldestFirst(comments: readonly Comment[]): readonly Comment[] {
  return comments.toSorted((a, b) => Number(a.id) - Number(b.id));
}

function idOf(id: string): number | undefined {
  return /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}

function commentOf(row: Mapping): Comment {
  return {
    id: `${integerAt(row, 'id')}`,
    number: numberOf(row),
    author: actorAt(row, 'user'),
    body: textAt(row, 'body'),
    createdAt: dateAt(row, 'created_at'),
    // A reaction leaves both times as they are; so does an edit within the second in which it was made.
    edited: textAt(row, 'created_at') !== textAt(row, 'updated_at'),
  };
}

/** Where a comment stands is only told by an address. */
function numberOf(row: Mapping): number {
  const address = optionalTextAt(row, 'pull_request_url') || optionalTextAt(row, 'issue_url');
  const number = /\/(?:pulls|issues)\/(\d{1,15})$/.exec(address)?.[1];
  if (number === undefined) throw new WrongShape('the address of what is commented on has no number');
  return Number(number);
}

import { createHash, createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createGiteaDeliveryReader } from '../../../src/adapters/gitea/delivery-reader.ts';
import type { RawDelivery, ReadDelivery } from '../../../src/ports/deliveries.ts';
import { readDelivery } from '../../support/gitea-recordings.ts';

const secret = 'fixture-secret';
const reader = createGiteaDeliveryReader('gitea');
const names = readdirSync(new URL('../../fixtures/gitea/webhooks/', import.meta.url)).map((it) =>
  it.replace(/\.json$/, ''),
);

function recorded(name: string, change: Readonly<Record<string, string | undefined>> = {}): RawDelivery {
  const { headers, body } = readDelivery(name);
  const lower = Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value] as const);
  const changed = Object.entries({ ...Object.fromEntries(lower), ...change });
  return {
    headers: new Map(changed.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))),
    body: Buffer.from(body),
  };
}

/** A payload that was changed, signed as if the forge had sent it. */
function signed(name: string, change: (payload: Record<string, unknown>) => unknown): RawDelivery {
  const payload: unknown = change(JSON.parse(readDelivery(name).body));
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return { ...recorded(name, { 'x-gitea-signature': sign(body) }), body: Buffer.from(body) };
}

function sign(body: string, key = secret): string {
  return createHmac('sha256', key).update(body).digest('hex');
}

function eventsOf(name: string): Extract<ReadDelivery, { kind: 'read' }>['events'] {
  const read = reader.read(recorded(name), [secret]);
  if (read.kind !== 'read') throw new Error(`${name} is ${read.kind}: ${read.why}`);
  return read.events;
}

const repository = { id: '1', name: 'software-consumer/ocm-applications' };

test('recordings are found', () => expect(names.length).toBeGreaterThan(60));

describe.each(names)('%s', (name) => {
  test('is read, by its own name and id', () => {
    const { headers } = readDelivery(name);
    const id = headers['X-Gitea-Delivery'];
    expect(reader.read(recorded(name), [secret])).toMatchObject({
      kind: 'read',
      id,
      type: headers['X-Gitea-Event-Type'],
    });
  });

  test('is forged when a byte differs, or the end is missing', () => {
    const { headers, body } = recorded(name);
    const other = Uint8Array.from(body);
    other[other.length >> 1] = (other[other.length >> 1] ?? 0) ^ 1;
    expect(reader.read({ headers, body: other }, [secret]).kind).toBe('forged');
    expect(reader.read({ headers, body: body.subarray(0, -1) }, [secret]).kind).toBe('forged');
  });
});

test.each<[string, readonly object[]]>([
  ['push-main-human', [{ kind: 'branch', repository, branch: 'main' }]],
  ['push-bot-branch-by-human', [{ kind: 'branch', repository, branch: 'consignee/dev/podinfo' }]],
  ['push-test', []],
  ['push-tag', []],
  ['push-tag-deleted', []],
  ['create-tag', []],
  ['fork', []],
  ['issues-opened', []],
  ['issue_comment-edited-by-author', []],
  ['issue_comment-edited-by-another-writer', []],
  ['issue_comment-deleted', []],
  ['package-created-by-digest', []],
  ['package-created-ocm-first', []],
  ['package-deleted-tag', []],
])('%s says where to look', (name, events) => {
  expect(eventsOf(name)).toEqual(events);
});

test.each(names.filter((it) => it.startsWith('pull_request')))('%s is about its pull request', (name) => {
  const { pull_request: shown } = JSON.parse(readDelivery(name).body);
  expect(eventsOf(name)).toEqual([{ kind: 'pull-request', repository, number: shown.number, head: shown.head.label }]);
});

test('a branch that is deleted is named, and so is the pull request that ends with it', () => {
  expect(eventsOf('delete-branch-of-open-pull')).toMatchObject([{ kind: 'branch', repository }]);
  const [event] = eventsOf('pull_request-closed-branch-deleted');
  expect(event).toMatchObject({ kind: 'pull-request', head: expect.stringMatching(/^consignee\//) });
});

test('a comment tells author, digest and rights, but not its text', () => {
  const bodyDigest = createHash('sha256').update('/promote prod').digest('hex');
  const author = { id: '3', name: 'mira' };
  const event = { kind: 'comment', repository, number: 1, id: '56', author, bodyDigest, permission: 'write' };
  expect(eventsOf('issue_comment-created-command')).toEqual([event]);
  expect(eventsOf('issue_comment-created-by-stranger')).toMatchObject([{ permission: 'read' }]);
  expect(eventsOf('issue_comment-created-on-issue')).toMatchObject([
    { kind: 'comment', permission: expect.any(String) },
  ]);
});

test('a status names its commit, a package its path and tag', () => {
  const { sha } = JSON.parse(readDelivery('status-success').body);
  expect(eventsOf('status-success')).toEqual([{ kind: 'check', repository, sha }]);
  expect(eventsOf('package-created-tag')).toMatchObject([
    { kind: 'artifact', tag: expect.not.stringContaining('sha256:') },
  ]);
  expect(eventsOf('repository-deleted')).toMatchObject([{ kind: 'repository' }]);
});

describe('a comment gives no event', () => {
  const comment = 'issue_comment-created-command';
  test('when somebody else than its author sent it', () => {
    const delivery = signed(comment, (it) => ({ ...it, sender: { id: 4, login: 'mira' } }));
    expect(reader.read(delivery, [secret])).toMatchObject({ kind: 'read', events: [] });
  });

  test('when the header says created and the payload edited', () => {
    const delivery = signed(comment, (it) => ({ ...it, action: 'edited' }));
    expect(reader.read(delivery, [secret])).toMatchObject({ kind: 'read', events: [] });
  });

  test('but says nothing of rights when the payload does not', () => {
    const delivery = signed(comment, (it) => ({ ...it, repository: { ...repository, id: 1, full_name: 'a/b' } }));
    expect(reader.read(delivery, [secret])).toMatchObject({ events: [{ permission: undefined }] });
  });
});

describe('a signature', () => {
  const body = readDelivery('push-main-human').body;
  test.each<[string, string | undefined]>([
    ['missing', undefined],
    ['empty', ''],
    ['of another secret', sign(body, 'other')],
    ['with a prefix', `sha256=${sign(body)}`],
    ['in capitals', sign(body).toUpperCase()],
    ['too short', sign(body).slice(0, -2)],
    ['too long', `${sign(body)}00`],
    ['no hexadecimal digits', 'z'.repeat(64)],
    ['with hexadecimal digits at its beginning alone', `${sign(body).slice(0, 62)}zz`],
  ])('%s does not hold', (_, signature) => {
    const delivery = recorded('push-main-human', { 'x-gitea-signature': signature });
    expect(reader.read(delivery, [secret]).kind).toBe('forged');
  });

  test('holds with either of two secrets, and with none of none', () => {
    const delivery = recorded('push-main-human');
    expect(reader.read(delivery, ['other', secret]).kind).toBe('read');
    expect(reader.read(delivery, [secret, 'other']).kind).toBe('read');
    expect(reader.read(delivery, ['other', 'more']).kind).toBe('forged');
    expect(reader.read(delivery, []).kind).toBe('forged');
  });

  test('never holds with an empty secret', () => {
    const delivery = recorded('push-main-human', { 'x-gitea-signature': sign(body, '') });
    expect(reader.read(delivery, ['']).kind).toBe('forged');
    expect(reader.read(delivery, ['', secret]).kind).toBe('forged');
  });

  test('of GitHub alone does not count', () => {
    const delivery = recorded('push-main-human', { 'x-gitea-signature': undefined });
    expect(delivery.headers.has('x-hub-signature-256')).toBe(true);
    expect(reader.read(delivery, [secret]).kind).toBe('forged');
  });

  test('of Forgejo counts where Forgejo is expected, before that of Gitea', () => {
    const forgejo = createGiteaDeliveryReader('forgejo');
    const own = { 'x-forgejo-signature': sign(body), 'x-forgejo-event-type': 'push', 'x-forgejo-delivery': 'f-1' };
    const bare = recorded('push-main-human', { ...own, 'x-gitea-signature': undefined });
    expect(forgejo.read(bare, [secret])).toMatchObject({ kind: 'read', id: 'f-1', type: 'push' });
    expect(forgejo.read(recorded('push-main-human'), [secret]).kind).toBe('read');
    expect(forgejo.read(recorded('push-main-human', { 'x-forgejo-signature': '' }), [secret]).kind).toBe('forged');
    expect(reader.read(bare, [secret]).kind).toBe('forged');
  });
});

describe('what is signed but not to be understood is malformed', () => {
  test.each<[string, string, (payload: Record<string, unknown>) => unknown]>([
    ['no JSON', 'push-main-human', () => '{'],
    ['a list', 'push-main-human', () => []],
    ['very deep', 'push-main-human', () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['a key twice', 'push-main-human', () => '{"ref":"refs/heads/a","ref":"refs/heads/b"}'],
    ['a number for a text', 'push-main-human', (it) => ({ ...it, ref: 1 })],
    ['no repository', 'push-main-human', ({ repository: _, ...rest }) => rest],
    ['a repository without id', 'push-main-human', (it) => ({ ...it, repository: { full_name: 'a/b' } })],
    [
      'a text for a number',
      'pull_request-opened',
      (it) => ({ ...it, pull_request: { number: '1', head: { label: 'a' } } }),
    ],
    ['a comment without author', 'issue_comment-created-command', (it) => ({ ...it, comment: { id: 1, body: '' } })],
    ['an id that is no integer', 'issue_comment-created-command', (it) => ({ ...it, issue: { number: 1.5 } })],
    ['a status without commit', 'status-success', (it) => ({ ...it, sha: 'main' })],
    [
      'rights that are no claims',
      'issue_comment-created-command',
      (it) => ({
        ...it,
        repository: { id: 1, full_name: 'a/b', permissions: { admin: 'yes' } },
      }),
    ],
  ])('%s', (_, name, change) => {
    expect(reader.read(signed(name, change), [secret])).toMatchObject({ kind: 'malformed', why: expect.any(String) });
  });

  test('an event without a name', () => {
    const without = { 'x-gitea-event-type': undefined, 'x-gitea-event': undefined };
    expect(reader.read(recorded('push-main-human', without), [secret]).kind).toBe('malformed');
  });
});

test('a delivery without an id is called by its digest, and one with an impossible id too', () => {
  const digest = createHash('sha256').update(readDelivery('fork').body).digest('hex');
  for (const id of [undefined, '', 'a b', 'x'.repeat(200)]) {
    expect(reader.read(recorded('fork', { 'x-gitea-delivery': id }), [secret])).toMatchObject({
      id: `sha256:${digest}`,
    });
  }
});

test('an event that nobody knows is read and says nothing', () => {
  const delivery = recorded('push-main-human', { 'x-gitea-event-type': 'wiki' });
  expect(reader.read(delivery, [secret])).toMatchObject({ kind: 'read', type: 'wiki', events: [] });
});

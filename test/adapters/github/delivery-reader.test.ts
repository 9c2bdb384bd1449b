import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createGitHubDeliveryReader } from '../../../src/adapters/github/delivery-reader.ts';
import type { RawDelivery } from '../../../src/ports/deliveries.ts';
import { gitHubDescription, type Json } from '../../support/github-description.ts';

const secret = 'a secret of more than thirty-two bytes';
const reader = createGitHubDeliveryReader();
const id = '72d3162e-cc78-11e3-81ab-4c9367dc0958';

/** Headers as GitHub sends them; `undefined` leaves one out. */
function sign(type: string, payload: unknown, changed: Readonly<Record<string, string | undefined>> = {}): RawDelivery {
  const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const headers = {
    'content-type': 'application/json',
    'x-github-delivery': id,
    'x-github-event': type,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    ...changed,
  };
  return {
    headers: new Map(Object.entries(headers).filter((it): it is [string, string] => it[1] !== undefined)),
    body,
  };
}

const read = (type: string, payload: unknown) => reader.read(sign(type, payload), [secret]);
const webhook = (name: string, known: Json) => gitHubDescription().completeWebhook(name, known);

const repository = { id: 77, full_name: 'software-consumer/ocm-applications' };
const named = { id: '77', name: 'software-consumer/ocm-applications' };
const sha = 'a'.repeat(40);
const mara = { id: 11, login: 'mara' };
const comment = { id: 5, body: '/hold\r\n', user: mara };

describe('the signature', () => {
  const delivery = (headers: Readonly<Record<string, string | undefined>>) => sign('ping', { zen: 'x' }, headers);
  const valid = delivery({}).headers.get('x-hub-signature-256') ?? '';

  test.each([
    ['none', { 'x-hub-signature-256': undefined }],
    ['an empty one', { 'x-hub-signature-256': '' }],
    ['only the name of the method', { 'x-hub-signature-256': 'sha256=' }],
    ['one without the method', { 'x-hub-signature-256': valid.slice('sha256='.length) }],
    ['one in capitals', { 'x-hub-signature-256': `sha256=${valid.slice('sha256='.length).toUpperCase()}` }],
    ['one that is too long', { 'x-hub-signature-256': `${valid}00` }],
    ['one with another last digit', { 'x-hub-signature-256': valid.replace(/.$/, (it) => (it === '0' ? '1' : '0')) }],
    ['that of the old method', { 'x-hub-signature-256': undefined, 'x-hub-signature': valid.replace('256', '1') }],
  ])('%s is a forgery', (_, headers) => {
    expect(reader.read(delivery(headers), [secret])).toEqual({ kind: 'forged', why: expect.stringMatching(/./) });
  });

  test('one with another secret, or over other bytes, is a forgery', () => {
    expect(reader.read(delivery({}), [`${secret}!`]).kind).toBe('forged');
    const { headers } = delivery({});
    expect(reader.read({ headers, body: Buffer.from('{"zen": "x"}') }, [secret]).kind).toBe('forged');
  });

  test('either of two secrets is good, and no secret never is', () => {
    expect(reader.read(delivery({}), [secret, 'the other one']).kind).toBe('read');
    expect(reader.read(delivery({}), ['the other one', secret]).kind).toBe('read');
    expect(reader.read(delivery({}), []).kind).toBe('forged');
    const body = Buffer.from('{}');
    const empty = { 'x-hub-signature-256': `sha256=${createHmac('sha256', '').update(body).digest('hex')}` };
    expect(reader.read(sign('ping', '{}', empty), ['']).kind).toBe('forged');
    expect(reader.read(sign('ping', '{}', empty), [secret, '']).kind).toBe('forged');
  });
});

describe('what is signed, and not to be understood', () => {
  test.each([
    ['no name', sign('push', {}, { 'x-github-delivery': undefined })],
    ['a name that leads elsewhere', sign('push', {}, { 'x-github-delivery': '../x' })],
    ['no type', sign('push', {}, { 'x-github-event': undefined })],
    ['a form', sign('push', {}, { 'content-type': 'application/x-www-form-urlencoded' })],
    ['no JSON', sign('push', '{')],
    ['a list', sign('push', '[]')],
    ['nothing', sign('push', 'null')],
    ['a push without a ref', sign('push', { repository })],
    ['a push with a number for a ref', sign('push', { repository, ref: 1 })],
    ['a push without a repository', sign('push', { ref: 'refs/heads/main' })],
    [
      'a repository whose number is text',
      sign('push', { ref: 'refs/heads/main', repository: { ...repository, id: '77' } }),
    ],
    [
      'a repository with a broken number',
      sign('push', { ref: 'refs/heads/main', repository: { ...repository, id: 1.5 } }),
    ],
    ['a comment without an author of it', sign('issue_comment', { action: 'created', repository, comment, issue: {} })],
    ['a check without a commit', sign('check_run', { repository, check_run: {} })],
    ['a name of the language for a type of package', sign('package', { action: 'published', package: { name: 'x' } })],
  ])('%s', (_, delivery) => {
    expect(reader.read(delivery, [secret])).toEqual({ kind: 'malformed', why: expect.stringMatching(/./) });
  });

  test('bytes that are no UTF-8', () => {
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const { headers } = sign('push', {}, { 'x-hub-signature-256': signature });
    expect(reader.read({ headers, body }, [secret]).kind).toBe('malformed');
  });
});

describe('where to look', () => {
  const events = (type: string, payload: Json) => {
    const found = read(type, payload);
    if (found.kind !== 'read') throw new Error(found.why);
    expect(found).toMatchObject({ id, type });
    return found.events;
  };

  test('a push to a branch, and its deletion', () => {
    const branch = { kind: 'branch', repository: named, branch: 'consignee/dev/one' };
    const ref = 'refs/heads/consignee/dev/one';
    expect(events('push', webhook('push', { ref, repository }))).toEqual([branch]);
    expect(events('push', webhook('push', { ref, repository, deleted: true }))).toEqual([branch]);
    expect(events('push', webhook('push', { ref: 'refs/tags/v1', repository }))).toEqual([]);
  });

  test('a pull request, and a review of it', () => {
    const pull_request = { number: 3, head: { ref: 'consignee/dev/one' } };
    const found = [{ kind: 'pull-request', repository: named, number: 3, head: 'consignee/dev/one' }];
    expect(events('pull_request', webhook('pull-request-opened', { repository, pull_request }))).toEqual(found);
    const review = webhook('pull-request-review-submitted', { repository, pull_request });
    expect(events('pull_request_review', review)).toEqual(found);
  });

  test('a comment that was just made, with the digest of its very bytes', () => {
    const payload = webhook('issue-comment-created', { repository, comment, issue: { number: 3 }, sender: mara });
    expect(events('issue_comment', payload)).toEqual([
      {
        kind: 'comment',
        repository: named,
        number: 3,
        id: '5',
        author: { id: '11', name: 'mara' },
        bodyDigest: createHash('sha256').update('/hold\r\n').digest('hex'),
        permission: undefined,
      },
    ]);
  });

  test('a comment that was changed or deleted, or is sent by somebody else, is no command', () => {
    const known = { repository, comment, issue: { number: 3 }, sender: mara };
    for (const action of ['edited', 'deleted', 'pinned']) {
      expect(events('issue_comment', webhook('issue-comment-created', { ...known, action }))).toEqual([]);
    }
    expect(events('issue_comment', webhook('issue-comment-created', { ...known, sender: { id: 12 } }))).toEqual([]);
    const nobody = { ...known, comment: { ...comment, user: null } };
    expect(events('issue_comment', { ...webhook('issue-comment-created', known), ...nobody })).toEqual([]);
  });

  test('checks of three kinds', () => {
    const check = [{ kind: 'check', repository: named, sha }];
    expect(events('status', webhook('status', { repository, sha }))).toEqual(check);
    const run = webhook('check-run-completed', { repository, check_run: { head_sha: sha } });
    expect(events('check_run', run)).toEqual(check);
    const suite = webhook('check-suite-completed', { repository, check_suite: { head_sha: sha } });
    expect(events('check_suite', suite)).toEqual(check);
  });

  test('a repository that was renamed', () => {
    expect(events('repository', webhook('repository-renamed', { repository }))).toEqual([
      { kind: 'repository', repository: named },
    ]);
  });

  test('a package, with its tag where it has one', () => {
    const item = (tag: Json | null) => ({
      name: 'components/component-descriptors/ocm.software/podinfo',
      namespace: 'Software-Consumer',
      package_type: 'CONTAINER',
      package_version: tag && { container_metadata: { tag } },
    });
    const name = 'software-consumer/components/component-descriptors/ocm.software/podinfo';
    const published = (of: Json) => webhook('registry-package-published', { registry_package: of });
    expect(events('registry_package', published(item({ name: '1.2.0', digest: '' })))).toEqual([
      { kind: 'artifact', name, tag: '1.2.0' },
    ]);
    expect(events('registry_package', published(item({ name: '', digest: '' })))).toMatchObject([{ tag: undefined }]);
    expect(events('package', webhook('package-published', { package: item(null) }))).toMatchObject([{ name }]);
    const other = { ...item({ name: '1', digest: '' }), package_type: 'npm' };
    expect(events('registry_package', published(other))).toEqual([]);
  });

  test('what the bot does not look at, and types that are properties of every object', () => {
    expect(events('ping', webhook('ping', { zen: 'Keep it logically awesome.' }))).toEqual([]);
    expect(events('installation', { action: 'created' })).toEqual([]);
    expect(events('constructor', {})).toEqual([]);
  });
});

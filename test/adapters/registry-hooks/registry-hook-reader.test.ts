import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RawDelivery } from '../../../src/ports/deliveries.ts';
import { artifact, bearer, hmac, notice, read, reader, secret } from './reader-world.ts';

const fixture = (name: string) => readFileSync(`test/fixtures/registry-events/${name}.json`);

describe('distribution', () => {
  const headers = { ...bearer, 'content-type': 'application/vnd.docker.distribution.events.v2+json' };

  test('a push of a manifest under a tag is an event, and its id the name of the delivery', () => {
    expect(read(fixture('distribution-push'), headers)).toEqual({
      kind: 'read',
      id: '320678d8-ca14-430f-8bb6-4ca139cd83f7',
      type: 'push',
      events: [artifact('software-consumer/component-descriptors/ocm.software/podinfo', '6.7.1')],
    });
  });

  test.each(['application/vnd.docker.distribution.events.v1+json', 'application/json; charset=utf-8'])(
    'is understood under the type %s, too',
    (type) => {
      expect(read(fixture('distribution-push'), { ...bearer, 'content-type': type })).toMatchObject({ type: 'push' });
    },
  );

  test('of many events only pushes of manifests under a tag are left, each told once', () => {
    const body = fixture('distribution-mixed');
    expect(read(body, headers)).toEqual({
      kind: 'read',
      id: `sha256:${createHash('sha256').update(body).digest('hex')}`,
      type: 'delete pull push',
      events: [artifact('apps/shop', '2.0.0'), artifact('apps/billing', 'v1.4.0-rc.1')],
    });
  });

  test('a pull, such as the bot itself makes, is no event', () => {
    expect(read(fixture('distribution-pull'), headers)).toMatchObject({ kind: 'read', type: 'pull', events: [] });
  });

  test('an envelope without events is read, for it would be repeated for ever', () => {
    expect(read({ events: [] }, headers)).toMatchObject({ kind: 'read', type: 'none', events: [] });
    expect(read({}, headers)).toMatchObject({ kind: 'malformed' });
  });
});

describe('Harbor', () => {
  const headers = { authorization: secret };

  test('a push is an event for each tag, and none for what was pushed by digest', () => {
    const body = fixture('harbor-push');
    expect(read(body, headers)).toEqual({
      kind: 'read',
      id: `sha256:${createHash('sha256').update(body).digest('hex')}`,
      type: 'PUSH_ARTIFACT',
      events: [artifact('apps/component-descriptors/acme.example/shop', '1.1.0')],
    });
  });

  test('a pull is no event', () => {
    expect(read(fixture('harbor-pull'), headers)).toMatchObject({ kind: 'read', type: 'PULL_ARTIFACT', events: [] });
  });

  test('a push as CloudEvent is an event under its id', () => {
    const structured = { ...headers, 'content-type': 'application/cloudevents+json' };
    expect(read(fixture('harbor-cloud-event'), structured)).toEqual({
      kind: 'read',
      id: '4b2f89a6-548d-4c12-9993-a1f5790b97d2',
      type: 'harbor.artifact.pushed',
      events: [artifact('apps/shop', '1.1.0')],
    });
  });

  test.each([
    ['a repository', { type: 'PUSH_ARTIFACT', event_data: { resources: [{ tag: '1' }] } }],
    ['resources', { type: 'PUSH_ARTIFACT', event_data: { repository: { repo_full_name: 'a/b' } } }],
    ['data', { type: 'PUSH_ARTIFACT', event_data: null }],
  ])('a push without %s is no event', (_, body) => {
    expect(read(body, headers)).toMatchObject({ kind: 'read', events: [] });
  });
});

describe('zot', () => {
  const attributes = { 'ce-specversion': '1.0', 'ce-id': '5c3a9b9e-0000-4000-8000-000000000001' };
  const headers = { ...bearer, ...attributes, 'ce-type': 'zotregistry.image.updated' };

  test('an updated image is an event', () => {
    expect(read(fixture('zot-image-updated'), headers)).toEqual({
      kind: 'read',
      id: '5c3a9b9e-0000-4000-8000-000000000001',
      type: 'zotregistry.image.updated',
      events: [artifact('apps/shop', '1.1.0')],
    });
  });

  test('the beginning of the type can be configured', () => {
    const body = fixture('zot-image-updated');
    expect(read(body, { ...headers, 'ce-type': 'com.example.registry.image.updated' })).toMatchObject({
      events: [artifact('apps/shop', '1.1.0')],
    });
  });

  test.each(['zotregistry.image.deleted', 'zotregistry.image.lint_failed', 'zotregistry.repository.created'])(
    '%s is no event',
    (type) => {
      expect(read(fixture('zot-image-updated'), { ...headers, 'ce-type': type })).toMatchObject({ type, events: [] });
    },
  );

  test('what was pushed by digest is no event', () => {
    const reference = `sha256:${'0'.repeat(64)}`;
    expect(read({ name: 'apps/shop', reference }, headers)).toMatchObject({ events: [] });
  });

  test('an event without id or type is malformed', () => {
    expect(read('{}', { ...bearer, ...attributes })).toMatchObject({ kind: 'malformed' });
    expect(read('{}', { ...bearer, 'ce-specversion': '1.0', 'ce-type': 'x' })).toMatchObject({ kind: 'malformed' });
  });
});

describe('Gitea', () => {
  function recorded(name: string): RawDelivery {
    const { headers, body } = JSON.parse(readFileSync(`test/fixtures/gitea/webhooks/${name}.json`, 'utf8'));
    const pairs = Object.entries<string>(headers).map(([key, value]): [string, string] => [key.toLowerCase(), value]);
    return { headers: new Map(pairs), body: Buffer.from(body) };
  }
  const readRecorded = (name: string) => reader.read(recorded(name), ['fixture-secret']);

  test('a container that was pushed is an event under the name of the delivery', () => {
    const { headers, body } = recorded('package-created-tag');
    const { package: subject } = JSON.parse(Buffer.from(body).toString());
    expect(readRecorded('package-created-tag')).toEqual({
      kind: 'read',
      id: headers.get('x-gitea-delivery'),
      type: 'package',
      events: [artifact(`software-consumer/${subject.name}`, subject.version)],
    });
  });

  test('a tag that moved is an event as well, and so is one with build metadata', () => {
    expect(readRecorded('package-created-tag-moved')).toMatchObject({ events: [{ kind: 'artifact' }] });
    expect(readRecorded('package-created-ocm-build-tag')).toMatchObject({
      events: [{ kind: 'artifact', tag: '1.1.0-rc.1.build-b7' }],
    });
  });

  test.each([
    'package-created-by-digest',
    'package-created-ocm-first',
    'package-deleted',
    'package-deleted-tag',
    'push-test',
  ])('%s is no event', (name) => {
    expect(readRecorded(name)).toMatchObject({ kind: 'read', events: [] });
  });

  test('capitals in the name of the owner are not in the name of the repository', () => {
    const body = {
      action: 'created',
      package: { type: 'container', name: 'Shop', version: '1', owner: { login: 'Acme' } },
    };
    const text = JSON.stringify(body);
    const headers = { 'x-gitea-event': 'package', 'x-gitea-delivery': 'one', 'x-gitea-signature': hmac(text) };
    expect(read(text, headers)).toMatchObject({ events: [artifact('acme/shop', '1')] });
  });

  test('a package of another kind is no event', () => {
    const body = { action: 'created', package: { type: 'npm', name: 'shop', version: '1', owner: { login: 'acme' } } };
    const text = JSON.stringify(body);
    const headers = { 'x-forgejo-event': 'package', 'x-forgejo-delivery': 'one', 'x-forgejo-signature': hmac(text) };
    expect(read(text, headers)).toEqual({ kind: 'read', id: 'one', type: 'package', events: [] });
  });

  test.each(['', hmac('another body'), `sha256=${hmac('')}`])('the signature "%s" does not hold', (signature) => {
    const raw = recorded('package-created-tag');
    const headers = new Map([...raw.headers, ['x-gitea-signature', signature] as const]);
    expect(reader.read({ ...raw, headers }, ['fixture-secret'])).toMatchObject({ kind: 'forged' });
  });
});

describe('the plain form', () => {
  test('is named by its id, or by its content', () => {
    expect(read({ repository: 'apps/shop', tag: '1', id: 'run 4711' }, bearer)).toMatchObject({ id: 'run 4711' });
    expect(read(notice, bearer)).toMatchObject({ id: `sha256:${createHash('sha256').update(notice).digest('hex')}` });
  });

  test('without a tag it means the whole repository', () => {
    expect(read({ repository: 'apps/shop' }, bearer)).toMatchObject({ events: [artifact('apps/shop', undefined)] });
  });

  test.each([
    ['no object', '[]'],
    ['no JSON', 'repository=apps/shop'],
    ['without repository', '{"tag":"1"}'],
    ['with a host', '{"repository":"registry.example.test:5000/apps/shop"}'],
    ['with a repository that climbs', '{"repository":"../../etc"}'],
    ['with a tag that is none', '{"repository":"apps/shop","tag":"a b"}'],
    ['with a digest for a tag', `{"repository":"apps/shop","tag":"sha256:${'0'.repeat(64)}"}`],
    ['with a number for a tag', '{"repository":"apps/shop","tag":1}'],
    ['with an empty id', '{"repository":"apps/shop","id":""}'],
    ['with a key twice', '{"repository":"apps/shop","repository":"apps/other"}'],
    ['nested without end', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['in another encoding', Buffer.from('{"repository":"café"}', 'latin1')],
  ])('is malformed when it is %s', (_, body) => {
    expect(read(body, bearer)).toMatchObject({ kind: 'malformed' });
  });
});

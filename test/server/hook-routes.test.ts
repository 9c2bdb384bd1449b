import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createRegistryHookReader } from '../../src/adapters/registry-hooks/registry-hook-reader.ts';
import type { Inbox } from '../../src/ports/inbox.ts';
import { hookPath } from '../../src/server/hook-connection.ts';
import { hookLimits } from '../../src/server/hook-limits.ts';
import { at, notice, otherSecret, path, post, registryConnection, secret, sign, startHookWorld } from './hook-world.ts';

const body = notice('one');

describe('a delivery', () => {
  test('is stored before it is answered with 202, and wakes who works on it', async () => {
    const order: string[] = [];
    await using world = await startHookWorld({
      inbox: (stored) => ({
        ...stored,
        receive: async (deliveries) => {
          const receipts = await stored.receive(deliveries);
          expect(await stored.pending()).toHaveLength(1);
          order.push('stored');
          return receipts;
        },
      }),
    });
    const response = await post(world, body);
    order.push('answered');
    expect(response.status).toBe(202);
    expect(order).toEqual(['stored', 'answered']);
    expect(world.woken()).toBe(1);
    const [stored] = await world.inbox.pending();
    expect(stored).toEqual({
      sequence: expect.any(Number),
      connection: 'registry:registry.example.org/dev',
      id: 'one',
      type: 'notice',
      bodyDigest: createHash('sha256').update(body).digest('hex'),
      events: [{ kind: 'artifact', name: 'apps/shop', tag: '1.0.0' }],
      at,
    });
    expect(world.lines.map(({ event }) => event)).toEqual(['hook.stored']);
  });

  test('that comes again is answered with 200, stored once and wakes nobody', async () => {
    await using world = await startHookWorld();
    const statuses = [];
    for (let round = 0; round < 3; round++) statuses.push((await post(world, body)).status);
    expect(statuses).toEqual([202, 200, 200]);
    expect(await world.inbox.pending()).toHaveLength(1);
    expect(world.woken()).toBe(1);
    expect(world.lines.map(({ event }) => event)).toEqual(['hook.stored', 'hook.repeated', 'hook.repeated']);
  });

  test('that has the name of another is answered with 409 and not stored', async () => {
    await using world = await startHookWorld();
    await post(world, body);
    expect((await post(world, notice('one', '6.6.6'))).status).toBe(409);
    expect(await world.inbox.pending()).toMatchObject([{ events: [{ tag: '1.0.0' }] }]);
    expect(world.lines.at(-1)).toMatchObject({ level: 'warn', event: 'hook.conflicting' });
  });

  test.each([
    ['unsigned', { 'content-type': 'application/json' }],
    ['signed with another secret', sign(body, otherSecret)],
    ['signed for another body', sign(`${body} `)],
  ])('that is %s is answered with 401, and nothing of it is stored', async (_, headers) => {
    await using world = await startHookWorld();
    const response = await post(world, body, headers);
    expect(response.status).toBe(401);
    expect(await world.inbox.pending()).toEqual([]);
    expect(world.woken()).toBe(0);
    expect(world.lines).toMatchObject([{ level: 'warn', event: 'hook.forged', fields: { from: '127.0.0.1' } }]);
  });

  test.each([
    ['not understood', '{"tag":1}'],
    ['named so that no log could show it', notice('a\nb')],
    ['named at too great a length', notice('x'.repeat(201))],
  ])('that is signed but %s is answered with 400', async (_, text) => {
    await using world = await startHookWorld();
    expect((await post(world, text)).status).toBe(400);
    expect(await world.inbox.pending()).toEqual([]);
    expect(world.lines).toMatchObject([{ level: 'warn', event: 'hook.malformed' }]);
  });

  test('of a registry about nothing that is looked at is answered with 200 and not stored', async () => {
    await using world = await startHookWorld();
    const text = JSON.stringify({ events: [{ id: 'e', action: 'pull' }] });
    expect((await post(world, text)).status).toBe(200);
    expect(await world.inbox.pending()).toEqual([]);
  });

  test('of a forge about nothing that is looked at is stored, for it shows that the forge reaches the bot', async () => {
    const forge = { ...registryConnection(), kind: 'gitea', name: 'internal' } as const;
    await using world = await startHookWorld({ connections: [forge] });
    const text = JSON.stringify({ events: [] });
    const response = await fetch(`${world.url}/hooks/gitea/internal`, {
      method: 'POST',
      body: text,
      headers: sign(text),
    });
    expect(response.status).toBe(202);
    expect(await world.inbox.lastReceived('forge:internal')).toEqual(at);
  });

  test('is read from the bytes as they came', async () => {
    await using world = await startHookWorld();
    const bytes = Buffer.from('{"repository":"\xff"}', 'latin1');
    const response = await fetch(`${world.url}${path}`, { method: 'POST', body: bytes, headers: sign(bytes) });
    expect(response.status).toBe(400);
    const plain = ` {\n  "repository": "apps/shop",\t"id":"x"  }\r\n`;
    expect((await post(world, plain)).status).toBe(202);
  });
});

describe('a store that does not work', () => {
  test('is answered with 503 and a time to wait, and the next delivery is stored', async () => {
    let broken = true;
    await using world = await startHookWorld({
      inbox: (stored) => ({
        ...stored,
        receive: (it) => (broken ? Promise.reject(new Error('the disk is full')) : stored.receive(it)),
      }),
    });
    const response = await post(world, body);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.text()).not.toContain('disk');
    expect(world.woken()).toBe(0);
    expect(world.lines).toMatchObject([{ level: 'warn', event: 'hook.not-stored' }]);
    broken = false;
    expect((await post(world, body)).status).toBe(202);
  });

  test('and gives no answer is answered with 503 before the forge stops waiting', async () => {
    const never: Partial<Inbox> = { receive: () => new Promise(() => {}) };
    await using world = await startHookWorld({
      inbox: (stored) => ({ ...stored, ...never }),
      limits: { storeTime: 30 },
    });
    expect((await post(world, body)).status).toBe(503);
    expect(hookLimits.storeTime).toBeLessThan(5_000);
  });
});

describe('secrets', () => {
  test('can be exchanged while both are known', async () => {
    await using world = await startHookWorld({ secrets: async () => [otherSecret, secret] });
    expect((await post(world, notice(1))).status).toBe(202);
    const second = notice(2);
    expect((await post(world, second, sign(second, otherSecret))).status).toBe(202);
  });

  test.each([
    ['cannot be read', () => Promise.reject(new Error(`no file with ${secret}`))],
    ['are none', async () => []],
    ['are empty', async () => ['']],
  ])('that %s are answered with 503, and nothing is let in', async (_, secrets) => {
    await using world = await startHookWorld({ secrets });
    expect((await post(world, body, sign(body, ''))).status).toBe(503);
    expect(await world.inbox.pending()).toEqual([]);
  });
});

describe('what is asked for in another way', () => {
  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('%s is answered with 405', async (method) => {
    await using world = await startHookWorld();
    const response = await fetch(`${world.url}${path}`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test.each([
    '/',
    '/hooks',
    '/hooks/registry',
    '/hooks/registry/',
    '/hooks/registry/unknown',
    '/hooks/gitea/registry.example.org/dev',
    '/hooks/registry/registry.example.org/dev/',
    '/hooks/registry/registry.example.org/dev/%2e%2e',
    '/hooks/registry/%',
    '/hooks/__proto__/constructor',
  ])('%s is answered with 404 and nothing of the request', async (other) => {
    await using world = await startHookWorld();
    const response = await fetch(`${world.url}${other}`, { method: 'POST', body, headers: sign(body) });
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('Nothing is here.\n');
  });

  test('a name is found as it stands and encoded', async () => {
    const named = { ...registryConnection(), name: 'localhost:5000/a b/ü' };
    await using world = await startHookWorld({ connections: [named] });
    expect(hookPath(named)).toBe('/hooks/registry/localhost%3A5000/a%20b/%C3%BC');
    const paths = [
      hookPath(named),
      '/hooks/registry/localhost:5000/a%20b/ü',
      '/hooks/registry/localhost:5000%2Fa b%2Fü',
    ];
    for (const [index, one] of paths.entries()) {
      const text = notice(index);
      const response = await fetch(`${world.url}${one}`, { method: 'POST', body: text, headers: sign(text) });
      expect(response.status).toBe(202);
    }
  });

  test.each([
    ['no type', { 'content-type': '' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['text', { 'content-type': 'text/plain' }],
    ['another character set', { 'content-type': 'application/json; charset=latin1' }],
    ['compressed', { 'content-encoding': 'gzip' }],
  ])('%s is answered with 415', async (_, headers) => {
    await using world = await startHookWorld();
    expect((await post(world, body, { ...sign(body), ...headers })).status).toBe(415);
  });

  test("a forge's delivery is JSON and nothing else", async () => {
    const reader = createRegistryHookReader();
    const forge = { kind: 'github', name: 'hub', reader, secrets: async () => [secret] } as const;
    await using world = await startHookWorld({ connections: [forge, registryConnection()] });
    const headers = { ...sign(body), 'content-type': 'application/cloudevents+json' };
    const response = await fetch(`${world.url}/hooks/github/hub`, { method: 'POST', body, headers });
    expect(response.status).toBe(415);
    expect((await post(world, body, headers)).status).toBe(400);
    expect((await post(world, body, { ...sign(body), 'content-type': 'application/json; charset=UTF-8' })).status).toBe(
      202,
    );
  });
});

test('no answer is kept by anybody or names the server', async () => {
  await using world = await startHookWorld();
  for (const response of [await post(world, body), await post(world, body, {}), await fetch(`${world.url}/x`)]) {
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect([response.headers.get('server'), response.headers.get('x-powered-by')]).toEqual([null, null]);
    await response.body?.cancel();
  }
});

test('a mistake of the program is answered with 500 and stands in the log', async () => {
  const reader = {
    read: () => {
      throw new TypeError('a mistake');
    },
  };
  await using world = await startHookWorld({ connections: [{ ...registryConnection(), reader }] });
  const response = await post(world, body);
  expect([response.status, await response.text()]).toEqual([500, 'Something went wrong.\n']);
  expect(world.lines).toMatchObject([{ event: 'hook.failed', fields: { error: { message: 'a mistake' } } }]);
});

test('nothing that was sent or is secret stands in the log', async () => {
  await using world = await startHookWorld();
  await post(world, body);
  await post(world, body, {
    ...sign(body),
    'x-consignee-signature-256': 'sha256=0',
    authorization: `Bearer ${secret}`,
  });
  await post(world, '{"repository":"CANARY"}');
  expect(JSON.stringify(world.lines)).not.toMatch(/CANARY|0123456789abcdef|Bearer|sha256=/);
});

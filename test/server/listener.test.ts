import { describe, expect, test } from 'vitest';
import type { Inbox } from '../../src/ports/inbox.ts';
import { openListener } from '../../src/server/listener.ts';
import { serverLimits } from '../../src/server/server-limits.ts';
import { connectRaw, head, host, notice, post, sign, startHookWorld } from './hook-world.ts';

const body = notice('one');
const signed = { ...sign(body), 'content-length': body.length };
const quick = { headersTimeout: 60, requestTimeout: 120, keepAliveTimeout: 40, checkInterval: 20 };
const never = { info: () => {}, warn: () => {} };

/** An inbox that stores when it is told to. */
function held() {
  const entered = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const inbox = (stored: Inbox): Inbox => ({
    ...stored,
    receive: async (it) => {
      entered.resolve();
      await go.promise;
      return stored.receive(it);
    },
  });
  return { inbox, entered: entered.promise, go: go.resolve };
}

describe('who is slow', () => {
  test('with the headers is cut off', async () => {
    await using world = await startHookWorld({ server: { ...quick, requestTimeout: 60_000 } });
    await using connection = await connectRaw(world);
    connection.send('POST /hooks/registry/x HTTP/1.1\r\nhost: bot.test\r\nx-slow: ');
    const drip = setInterval(() => connection.send('a'), 10);
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
  });

  test('with the body is cut off, and nothing is stored', async () => {
    await using world = await startHookWorld({ server: quick });
    await using connection = await connectRaw(world);
    connection.send(head({ ...signed, 'content-length': 100_000 }));
    const drip = setInterval(() => connection.send(' '), 10);
    expect(await connection.ended).toMatch(/^(HTTP\/1\.1 408 |$)/);
    clearInterval(drip);
    expect(await world.inbox.pending()).toEqual([]);
  });

  test('with the next request is cut off', async () => {
    await using world = await startHookWorld({ server: quick });
    await using connection = await connectRaw(world);
    connection.send(head(signed) + body);
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 202 /);
  });

  test('does not keep others waiting', async () => {
    await using world = await startHookWorld();
    await using slow = await connectRaw(world);
    slow.send(head({ ...signed, 'content-length': 100_000 }));
    expect((await post(world, body)).status).toBe(202);
  });
});

describe('limits', () => {
  test("are far below Node's own", () => {
    expect(serverLimits).toMatchObject({ headersTimeout: 10_000, requestTimeout: 15_000, maxConnections: 512 });
  });

  test('headers that are too long are answered with 431', async () => {
    await using world = await startHookWorld();
    await using connection = await connectRaw(world);
    connection.send(head({ ...signed, 'x-long': 'a'.repeat(serverLimits.maxHeaderSize) }));
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('connections beyond the number are closed, and it is logged once', async () => {
    await using world = await startHookWorld({ server: { maxConnections: 1 } });
    await using first = await connectRaw(world);
    for (let round = 0; round < 2; round++) {
      await using next = await connectRaw(world);
      expect(await next.ended).toBe('');
    }
    first.send(head(signed) + body);
    expect(await first.until('Stored.')).toMatch(/^HTTP\/1\.1 202 /);
    expect(world.lines.map(({ event }) => event)).toEqual(['http.dropped', 'hook.stored']);
  });

  test('a connection is of no use after its number of requests', async () => {
    await using world = await startHookWorld({ server: { maxRequestsPerConnection: 2 } });
    await using connection = await connectRaw(world);
    connection.send(head(signed) + body);
    await connection.until('Stored.');
    connection.send(head(signed) + body);
    expect(await connection.until('Known already.')).toMatch(/keep-alive.*Stored.*HTTP.*connection: close/is);
    connection.send(head(signed) + body);
    expect(await connection.until(' 503 ')).toMatch(/HTTP\/1\.1 503 /);
  });

  test('a request that is not HTTP is answered with 400', async () => {
    await using world = await startHookWorld();
    await using connection = await connectRaw(world);
    connection.send('\x16\x03\x01\x00\xa5 TLS\r\n\r\n');
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('closing', () => {
  test('lets what is under way finish, and takes nothing new', async () => {
    const { inbox, entered, go } = held();
    await using world = await startHookWorld({ inbox });
    await using connection = await connectRaw(world);
    connection.send(head(signed) + body);
    await entered;
    const closed = world.listener.close({ graceSeconds: 5 });
    await expect(post(world, notice('two'))).rejects.toThrow('fetch failed');
    go();
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 202 .*connection: close/is);
    await closed;
    expect(await world.inbox.pending()).toHaveLength(1);
  });

  test('lets a body that is on its way arrive', async () => {
    await using world = await startHookWorld();
    await using connection = await connectRaw(world);
    connection.send(head({ ...signed, expect: '100-continue' }));
    await connection.until('100 Continue');
    const closed = world.listener.close({ graceSeconds: 5 });
    connection.send(body);
    expect(await connection.ended).toMatch(/HTTP\/1\.1 202 .*connection: close/is);
    await closed;
  });

  test('cuts off what does not finish in time, and what was stored meanwhile is a repetition later', async () => {
    const { inbox, entered, go } = held();
    await using world = await startHookWorld({ inbox });
    await using connection = await connectRaw(world);
    connection.send(head(signed) + body);
    await entered;
    await world.listener.close({ graceSeconds: 0.05 });
    expect(await connection.ended).toBe('');
    go();
    await expect.poll(() => world.inbox.pending()).toHaveLength(1);
    expect(await world.inbox.receive(await world.inbox.pending())).toEqual(['before']);
  });

  test('does not wait for connections on which nothing is asked', { timeout: 10_000 }, async () => {
    await using world = await startHookWorld();
    await using unused = await connectRaw(world);
    await using used = await connectRaw(world);
    used.send(head(signed) + body);
    await used.until('Stored.');
    await world.listener.close({ graceSeconds: 60 });
    expect(await unused.ended).toBe('');
    expect(await used.ended).toMatch(/Stored\.\n$/);
  });

  test('ends a connection with the request that was just beginning', async () => {
    await using world = await startHookWorld();
    await using connection = await connectRaw(world);
    const request = head(signed);
    connection.send(head(signed) + body + request.slice(0, 20));
    await connection.until('Stored.');
    const closed = world.listener.close({ graceSeconds: 5 });
    connection.send(request.slice(20) + body);
    expect(await connection.ended).toMatch(/connection: close.*Known already\.\n$/is);
    await closed;
  });

  test('may be asked for again, with less time', { timeout: 10_000 }, async () => {
    const { inbox, entered } = held();
    await using world = await startHookWorld({ inbox });
    await using connection = await connectRaw(world);
    connection.send(head(signed) + body);
    await entered;
    const first = world.listener.close({ graceSeconds: 60 });
    await world.listener.close({ graceSeconds: 0 });
    await first;
    await world.listener.close({ graceSeconds: 60 });
    expect(await connection.ended).toBe('');
  });
});

test('an address that is taken is a failure that names it', async () => {
  await using world = await startHookWorld();
  const handler = { fetch: () => new Response() };
  const { port } = world.listener.address;
  await expect(openListener({ address: { host, port }, handler, log: never })).rejects.toMatchObject({
    code: 'local',
    message: expect.stringContaining(`127.0.0.1:${port}`),
    remedy: expect.stringContaining('listen'),
  });
});

import { describe, expect, test } from 'vitest';
import { hookLimits } from '../../src/server/hook-limits.ts';
import { connectRaw, head, notice, path, post, registryConnection, sign, startHookWorld } from './hook-world.ts';

const mebibyte = 1024 * 1024;
const body = notice('one');
const signed = sign(body);

/** @returns A notice of this length, in bytes. */
function padded(length: number): string {
  const text = notice('long');
  return text + ' '.repeat(length - Buffer.byteLength(text));
}

describe('a body', () => {
  test('of 30 MiB is answered with 413 before much of it was sent', async () => {
    await using world = await startHookWorld();
    await using connection = await connectRaw(world);
    connection.send(head({ ...signed, 'content-length': 30 * mebibyte }));
    connection.send(Buffer.alloc(64 * 1024));
    expect(await connection.until('The delivery is too large.\n')).toMatch(/^HTTP\/1\.1 413 .*connection: close/is);
    expect(connection.socket.bytesWritten).toBeLessThan(mebibyte);
    expect(world.lines).toMatchObject([{ event: 'hook.refused', fields: { because: 'too-large' } }]);
  });

  test('of 30 MiB is answered with 413 also to who sends it all without looking', async () => {
    await using world = await startHookWorld();
    await using connection = await connectRaw(world);
    connection.send(head({ ...signed, 'content-length': 30 * mebibyte }));
    connection.send(Buffer.alloc(30 * mebibyte));
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 413 /);
    expect(await world.inbox.pending()).toEqual([]);
  });

  test('that is refused is still taken for a moment, for a broken connection would hide the answer', async () => {
    await using world = await startHookWorld();
    await using connection = await connectRaw(world);
    const errors: Error[] = [];
    connection.socket.on('error', (error) => errors.push(error));
    connection.send(head({ ...signed, 'content-length': 3 * mebibyte }));
    await connection.until('The delivery is too large.\n');
    connection.send(Buffer.alloc(3 * mebibyte));
    await connection.ended;
    expect(errors).toEqual([]);
  });

  test('of unknown length is answered with 413 where it becomes too long', async () => {
    await using world = await startHookWorld({ limits: { maxBody: { ...hookLimits.maxBody, registry: 1000 } } });
    await using connection = await connectRaw(world);
    connection.send(head({ ...signed, 'transfer-encoding': 'chunked' }));
    connection.send(`320\r\n${' '.repeat(800)}\r\n`);
    connection.send(`c9\r\n${' '.repeat(201)}\r\n`);
    expect(await connection.until('too large.\n')).toMatch(/^HTTP\/1\.1 413 /);
    expect(await connection.ended).toMatch(/too large\.\n$/);
  });

  test('is taken up to the limit, and not beyond', async () => {
    await using world = await startHookWorld();
    const exact = padded(hookLimits.maxBody.registry);
    expect((await post(world, exact)).status).toBe(202);
    expect((await post(world, `${exact} `)).status).toBe(413);
  });

  test('of GitHub may have 25 MiB', async () => {
    const hub = { ...registryConnection(), kind: 'github', name: 'hub' } as const;
    await using world = await startHookWorld({ connections: [hub] });
    const text = padded(25 * mebibyte);
    const response = await fetch(`${world.url}/hooks/github/hub`, { method: 'POST', body: text, headers: sign(text) });
    expect(response.status).toBe(202);
  });

  test('may come in pieces, whose borders lie anywhere', async () => {
    await using world = await startHookWorld();
    await using connection = await connectRaw(world);
    connection.send(head({ ...signed, 'transfer-encoding': 'chunked', connection: 'close' }));
    for (const byte of body) connection.send(`1\r\n${byte}\r\n`);
    connection.send('0\r\n\r\n');
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 202 /);
  });

  test('that ends before its length is answered with 400 and not stored', async () => {
    await using world = await startHookWorld();
    await using connection = await connectRaw(world);
    connection.send(head({ ...signed, 'content-length': body.length + 1 }));
    connection.send(body);
    connection.socket.end();
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 400 /);
    expect(await world.inbox.pending()).toEqual([]);
  });

  test('whose sender vanishes is not stored, and the next one is', async () => {
    await using world = await startHookWorld({ limits: { maxBodies: 2 * mebibyte } });
    for (let round = 0; round < 3; round++) {
      await using connection = await connectRaw(world);
      connection.send(head({ ...signed, 'content-length': 2 * mebibyte, expect: '100-continue' }));
      await connection.until('100 Continue');
      connection.socket.destroy();
      await expect.poll(() => world.lines.length).toBe(round + 1);
    }
    expect(world.lines).toMatchObject([1, 2, 3].map(() => ({ event: 'hook.refused', fields: { because: 'cut-off' } })));
    expect((await post(world, padded(2 * mebibyte))).status).toBe(202);
  });

  test('is not asked for when its length is too much', async () => {
    await using world = await startHookWorld();
    await using connection = await connectRaw(world);
    connection.send(head({ ...signed, 'content-length': 30 * mebibyte, expect: '100-continue' }));
    const answer = await connection.ended;
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).not.toContain('100 Continue');
  });

  test('that does not belong anywhere is not waited for', async () => {
    await using world = await startHookWorld();
    await using connection = await connectRaw(world);
    connection.send(head({ ...signed, 'content-length': mebibyte }, 'POST /elsewhere HTTP/1.1'));
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 404 /);
  });

  test('of another length than the headers agree on is answered with 400', async () => {
    await using world = await startHookWorld();
    await using connection = await connectRaw(world);
    connection.send(head({ ...signed, 'content-length': body.length, 'transfer-encoding': 'chunked' }) + body);
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 400 /);
    expect(await world.inbox.pending()).toEqual([]);
  });
});

describe('too many', () => {
  const unsigned = { 'content-type': 'application/json' };

  test('forgeries from one address are answered with 429, unread', async () => {
    await using world = await startHookWorld({ limits: { forgeries: { perSecond: 0.001, burst: 3 } } });
    const statuses = [];
    for (let round = 0; round < 5; round++) statuses.push((await post(world, body, unsigned)).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect(world.lines.map(({ event }) => event)).toEqual([...Array(3).fill('hook.forged'), 'hook.turned-away']);
  });

  test('forgeries do not keep out what is genuine from the same address', async () => {
    await using world = await startHookWorld({ limits: { forgeries: { perSecond: 0.001, burst: 3 } } });
    expect((await post(world, body)).status).toBe(202);
    for (let round = 0; round < 5; round++) expect((await post(world, body, unsigned)).status).toBe(401);
    expect((await post(world, notice('two'))).status).toBe(202);
  });

  test('deliveries are answered with 429, of one connection and not of the other', async () => {
    const connections = [registryConnection(), { ...registryConnection(), name: 'other' }];
    const deliveries = { perSecond: 0.001, burst: 2 };
    await using world = await startHookWorld({ connections, limits: { deliveries } });
    const statuses = [];
    for (let round = 0; round < 3; round++) statuses.push((await post(world, notice(round))).status);
    expect(statuses).toEqual([202, 202, 429]);
    const other = await fetch(`${world.url}/hooks/registry/other`, { method: 'POST', body, headers: signed });
    expect(other.status).toBe(202);
  });

  test('bytes at the same time are answered with 429, until there is room again', async () => {
    await using world = await startHookWorld({ limits: { maxBodies: mebibyte } });
    await using connection = await connectRaw(world);
    connection.send(head({ ...signed, 'content-length': mebibyte, expect: '100-continue' }));
    await connection.until('100 Continue');
    const response = await post(world, body);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '5']);
    connection.send(' '.repeat(mebibyte));
    expect(await connection.until('signature')).toMatch(/HTTP\/1\.1 401 /);
    expect((await fetch(`${world.url}${path}`, { method: 'POST', body, headers: signed })).status).toBe(202);
  });
});

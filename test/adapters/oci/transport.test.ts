import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createAllowance } from '../../../src/adapters/oci/allowance.ts';
import { digestOf } from '../../../src/core/digest.ts';
import { type Fault, startFakeRegistry } from '../../support/fake-registry.ts';
import { redirect, stall, where } from '../../support/faults.ts';
import { ask, greeter, startOciWorld } from '../../support/oci-world.ts';

const large = randomBytes(3_000_000);

describe('connections', () => {
  test('serve one request after the other, HEAD as well', async () => {
    await using world = await startOciWorld({ concurrency: 3 });
    for (let count = 0; count < 30; count++) {
      await world.client.proveBlob({ repository: `team/component-descriptors/${greeter}`, digest: world.blob });
      await ask.list(world);
      await ask.blob(world);
      await world.repository.resolveTag(greeter, 'nothing');
    }
    expect(world.client.requests).toBe(120);
    expect(world.fake.connections).toBeLessThanOrEqual(3);
  });

  test('are as many as may be asked at the same time', async () => {
    let open = 0;
    let most = 0;
    const fault: Fault = ({ response }) => {
      most = Math.max(most, ++open);
      response.on('close', () => open--);
      return 'pass';
    };
    await using world = await startOciWorld({ concurrency: 3, registry: { fault } });
    await Promise.all(Array.from({ length: 30 }, () => ask.stream(world)));
    expect(most).toBeLessThanOrEqual(3);
    expect(world.fake.connections).toBeLessThanOrEqual(3);
  });

  test('are not held by streams that were left', async () => {
    await using world = await startOciWorld({ concurrency: 2, layers: [large] });
    for (let count = 0; count < 10; count++) {
      for await (const _chunk of world.repository.stream(greeter, world.blob)) break;
    }
    expect(await ask.list(world)).toMatchObject({ complete: true });
  });
});

describe('a request', () => {
  test('asks for bytes as they are stored, and says who asks', async () => {
    const seen: unknown[] = [];
    const fault: Fault = ({ request }) => {
      seen.push([request.headers['accept-encoding'], request.headers['user-agent'], request.headers.cookie]);
      return 'pass';
    };
    await using world = await startOciWorld({ registry: { fault } });
    await ask.list(world);
    await ask.prove(world);
    expect(seen).toEqual([
      ['identity', 'consignee', undefined],
      ['identity', 'consignee', undefined],
    ]);
  });

  test('goes through no proxy that the surroundings name', async () => {
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'];
    const before = names.map((name) => [name, process.env[name]] as const);
    for (const name of names) process.env[name] = 'http://127.0.0.1:1';
    try {
      await using world = await startOciWorld();
      expect(await ask.list(world)).toMatchObject({ complete: true });
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });
});

describe('memory', () => {
  test('is lent out in order, never more than there is', async () => {
    const allowance = createAllowance(10);
    const order: string[] = [];
    const first = await allowance.acquire(6);
    const second = allowance.acquire(100).then((it) => {
      order.push('all of it');
      return it;
    });
    const third = allowance.acquire(1).then((it) => {
      order.push('one');
      return it;
    });
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    (await second)[Symbol.dispose]();
    (await third)[Symbol.dispose]();
    expect(order).toEqual(['all of it', 'one']);
    using _all = await allowance.acquire(10);
  });

  test('bounds what is read at the same time', async () => {
    // The first answer ends only after the second could have been read whole.
    const unfinished: (() => void)[] = [];
    const fault: Fault = where(/blobs/, ({ response }) => {
      response.writeHead(200, { 'content-length': large.length });
      if (unfinished.length === 0) {
        response.write(large.subarray(0, 10));
        unfinished.push(() => response.end(large.subarray(10)));
        return;
      }
      response.end(large);
      setTimeout(() => unfinished[0]?.(), 150);
    });
    await using world = await startOciWorld({
      layers: [large],
      registry: { fault },
      limits: { bufferedBytes: 4_000_000, idleSeconds: 5 },
    });
    const order: string[] = [];
    const read = async (name: string) => {
      const result = await world.repository.read(greeter, world.blob, { kind: 'blob', maxBytes: 1e7 });
      order.push(`${name} ${result.kind}`);
    };
    const first = read('first');
    while (unfinished.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([first, read('second')]);
    expect(order).toEqual(['first read', 'second read']);
  });
});

describe('a stream', () => {
  /** Breaks off after some bytes of a blob, `times` times. */
  const breaking = (after: number, times: number): Fault => {
    let count = 0;
    return where(/blobs/, ({ request, response }) => {
      if (++count > times) return 'pass';
      response.writeHead(200, { 'content-length': large.length });
      response.flushHeaders();
      if (after === 0) request.socket.destroy();
      else response.write(large.subarray(0, after), () => setTimeout(() => request.socket.destroy(), 50));
      return undefined;
    });
  };

  test('that breaks off before its first byte is begun anew', async () => {
    await using world = await startOciWorld({ layers: [large], registry: { fault: breaking(0, 2) } });
    expect(digestOf(await ask.stream(world))).toBe(world.blob);
    expect(world.client.requests).toBe(3);
  });

  test('F-05: that breaks off later ends with a failure, and says how far it came', async () => {
    await using world = await startOciWorld({ layers: [large], registry: { fault: breaking(1000, 1) } });
    await expect(ask.stream(world)).rejects.toMatchObject({
      code: 'registry-unreachable',
      message: expect.stringContaining('after 1000 bytes'),
    });
    expect(world.client.requests).toBe(1);
  });

  test('F-04: that stops ends with a failure', async () => {
    await using world = await startOciWorld({ registry: { fault: where(/blobs/, stall) } });
    await expect(ask.stream(world)).rejects.toMatchObject({
      code: 'registry-unreachable',
      message: expect.stringContaining('stopped in the middle of an answer after 8 bytes'),
    });
    expect(world.client.requests).toBe(1);
  });
});

describe('F-13: content at a host that is allowed', () => {
  test('is read from there, without credentials', async () => {
    await using storage = await startFakeRegistry({
      fault: ({ response }) => {
        response.end(large);
        return undefined;
      },
    });
    const fault: Fault = (exchange) => {
      if (!exchange.request.headers.authorization) {
        exchange.response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
        return undefined;
      }
      return redirect(`${storage.address}/store?signature=abc`)(exchange);
    };
    await using world = await startOciWorld({
      layers: [large],
      credentials: async () => ({ kind: 'basic', username: 'me', password: 'hunter2' }),
      redirectHosts: [storage.host],
      registry: { fault },
    });
    expect(digestOf(await ask.stream(world))).toBe(world.blob);
    expect(storage.requests).toEqual([
      { method: 'GET', path: '/store?signature=abc', authorization: undefined, cookie: undefined },
    ]);
  });

  test('is read to prove that it is there when its address serves for nothing else', async () => {
    await using storage = await startFakeRegistry({
      fault: ({ request, response }) => {
        response.statusCode = request.method === 'GET' ? 200 : 403;
        response.end(large);
        return undefined;
      },
    });
    await using world = await startOciWorld({
      layers: [large],
      redirectHosts: [storage.host],
      registry: { fault: redirect(`${storage.address}/store`) },
    });
    expect(await ask.prove(world)).toEqual({ kind: 'present', size: large.length, read: true });
  });

  test('is hashed like any other, and its address not told', async () => {
    await using storage = await startFakeRegistry({ fault: ({ response }) => void response.writeHead(403).end() });
    await using world = await startOciWorld({
      redirectHosts: [storage.host],
      registry: { fault: redirect(`${storage.address}/store?signature=abc`) },
    });
    const failure = await ask.blob(world).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'registry-unreachable',
      message: expect.stringContaining(`at ${storage.host}`),
    });
    expect(String(failure)).not.toContain('signature');
    storage.fault = ({ response }) => void response.end('other bytes');
    expect(await ask.blob(world)).toEqual({ kind: 'corrupt' });
  });
});

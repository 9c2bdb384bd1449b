import { createHmac, generateKeyPairSync } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { createAppHost } from '../../../src/adapters/github/app-host.ts';
import type { RawDelivery } from '../../../src/ports/deliveries.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const secret = 'a secret of more than thirty-two bytes';

const createHost = () =>
  createAppHost({ address: 'https://github.com', access: { appId: 7, privateKey: async () => pem } });

function sign(payload: string, by = secret): RawDelivery {
  const signature = `sha256=${createHmac('sha256', by).update(payload).digest('hex')}`;
  const headers = { 'x-github-delivery': 'one', 'x-github-event': 'push', 'x-hub-signature-256': signature };
  return { headers: new Map(Object.entries(headers)), body: Buffer.from(payload) };
}

test('what is genuine is handed on, once, and answered after it was received', async () => {
  const host = await createHost();
  const order: string[] = [];
  const receive = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    order.push('stored');
    return 202;
  };
  expect(await host.deliver(sign('{"ref":"refs/heads/main"}'), [secret], receive)).toBe(202);
  order.push('answered');
  expect(order).toEqual(['stored', 'answered']);
});

test('a forgery is not handed on, with whatever signature', async () => {
  const host = await createHost();
  const receive = vi.fn(async () => 202);
  const { headers, body } = sign('{}');
  const without = new Map([...headers].filter(([name]) => name !== 'x-hub-signature-256'));
  const empty = new Map([...headers, ['x-hub-signature-256', 'sha256=']]);
  for (const forged of [sign('{}', 'development'), { headers: without, body }, { headers: empty, body }]) {
    expect(await host.deliver(forged, [secret], receive)).toBeUndefined();
  }
  expect(await host.deliver({ headers, body: Buffer.from('{"a":1}') }, [secret], receive)).toBeUndefined();
  expect(receive).not.toHaveBeenCalled();
});

test('while secrets are exchanged both hold, afterwards only the new one', async () => {
  const host = await createHost();
  const receive = async () => 202;
  const renewed = 'another secret of more than thirty-two bytes';
  expect(await host.deliver(sign('{}'), [renewed, secret], receive)).toBe(202);
  expect(await host.deliver(sign('{}', renewed), [renewed, secret], receive)).toBe(202);
  expect(await host.deliver(sign('{}'), [renewed], receive)).toBeUndefined();
});

test('without a secret nothing is taken, least of all with the one that Probot has by itself', async () => {
  const host = await createHost();
  const receive = async () => 202;
  for (const secrets of [[], [''], [secret, '']]) {
    const delivering = host.deliver(sign('{}', 'development'), secrets, receive);
    await expect(delivering).rejects.toMatchObject({ name: 'Failure', code: 'configuration' });
  }
});

test('what fails in receiving fails as it is, and nothing is answered well', async () => {
  const host = await createHost();
  const full = new Error('the disk is full');
  const delivering = host.deliver(sign('{}'), [secret], async () => Promise.reject(full));
  await expect(delivering).rejects.toBe(full);
});

test('what is signed and no JSON goes to the receiver, which says why', async () => {
  const host = await createHost();
  const receive = vi.fn(async () => 400);
  expect(await host.deliver(sign('{'), [secret], receive)).toBe(400);
  expect(receive).toHaveBeenCalledOnce();
});

test('deliveries at the same time, also under one name, do not mix', async () => {
  const host = await createHost();
  const delivered = await Promise.all(
    [1, 2, 3].map((it) => host.deliver(sign(`{"n":${it}}`), [secret], async () => it)),
  );
  expect(delivered).toEqual([1, 2, 3]);
});

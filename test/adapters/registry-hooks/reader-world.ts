import { createHmac } from 'node:crypto';
import { createRegistryHookReader } from '../../../src/adapters/registry-hooks/registry-hook-reader.ts';
import type { RawDelivery, ReadDelivery } from '../../../src/ports/deliveries.ts';

export const secret = 'a secret of thirty-two characters';
export const reader = createRegistryHookReader();
export const bearer = { authorization: `Bearer ${secret}` };
export const notice = JSON.stringify({ repository: 'apps/shop', tag: 'v1.2.3' });

type Body = string | Uint8Array | object;
type Headers = Readonly<Record<string, string>>;

export function delivery(body: Body, headers: Headers): RawDelivery {
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  return {
    headers: new Map(Object.entries({ 'content-type': 'application/json', ...headers })),
    body: Buffer.from(text),
  };
}

export function read(body: Body, headers: Headers): ReadDelivery {
  return reader.read(delivery(body, headers), [secret]);
}

export function hmac(body: string | Uint8Array, key = secret): string {
  return createHmac('sha256', key).update(body).digest('hex');
}

export const artifact = (name: string, tag: string | undefined) => ({ kind: 'artifact', name, tag });

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { RawDelivery } from '../../ports/deliveries.ts';

/** Headers that carry a signature, each an HMAC-SHA256 of the body in hexadecimal digits, with what stands before the digits. */
const signatureHeaders = [
  { name: 'x-consignee-signature-256', prefix: 'sha256=' },
  { name: 'x-forgejo-signature', prefix: '' },
  { name: 'x-gitea-signature', prefix: '' },
] as const;

/**
 * Finds out whether a delivery comes from somebody who has a secret. A sender that can sign is held to its signature, whatever else it
 * sends. Others show the secret itself in `Authorization`: as a bearer token, as the password of any user, or as the whole header. Works
 * on the raw bytes, and compares in constant time, with all secrets.
 *
 * @returns Why it is not believed, in words without anything of the secret; `undefined` when it is.
 */
export function findForgery(delivery: RawDelivery, secrets: readonly string[]): string | undefined {
  const usable = secrets.filter((it) => it !== '');
  if (usable.length === 0) return 'no secret is configured';
  for (const { name, prefix } of signatureHeaders) {
    const signature = delivery.headers.get(name);
    if (signature !== undefined)
      return findWrongSignature(signature, { name, prefix, body: delivery.body, secrets: usable });
  }
  const authorization = delivery.headers.get('authorization');
  if (authorization === undefined) return 'it has neither signature nor authorization';
  return isOneOf(passwordsIn(authorization), usable) ? undefined : 'the authorization does not hold';
}

function findWrongSignature(
  signature: string,
  {
    name,
    prefix,
    body,
    secrets,
  }: {
    readonly name: string;
    readonly prefix: string;
    readonly body: Uint8Array;
    readonly secrets: readonly string[];
  },
): string | undefined {
  const digits = signature.startsWith(prefix) ? signature.slice(prefix.length) : '';
  if (!/^[0-9a-f]{64}$/.test(digits)) return `the signature in ${name} is none`;
  const given = Buffer.from(digits, 'hex');
  const matches = secrets.map((secret) => timingSafeEqual(given, createHmac('sha256', secret).update(body).digest()));
  return matches.includes(true) ? undefined : `the signature in ${name} does not hold`;
}

/** @returns What may be the secret: the header as it stands, a bearer token, the password of a user. */
function passwordsIn(authorization: string): readonly string[] {
  const [, scheme = '', rest = ''] = /^(\w+) +(\S.*)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return [authorization, rest];
  if (scheme.toLowerCase() !== 'basic') return [authorization];
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? [authorization] : [authorization, pair.slice(colon + 1)];
}

/** Hashes both sides first, so that neither length nor content shows in the time that it takes. */
function isOneOf(given: readonly string[], secrets: readonly string[]): boolean {
  const expected = secrets.map(hash);
  const matches = given.map(hash).flatMap((one) => expected.map((other) => timingSafeEqual(one, other)));
  return matches.includes(true);
}

const hash = (text: string) => createHash('sha256').update(text).digest();

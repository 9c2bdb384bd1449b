import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DeliveryReader, RawDelivery, ReadDelivery } from '../../ports/deliveries.ts';
import { readEvents } from './delivery-events.ts';
import { fieldsOf, WrongField } from './delivery-fields.ts';

/** Reads what webhooks of GitHub deliver, those of a repository, of an organisation and of an App alike. */
export function createGitHubDeliveryReader(): DeliveryReader {
  return {
    read(delivery, secrets) {
      const why = findForgery(delivery, secrets);
      return why === undefined ? readSigned(delivery) : { kind: 'forged', why };
    },
  };
}

const signaturePattern = /^sha256=([0-9a-f]{64})$/;

function findForgery({ headers, body }: RawDelivery, secrets: readonly string[]): string | undefined {
  const usable = secrets.filter((it) => it !== '');
  if (usable.length === 0) return 'there is no secret to check it with';
  const [, signature] = signaturePattern.exec(headers.get('x-hub-signature-256') ?? '') ?? [];
  if (signature === undefined) return 'it has no signature in X-Hub-Signature-256';
  const given = Buffer.from(signature, 'hex');
  // All are compared, so that the time does not tell which one fits.
  const fitting = usable.filter((secret) => timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given));
  return fitting.length > 0 ? undefined : 'its signature does not hold';
}

/** Names that GitHub gives to deliveries and types. */
const idPattern = /^[0-9A-Za-z-]{1,64}$/;
const typePattern = /^[a-z_]{1,64}$/;

/** Reads a delivery whose signature was checked before. */
export function readSigned({ headers, body }: RawDelivery): ReadDelivery {
  const id = headers.get('x-github-delivery') ?? '';
  const type = headers.get('x-github-event') ?? '';
  if (!idPattern.test(id)) return malformed('it has no name in X-GitHub-Delivery');
  if (!typePattern.test(type)) return malformed('it has no type in X-GitHub-Event');
  if (!/^application\/json(?:;|$)/i.test(headers.get('content-type') ?? ''))
    return malformed('it is not JSON by its type');
  const text = decode(body);
  if (text === undefined) return malformed('its body is no UTF-8');
  try {
    return { kind: 'read', id, type, events: readEvents(type, fieldsOf(JSON.parse(text))) };
  } catch (error) {
    if (error instanceof SyntaxError) return malformed('its body is no JSON');
    if (error instanceof WrongField) return malformed(error.message);
    throw error;
  }
}

function malformed(why: string): ReadDelivery {
  return { kind: 'malformed', why };
}

/** @returns The text, byte for byte: a signature over it is one over the bytes. */
export function decode(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

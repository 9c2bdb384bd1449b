import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { parseStrictJson } from '../../core/document/strict-json.ts';
import type { DeliveryReader, RawDelivery, ReadDelivery } from '../../ports/deliveries.ts';
import { eventsOf } from './delivery-events.ts';
import { mappingOf, WrongShape } from './fields.ts';
import type { ServerKind } from './server-version.ts';

/** Headers in the order in which they count; Forgejo sends those of Gitea as well. */
const prefixes: Readonly<Record<ServerKind, readonly string[]>> = {
  gitea: ['x-gitea'],
  forgejo: ['x-forgejo', 'x-gitea'],
};

/** Reads the webhooks of Gitea or Forgejo, sent as `application/json`. */
export function createGiteaDeliveryReader(kind: ServerKind): DeliveryReader {
  return {
    read(delivery, secrets) {
      const header = (name: string) => headerOf(delivery, kind, name);
      const forged = checkSignature(delivery.body, header('signature'), secrets);
      if (forged !== undefined) return { kind: 'forged', why: forged };
      const type = header('event-type') ?? header('event');
      if (type === undefined || !/^[a-z_]{1,64}$/.test(type)) return malformed('it does not name its event');
      return readEvents(type, delivery, header('delivery'));
    },
  };
}

function headerOf({ headers }: RawDelivery, kind: ServerKind, name: string): string | undefined {
  for (const prefix of prefixes[kind]) {
    const value = headers.get(`${prefix}-${name}`);
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * Without a secret the forge sends an empty signature, so neither an empty one nor an empty secret ever counts.
 *
 * @returns Why it is not to be believed.
 */
function checkSignature(
  body: Uint8Array,
  signature: string | undefined,
  secrets: readonly string[],
): string | undefined {
  if (signature === undefined || signature === '') return 'it has no signature';
  if (!/^[0-9a-f]{64}$/.test(signature)) return 'its signature is no SHA-256 in hexadecimal digits';
  const usable = secrets.filter((it) => it !== '');
  if (usable.length === 0) return 'there is no secret to check it with';
  const given = Buffer.from(signature, 'hex');
  let holds = false;
  // All are tried, so that the time does not tell which one it was.
  for (const secret of usable) {
    if (timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given)) holds = true;
  }
  return holds ? undefined : 'its signature does not hold';
}

function readEvents(type: string, { body }: RawDelivery, id: string | undefined): ReadDelivery {
  const json = parseStrictJson(body);
  if (json.kind === 'problem') return malformed(json.message);
  try {
    const events = eventsOf(type, mappingOf(json.value, 'the payload'));
    return { kind: 'read', id: deliveryIdOf(id, body), type, events };
  } catch (error) {
    if (error instanceof WrongShape) return malformed(`${type}: ${error.message}`);
    throw error;
  }
}

function deliveryIdOf(id: string | undefined, body: Uint8Array): string {
  if (id !== undefined && /^[!-~]{1,128}$/.test(id)) return id;
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

function malformed(why: string): ReadDelivery {
  return { kind: 'malformed', why };
}

import { createHash } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { RawDelivery } from '../ports/deliveries.ts';
import type { Inbox, ReceivedDelivery } from '../ports/inbox.ts';
import type { Log } from '../ports/log.ts';
import { connectionKey, type HookConnection } from './hook-connection.ts';

/** What came of a delivery. */
export type Reception =
  | {
      readonly kind: /** New, and stored. */
        | 'stored'
        /** Stored before. */
        | 'known'
        /** Signed, and about nothing that the bot looks at. */
        | 'irrelevant'
        /** Another delivery has this name. */
        | 'conflicting'
        | 'malformed'
        /** The store does not take it now. */
        | 'not-stored';
    }
  | { readonly kind: 'forged'; readonly why: string };

interface Ports {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a delivery may be called: it stands in logs and in the store. */
const idPattern = /^[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?$/;
const maxTypeLength = 100;

/**
 * Reads a delivery and stores it. When this returns `stored`, it survives the end of the machine. Forgeries are not logged here: there may
 * be any number of them.
 *
 * @param options.from Address of the sender, for the log.
 * @param options.storeTime In milliseconds. A store that takes longer has not stored, as far as the sender is told; that it may have done
 *   so a moment later does no harm.
 */
export async function receiveDelivery(
  connection: HookConnection,
  raw: RawDelivery,
  options: {
    readonly secrets: readonly string[];
    readonly from: string;
    readonly storeTime: number;
    readonly ports: Ports;
  },
): Promise<Reception> {
  const { log, clock } = options.ports;
  const key = connectionKey(connection);
  const read = connection.reader.read(raw, options.secrets);
  if (read.kind === 'forged') return read;
  if (read.kind === 'malformed' || !idPattern.test(read.id)) {
    const why = read.kind === 'malformed' ? read.why : 'its name cannot be used';
    log.warn('hook.malformed', { connection: key, from: options.from, why });
    return { kind: 'malformed' };
  }
  const { id, events } = read;
  const type = read.type.slice(0, maxTypeLength);
  // A registry reports every read of the bot as well (registry.md 0.5): that is not kept.
  if (connection.kind === 'registry' && events.length === 0) {
    log.info('hook.irrelevant', { connection: key, id, type });
    return { kind: 'irrelevant' };
  }
  const bodyDigest = createHash('sha256').update(raw.body).digest('hex');
  return store({ connection: key, id, type, bodyDigest, events, at: clock.now() }, options);
}

const outcomes = {
  new: { kind: 'stored', event: 'hook.stored', level: 'info' },
  before: { kind: 'known', event: 'hook.repeated', level: 'info' },
  conflicting: { kind: 'conflicting', event: 'hook.conflicting', level: 'warn' },
} as const;

async function store(
  delivery: ReceivedDelivery,
  { storeTime, ports: { inbox, log } }: { readonly storeTime: number; readonly ports: Ports },
): Promise<Reception> {
  const { connection, id, type, events } = delivery;
  const fields = { connection, id, type, events: events.length };
  try {
    const [outcome] = await within(storeTime, inbox.receive([delivery]));
    if (!outcome) throw new Error('the inbox gave no answer');
    const { kind, event, level } = outcomes[outcome];
    log[level](event, fields);
    return { kind };
  } catch (error) {
    log.warn('hook.not-stored', { ...fields, error });
    return { kind: 'not-stored' };
  }
}

async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`the store took more than ${milliseconds} ms`)), milliseconds);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

import type { DatabaseSync } from 'node:sqlite';
import type { Kysely, Selectable } from 'kysely';
import type { Inbox, ReceivedDelivery, StoredDelivery } from '../../ports/inbox.ts';
import { createDeliveryWriter, type DeliveryRow, type DeliveryWriter } from './delivery-writer.ts';
import { groupCommit } from './group-commit.ts';
import type { Guard } from './guard.ts';
import type { Tables } from './schema.ts';

export interface InboxParts {
  readonly database: DatabaseSync;
  readonly db: Kysely<Tables>;
  readonly guarded: Guard;
  readonly path: string;
  /** How long `receive` waits while another process writes. */
  readonly busyMilliseconds: number;
}

/**
 * Deliveries, in a table. Those that were acted on are removed after 14 days as new ones arrive, but for the newest of
 * each connection; those that were not are kept. That a delivery is handed over again later than that is not noticed:
 * it says where to look, so looking there once more is all that comes of it.
 */
export function createInbox({ database, db, guarded, path, busyMilliseconds }: InboxParts): Inbox {
  let prepared: DeliveryWriter | undefined;
  // Not before it is needed: many a process opens the store and never writes a delivery.
  const writer = () => {
    prepared ??= createDeliveryWriter(database);
    return prepared;
  };
  const store = groupCommit({
    path,
    write: (calls: readonly (readonly DeliveryRow[])[]) => writer().insert(calls),
    busyMilliseconds,
  });
  return {
    receive: async (deliveries) => store(deliveries.map(rowOf)),
    pending: (after = 0) => guarded(() => readPending(db, after)),
    done: (sequences, at) => guarded(() => writer().markDone(sequences, at.getTime())),
    lastReceived: (connection) => guarded(() => readLastReceived(db, connection)),
  };
}

/** At once: more of them are read when these were looked at. */
const pendingLimit = 1000;

async function readPending(db: Kysely<Tables>, after: number): Promise<readonly StoredDelivery[]> {
  const query = db.selectFrom('deliveries').selectAll().where('done_at', 'is', null).where('sequence', '>', after);
  return (await query.orderBy('sequence').limit(pendingLimit).execute()).map(parseDelivery);
}

async function readLastReceived(db: Kysely<Tables>, connection: string): Promise<Date | undefined> {
  const row = await db
    .selectFrom('deliveries')
    .select('at')
    .where('connection', '=', connection)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && new Date(row.at);
}

function rowOf({ connection, id, type, bodyDigest, events, at }: ReceivedDelivery): DeliveryRow {
  return { connection, id, type, bodyDigest, events: JSON.stringify(events), at: at.getTime() };
}

function parseDelivery(row: Selectable<Tables['deliveries']>): StoredDelivery {
  const { sequence, connection, id, type, body_digest: bodyDigest } = row;
  return { sequence, connection, id, type, bodyDigest, events: JSON.parse(row.events), at: new Date(row.at) };
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { createCleanUpTurns, rowsRemoved } from './clean-up.ts';
import { inTransaction, withoutSync } from './transaction.ts';

/** How long deliveries are kept that were acted on. */
const keptMilliseconds = 14 * 24 * 60 * 60 * 1000;

export interface DeliveryRow {
  readonly connection: string;
  readonly id: string;
  readonly type: string;
  readonly bodyDigest: string;
  /** JSON text. */
  readonly events: string;
  readonly at: number;
}

type Receipt = 'new' | 'before' | 'conflicting';

/** Writes deliveries with SQLite's own statements, for a query builder would take longer than the database. */
export interface DeliveryWriter {
  /**
   * Stores the deliveries of several calls in one transaction. @returns For each call, what became of each of its
   * deliveries.
   */
  insert(calls: readonly (readonly DeliveryRow[])[]): readonly (readonly Receipt[])[];
  markDone(sequences: readonly number[], at: number): void;
}

export function createDeliveryWriter(database: DatabaseSync): DeliveryWriter {
  const insert = database.prepare(
    `insert into deliveries (connection, id, type, body_digest, events, at) values (?, ?, ?, ?, ?, ?)
    on conflict (connection, id) do nothing`,
  );
  const same = database.prepare('select 1 from deliveries where connection = ? and id = ? and body_digest = ?');
  const done = database.prepare('update deliveries set done_at = ? where sequence = ? and done_at is null');
  // The newest of a connection stays: it tells when the connection was heard of last.
  const removeOld = database.prepare(
    `delete from deliveries where sequence in (
      select sequence from deliveries as old where done_at < ?
        and at < (select max(at) from deliveries as newest where newest.connection = old.connection)
      order by done_at limit ${rowsRemoved})`,
  );
  const timeToCleanUp = createCleanUpTurns();
  return {
    insert: (calls) =>
      inTransaction(database, () => {
        const receipts = calls.map((rows) => rows.map((row) => insertDelivery(row, insert, same)));
        const stored = receipts.flat().filter((it) => it === 'new').length;
        const newest = calls.flat().reduce((latest, { at }) => Math.max(latest, at), 0);
        if (stored > 0 && timeToCleanUp(stored)) removeOld.run(newest - keptMilliseconds);
        return receipts;
      }),
    // What is forgotten with the machine is acted on once more, which does no harm.
    markDone: (sequences, at) => {
      withoutSync(database, () => {
        inTransaction(database, () => {
          for (const sequence of sequences) done.run(at, sequence);
        });
      });
    },
  };
}

function insertDelivery(row: DeliveryRow, insert: StatementSync, same: StatementSync): Receipt {
  const { connection, id, type, bodyDigest, events, at } = row;
  if (insert.run(connection, id, type, bodyDigest, events, at).changes === 1) return 'new';
  return same.get(connection, id, bodyDigest) === undefined ? 'conflicting' : 'before';
}

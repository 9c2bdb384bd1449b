import type { DatabaseSync } from 'node:sqlite';
import type { DecisionRecord } from '../../ports/store.ts';
import { inTransaction, withoutSync } from './transaction.ts';

/** How many decision records of one installation are kept. */
const keptDecisions = 50;

/**
 * Writes what was decided, with SQLite's own statements: a pass repeats the decision about every installation, and a query builder would
 * take longer than the database.
 *
 * @param database Prepares nothing before the first decision.
 */
export function createDecisionWriter(database: DatabaseSync): (record: DecisionRecord) => void {
  let prepared: ReturnType<typeof prepare> | undefined;
  return (record) => {
    prepared ??= prepare(database);
    const { repeat, newest, insert, removeOld } = prepared;
    const { repository, installation, kind } = record;
    const at = record.at.getTime();
    const said = [kind, record.because ?? null, sortedJson(record.detail)] as const;
    // A pass with nothing to do repeats every decision, and would wait for the disk as often.
    if (withoutSync(database, () => repeat.run(at, repository, installation, ...said, at)).changes > 0) return;
    inTransaction(database, () => {
      // Repeated a moment ago by another process, whose clock is ahead.
      if (newest.get(repository, installation, ...said) !== undefined) return;
      insert.run(repository, installation, ...said, at, at);
      removeOld.run(repository, installation, repository, installation);
    });
  };
}

function prepare(database: DatabaseSync) {
  const newestId = 'select id from decisions where repository = ? and installation = ? order by id desc';
  const same = `id = (${newestId} limit 1) and kind = ? and because is ? and detail = ?`;
  return {
    repeat: database.prepare(`update decisions set last_at = ? where ${same} and last_at < ?`),
    newest: database.prepare(`select id from decisions where ${same}`),
    insert: database.prepare(
      `insert into decisions (repository, installation, kind, because, detail, at, last_at) values (?, ?, ?, ?, ?, ?, ?)`,
    ),
    removeOld: database.prepare(
      `delete from decisions where repository = ? and installation = ? and id not in (${newestId} limit ${keptDecisions})`,
    ),
  };
}

/** The same data is the same text, whatever order its keys were set in. */
function sortedJson(data: unknown): string {
  const sort = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return JSON.stringify(data ?? null, sort);
}

import type { DatabaseSync } from 'node:sqlite';

/**
 * Does the work in one transaction, or none of it. In one turn of the event loop, for nothing else may be written
 * meanwhile by the same handle; that is why the work cannot wait for anything.
 */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('begin immediate');
  try {
    const result = work();
    database.exec('commit');
    return result;
  } catch (error) {
    // Some errors, such as a full disk, end the transaction by themselves.
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

/**
 * What the work writes survives the end of the process at once, and that of the machine a little later: it does not
 * wait for the disk. In one turn of the event loop, so that nothing else is written meanwhile.
 */
export function withoutSync<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('pragma synchronous = normal');
  try {
    return work();
  } finally {
    database.exec('pragma synchronous = full');
  }
}

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrate } from './schema.ts';
import { storeFailure } from './store-failure.ts';

/** How long opening waits for others that open or bring up to date the same file. */
const openMilliseconds = 10_000;

/**
 * Opens the file, or makes it, with the newest schema. Each commit waits for the disk. SQLite itself does not wait for
 * other processes.
 *
 * @throws {Failure} `store`
 */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: openMilliseconds });
    database.exec('pragma journal_mode = wal; pragma synchronous = full');
    migrate(database, path);
    // From here on SQLite does not wait: it would stop the whole process meanwhile. The guards wait instead.
    database.exec('pragma busy_timeout = 0');
    return database;
  } catch (error) {
    database?.close();
    throw storeFailure(path, error);
  }
}

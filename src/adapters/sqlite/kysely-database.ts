import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqliteDatabase } from 'kysely';

/**
 * Gives `node:sqlite` the face that kysely expects of a SQLite database. Statements are kept by their text.
 *
 * Not for transactions: they would last over turns of the event loop, and what others write meanwhile by the same handle would
 * become part of them.
 */
export function kyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const present = statements.get(sql);
    if (present) return present;
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    close: () => database.close(),
    prepare: (sql) => {
      const statement = prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: (values) => statement.all(...values.map(inputValue)),
        run: (values) => statement.run(...values.map(inputValue)),
        iterate: (values) => statement.iterate(...values.map(inputValue)),
      };
    },
  };
}

export function inputValue(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value;
  throw new Error(`a value of type ${typeof value} cannot be stored`);
}

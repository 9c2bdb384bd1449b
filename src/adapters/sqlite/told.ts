import type { Kysely } from 'kysely';
import type { Told } from '../../ports/told.ts';
import { createCleanUpTurns, rowsRemoved } from './clean-up.ts';
import type { Guard } from './guard.ts';
import type { Tables } from './schema.ts';

/** How long it is remembered that something was said. */
const keptMilliseconds = 90 * 24 * 60 * 60 * 1000;

/** What was said last, in a table. What was said more than 90 days ago is removed as new things are said. */
export function createTold(db: Kysely<Tables>, guarded: Guard): Told {
  const timeToCleanUp = createCleanUpTurns();
  return {
    last: (repository, subject) =>
      guarded(async () => {
        const query = db.selectFrom('told').select('text').where('repository', '=', repository);
        return (await query.where('subject', '=', subject).executeTakeFirst())?.text;
      }),
    record: async (repository, subject, text, at) => {
      await guarded(() => write(db, { repository, subject, text, at: at.getTime() }));
      if (timeToCleanUp(1)) await guarded(() => removeOld(db, at));
    },
  };
}

async function write(db: Kysely<Tables>, row: Tables['told']): Promise<void> {
  const { text, at } = row;
  await db
    .insertInto('told')
    .values(row)
    .onConflict((it) => it.columns(['repository', 'subject']).doUpdateSet({ text, at }))
    .execute();
}

async function removeOld(db: Kysely<Tables>, at: Date): Promise<void> {
  const old = db
    .selectFrom('told')
    .select(['repository', 'subject'])
    .where('at', '<', at.getTime() - keptMilliseconds)
    .limit(rowsRemoved);
  await db
    .deleteFrom('told')
    .where(({ eb, refTuple }) => eb(refTuple('repository', 'subject'), 'in', old.$asTuple('repository', 'subject')))
    .execute();
}

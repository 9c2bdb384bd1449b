import type { Kysely, Selectable } from 'kysely';
import type { Effect, EffectOutcome, Journal, JournalledEffect } from '../../ports/journal.ts';
import { createCleanUpTurns, rowsRemoved } from './clean-up.ts';
import type { Guard } from './guard.ts';
import type { Tables } from './schema.ts';

/** How long effects with an outcome are kept. */
const keptMilliseconds = 30 * 24 * 60 * 60 * 1000;

/**
 * Intents and outcomes, in a table. Effects that ended more than 30 days ago are removed as new ones begin; those
 * without an outcome never are. An outcome that is stored stays, only `unknown` gives way to another.
 */
export function createJournal(db: Kysely<Tables>, guarded: Guard): Journal {
  const timeToCleanUp = createCleanUpTurns();
  return {
    begin: async (effect) => {
      const sequence = await guarded(() => insertEffect(db, effect));
      if (timeToCleanUp(1)) await guarded(() => removeEnded(db, effect.at));
      return sequence;
    },
    end: (sequence, outcome) => guarded(() => writeOutcome(db, sequence, outcome)),
    unresolved: (repository) => guarded(() => readUnresolved(db, repository)),
  };
}

async function insertEffect(db: Kysely<Tables>, { repository, kind, key, detail, at }: Effect): Promise<number> {
  const { insertId } = await db
    .insertInto('effects')
    .values({ repository, kind, key, detail: JSON.stringify(detail), at: at.getTime() })
    .executeTakeFirstOrThrow();
  return Number(insertId);
}

async function writeOutcome(db: Kysely<Tables>, sequence: number, { result, detail, at }: EffectOutcome) {
  await db
    .updateTable('effects')
    .set({ result, outcome_detail: detail ?? null, ended_at: at.getTime() })
    .where('sequence', '=', sequence)
    .where(({ or, eb }) => or([eb('result', 'is', null), eb('result', '=', 'unknown')]))
    .execute();
}

async function readUnresolved(db: Kysely<Tables>, repository: string): Promise<readonly JournalledEffect[]> {
  const rows = await db
    .selectFrom('effects')
    .selectAll()
    .where('repository', '=', repository)
    .where('result', 'is', null)
    .orderBy('sequence')
    .execute();
  return rows.map(parseEffect);
}

async function removeEnded(db: Kysely<Tables>, at: Date): Promise<void> {
  const ended = db
    .selectFrom('effects')
    .select('sequence')
    .where('ended_at', '<', at.getTime() - keptMilliseconds)
    .orderBy('ended_at')
    .limit(rowsRemoved);
  await db.deleteFrom('effects').where('sequence', 'in', ended).execute();
}

function parseEffect({ sequence, repository, kind, key, detail, at }: Selectable<Tables['effects']>): JournalledEffect {
  return { sequence, repository, kind, key, detail: JSON.parse(detail), at: new Date(at) };
}

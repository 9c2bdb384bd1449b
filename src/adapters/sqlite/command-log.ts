import { type Kysely, type Selectable, sql } from 'kysely';
import { Failure } from '../../core/failure.ts';
import type {
  CommandKey,
  CommandLog,
  CommandState,
  ReceivedCommand,
  UnfinishedCommand,
} from '../../ports/command-log.ts';
import type { Guard } from './guard.ts';
import type { Tables } from './schema.ts';

/** From which states each can be come to. The last two are ends. */
const comesFrom: Readonly<Record<CommandState, readonly CommandState[]>> = {
  received: [],
  executed: ['received'],
  answered: ['received', 'executed'],
  ignored: ['received', 'executed'],
};

/**
 * Commands, in a table. They are kept for ever, as are the watermarks: however old a comment is that is delivered
 * again, it must not be taken for a new one. A command needs about 300 bytes.
 */
export function createCommandLog(db: Kysely<Tables>, guarded: Guard, path: string): CommandLog {
  return {
    receive: async (command) => {
      if (await guarded(() => insertCommand(db, command))) return 'new';
      return guarded(() => stateOf(db, command, path));
    },
    advance: async (key, state, reply, at) => {
      if (await guarded(() => updateState(db, key, { state, reply: reply ?? null, state_at: at.getTime() }))) return;
      await guarded(() => stateOf(db, key, path));
    },
    unfinished: (repository) => guarded(() => readUnfinished(db, repository)),
    watermark: (repository) => guarded(() => readWatermark(db, repository)),
    setWatermark: (repository, at) => guarded(() => writeWatermark(db, repository, at.getTime())),
  };
}

/** @returns Whether it was not there yet. Of several processes that try at once, one is told so. */
async function insertCommand(db: Kysely<Tables>, command: ReceivedCommand): Promise<boolean> {
  const { repository, comment, number, bodyDigest, permission } = command;
  const at = command.at.getTime();
  const result = await db
    .insertInto('commands')
    .values({
      ...{ repository, comment, number, at },
      body_digest: bodyDigest,
      permission: permission ?? null,
      state: 'received',
      state_at: at,
    })
    .onConflict((it) => it.columns(['repository', 'comment']).doNothing())
    .executeTakeFirstOrThrow();
  return result.numInsertedOrUpdatedRows === 1n;
}

async function stateOf(db: Kysely<Tables>, { repository, comment }: CommandKey, path: string): Promise<CommandState> {
  const row = await db
    .selectFrom('commands')
    .select('state')
    .where('repository', '=', repository)
    .where('comment', '=', comment)
    .executeTakeFirst();
  if (row) return row.state;
  throw new Failure('store', `The store ${path} has no command of the comment ${comment} in ${repository}`, {
    remedy: 'Leave the file of the store in its place while Consignee runs.',
  });
}

/**
 * A state that the command has come to or gone past already is passed over: two processes may go on with the same
 * command, and the slower one must not undo what the other did.
 *
 * @returns Whether the command has come to it now.
 */
async function updateState(
  db: Kysely<Tables>,
  { repository, comment }: CommandKey,
  { state, reply, state_at }: Pick<Selectable<Tables['commands']>, 'state' | 'reply' | 'state_at'>,
): Promise<boolean> {
  const result = await db
    .updateTable('commands')
    .set(({ ref }) => ({ state, state_at, reply: sql`coalesce(${reply}, ${ref('reply')})` }))
    .where('repository', '=', repository)
    .where('comment', '=', comment)
    .where('state', 'in', comesFrom[state])
    .executeTakeFirstOrThrow();
  return result.numUpdatedRows === 1n;
}

async function readUnfinished(db: Kysely<Tables>, repository: string): Promise<readonly UnfinishedCommand[]> {
  const rows = await db
    .selectFrom('commands')
    .selectAll()
    .where('repository', '=', repository)
    // As text, for the index is used only when the statement says the same.
    .where(sql<boolean>`state in ('received', 'executed')`)
    .orderBy('at')
    .orderBy('sequence')
    .execute();
  return rows.map(parseCommand);
}

async function readWatermark(db: Kysely<Tables>, repository: string): Promise<Date | undefined> {
  const row = await db
    .selectFrom('comment_watermarks')
    .select('at')
    .where('repository', '=', repository)
    .executeTakeFirst();
  return row && new Date(row.at);
}

/** Only moves forward: what was read by another process need not be read again. */
async function writeWatermark(db: Kysely<Tables>, repository: string, at: number): Promise<void> {
  await db
    .insertInto('comment_watermarks')
    .values({ repository, at })
    .onConflict((it) => it.column('repository').doUpdateSet({ at }).where('comment_watermarks.at', '<', at))
    .execute();
}

function parseCommand(row: Selectable<Tables['commands']>): UnfinishedCommand {
  const { repository, comment, number, permission, state, reply } = row;
  return {
    ...{ repository, comment, number, state },
    bodyDigest: row.body_digest,
    permission: permission ?? undefined,
    at: new Date(row.at),
    reply: reply ?? undefined,
  };
}

import { Kysely, SqliteDialect } from 'kysely';
import { type CommitSha, parseCommitSha } from '../../core/repository/commit.ts';
import type { DecisionRecord, Store, StoredDecision } from '../../ports/store.ts';
import { createCommandLog } from './command-log.ts';
import { createDecisionWriter } from './decision-writer.ts';
import { createGuard } from './guard.ts';
import { createInbox } from './inbox.ts';
import { createJournal } from './journal.ts';
import { kyselyDatabase } from './kysely-database.ts';
import { openDatabase } from './open-database.ts';
import { createRegistryMemory } from './registry-memory.ts';
import type { DecisionRow, Tables } from './schema.ts';
import { createTold } from './told.ts';

/** How long is waited for the writes of other processes, without keeping this one from its other work. */
export interface Patience {
  readonly busyMilliseconds: number;
  /** For deliveries: forges wait no longer than five seconds for an answer. */
  readonly receiveMilliseconds: number;
}

const defaultPatience: Patience = { busyMilliseconds: 10_000, receiveMilliseconds: 3_000 };

/**
 * Opens the store in one SQLite file, which is made when it is not there. Several processes may have it open at once.
 * What has been written when a call returns survives the end of the process and of the machine; only when a decision
 * was repeated last, and that a delivery was acted on, may be forgotten with the machine. A call that finds another
 * process writing waits; when it waited in vain it fails with `store`, and may be made again.
 *
 * Import this file only when a store is needed: it loads SQLite.
 *
 * @throws {Failure} `store` when the file cannot be opened or written, is no store of ours, or one of a newer version.
 */
export async function openSqliteStore(path: string, patience: Patience = defaultPatience): Promise<Store> {
  const database = openDatabase(path);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: kyselyDatabase(database) }) });
  const writeDecision = createDecisionWriter(database);
  const guarded = createGuard(path, patience.busyMilliseconds);
  return {
    registries: createRegistryMemory(db, guarded),
    inbox: createInbox({ database, db, guarded, path, busyMilliseconds: patience.receiveMilliseconds }),
    journal: createJournal(db, guarded),
    commands: createCommandLog(db, guarded, path),
    told: createTold(db, guarded),
    recordCommit: (repository, branch, sha, at) =>
      guarded(async () => {
        const row = { repository, branch, sha, at: at.getTime() };
        await db
          .insertInto('recorded_commits')
          .values(row)
          .onConflict((it) => it.doNothing())
          .execute();
      }),
    recordedCommits: (repository, branch) => guarded(() => readRecordedCommits(db, repository, branch)),
    recordDecision: (record) => guarded(() => writeDecision(record)),
    decisions: (repository, installation, limit) =>
      guarded(async () => {
        const rows = await decisionsOf(db, { repository, installation }).selectAll().limit(limit).execute();
        return rows.map(parseDecision);
      }),
    // Before the first query kysely does not know the database yet, and leaves it open.
    [Symbol.asyncDispose]: async () => {
      await db.destroy();
      if (database.isOpen) database.close();
    },
  };
}

async function readRecordedCommits(db: Kysely<Tables>, repository: string, branch: string) {
  const rows = await db
    .selectFrom('recorded_commits')
    .select('sha')
    .where('repository', '=', repository)
    .where('branch', '=', branch)
    .execute();
  return new Set<CommitSha>(rows.flatMap(({ sha }) => parseCommitSha(sha) ?? []));
}

function decisionsOf(
  db: Kysely<Tables>,
  { repository, installation }: Pick<DecisionRecord, 'repository' | 'installation'>,
) {
  return db
    .selectFrom('decisions')
    .where('repository', '=', repository)
    .where('installation', '=', installation)
    .orderBy('id', 'desc');
}

function parseDecision({ id: _, because, detail, at, last_at, ...rest }: DecisionRow): StoredDecision {
  return {
    ...rest,
    because: because ?? undefined,
    detail: JSON.parse(detail),
    at: new Date(at),
    lastAt: new Date(last_at),
  };
}

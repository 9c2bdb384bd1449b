import type { DatabaseSync } from 'node:sqlite';
import type { Generated, Selectable } from 'kysely';
import { Failure } from '../../core/failure.ts';
import type { CommandState } from '../../ports/command-log.ts';
import type { EffectKind, EffectOutcome } from '../../ports/journal.ts';

/** Tables as kysely sees them. Times are milliseconds since 1970. */
export interface Tables {
  first_seen: {
    registry: string;
    component: string;
    tag: string;
    manifest: string | null;
    at: number;
  };
  resolved_tags: {
    registry: string;
    component: string;
    tag: string;
    manifest: string;
    content: string | null;
    at: number;
  };
  verdicts: {
    registry: string;
    component: string;
    tag: string;
    policy: string;
    manifest: string;
    /** JSON text. */
    evidence: string;
    at: number;
    refusals: number;
  };
  recorded_commits: { repository: string; branch: string; sha: string; at: number };
  decisions: {
    id: Generated<number>;
    repository: string;
    installation: string;
    kind: string;
    because: string | null;
    /** JSON text with sorted keys. */
    detail: string;
    at: number;
    last_at: number;
  };
  deliveries: {
    sequence: Generated<number>;
    connection: string;
    id: string;
    type: string;
    body_digest: string;
    /** JSON text. */
    events: string;
    at: number;
    done_at: number | null;
  };
  effects: {
    sequence: Generated<number>;
    repository: string;
    kind: EffectKind;
    key: string;
    /** JSON text. */
    detail: string;
    at: number;
    result: EffectOutcome['result'] | null;
    outcome_detail: string | null;
    ended_at: number | null;
  };
  commands: {
    sequence: Generated<number>;
    repository: string;
    comment: string;
    number: number;
    body_digest: string;
    permission: string | null;
    at: number;
    state: CommandState;
    reply: string | null;
    /** When it came to the state. */
    state_at: number;
  };
  comment_watermarks: { repository: string; at: number };
  told: { repository: string; subject: string; text: string; at: number };
}

export type DecisionRow = Selectable<Tables['decisions']>;

/** "Csgn": tells our files from other programs' databases. */
const applicationId = 0x4373676e;

/** Each step brings the schema to the next version. Steps that were released are never changed, only added to. */
export const schemaSteps: readonly string[] = [
  `create table first_seen (
    registry text not null, component text not null, tag text not null, manifest text, at integer not null,
    primary key (registry, component, tag)
  ) strict, without rowid;
  create table recorded_commits (
    repository text not null, branch text not null, sha text not null, at integer not null,
    primary key (repository, branch, sha)
  ) strict, without rowid;
  create table decisions (
    id integer primary key autoincrement,
    repository text not null, installation text not null, kind text not null, because text, detail text not null,
    at integer not null, last_at integer not null
  ) strict;
  create index decisions_by_installation on decisions (repository, installation, id);`,
  `create table resolved_tags (
    registry text not null, component text not null, tag text not null,
    manifest text not null, content text, at integer not null,
    primary key (registry, component, tag)
  ) strict, without rowid;
  create table verdicts (
    registry text not null, component text not null, tag text not null, policy text not null,
    manifest text not null, evidence text not null, at integer not null, refusals integer not null,
    primary key (registry, component, tag, policy)
  ) strict, without rowid;`,
  `create table deliveries (
    sequence integer primary key autoincrement,
    connection text not null, id text not null, type text not null, body_digest text not null, events text not null,
    at integer not null, done_at integer,
    unique (connection, id)
  ) strict;
  create index deliveries_pending on deliveries (sequence) where done_at is null;
  create index deliveries_done on deliveries (done_at) where done_at is not null;
  create index deliveries_by_connection on deliveries (connection, at);
  create table effects (
    sequence integer primary key autoincrement,
    repository text not null, kind text not null, key text not null, detail text not null, at integer not null,
    result text, outcome_detail text, ended_at integer
  ) strict;
  create index effects_unresolved on effects (repository, sequence) where result is null;
  create index effects_ended on effects (ended_at) where ended_at is not null;
  create table commands (
    sequence integer primary key autoincrement,
    repository text not null, comment text not null, number integer not null, body_digest text not null,
    permission text, at integer not null, state text not null, reply text, state_at integer not null,
    unique (repository, comment)
  ) strict;
  create index commands_unfinished on commands (repository, at) where state in ('received', 'executed');
  create table comment_watermarks (repository text primary key, at integer not null) strict, without rowid;
  create table told (
    repository text not null, subject text not null, text text not null, at integer not null,
    primary key (repository, subject)
  ) strict, without rowid;
  create index told_at on told (at);`,
];

/**
 * Brings the schema up to date, or makes it. Safe when several processes do so at once.
 *
 * @throws {Failure} `store` for a database of another program or a newer version.
 */
export function migrate(database: DatabaseSync, path: string): void {
  if (versionOf(database, path) === schemaSteps.length) return;
  database.exec('begin immediate');
  try {
    for (const step of schemaSteps.slice(versionOf(database, path))) database.exec(step);
    database.exec(`pragma application_id = ${applicationId}; pragma user_version = ${schemaSteps.length}`);
    database.exec('commit');
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

function versionOf(database: DatabaseSync, path: string): number {
  const version = pragma(database, 'user_version');
  const foreign = pragma(database, 'application_id') !== applicationId;
  const tables = Number(database.prepare('select count(*) as count from sqlite_schema').get()?.count);
  if (foreign && (tables > 0 || version > 0)) {
    throw new Failure('store', `The store ${path} is a database of another program`, { remedy: 'Give another path.' });
  }
  if (version > schemaSteps.length) {
    throw new Failure(
      'store',
      `The store ${path} has schema version ${version}, and this program knows ${schemaSteps.length}`,
      {
        remedy: 'Use the newer version of Consignee that wrote it, or give another path.',
      },
    );
  }
  return version;
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`pragma ${name}`).get()?.[name]);
}

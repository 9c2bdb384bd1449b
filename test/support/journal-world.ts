import { join } from 'node:path';
import { openSqliteStore } from '../../src/adapters/sqlite/sqlite-store.ts';
import type { CommitSha } from '../../src/core/repository/commit.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { Effect, Journal } from '../../src/ports/journal.ts';
import { journalForge } from '../../src/workflows/journalled-forge.ts';
import { createStandInWorld, type StandInWorld } from './gitea-worlds.ts';

export const bot = { name: 'Consignee', email: 'consignee@example.org' };
export const branch = 'consignee/dev/podinfo';
export const repository = 'applications';

/** A forge on HTTP with a journal in a store, and a pull request's branch with a commit that nothing was opened for. */
export interface JournalWorld extends AsyncDisposable {
  readonly standIn: StandInWorld['standIn'];
  readonly person: StandInWorld['person'];
  /** As the adapter made it. */
  readonly plain: Forge;
  readonly journalled: Forge;
  readonly journal: Journal;
  /** What was written into the journal, and in between each request that was to change something. */
  readonly events: string[];
  /** As they were begun. */
  readonly effects: Effect[];
  readonly warnings: string[];
  readonly infos: unknown[];
  readonly head: CommitSha;
  readonly log: { info: (event: string, fields: object) => void; warn: (event: string, fields: object) => void };
  /** The clock of the bot. */
  time: Date;
  readonly clock: { now: () => Date };
  /** Begins anew with the events. */
  forget(): void;
  /**
   * Does something with a process that ends before it stores what came of it.
   *
   * @param forge What the process has in the place of the forge.
   */
  left(work: (forge: Forge) => Promise<unknown>, forge?: (forge: Forge) => Forge): Promise<void>;
}

export async function createJournalWorld(): Promise<JournalWorld> {
  const world = await createStandInWorld();
  const { standIn, person, forge: plain } = world;
  const head = await person.commit(branch, { 'apps/one.yaml': 'name: two\n' }, 'main');
  const store = await openSqliteStore(join(world.git.folder, 'store.sqlite'));
  const [events, effects, warnings, infos]: [string[], Effect[], string[], unknown[]] = [[], [], [], []];
  let seen = standIn.requests.length;
  const forget = () => {
    seen = standIn.requests.length;
    events.length = 0;
  };
  const noteWrites = () => {
    for (const request of standIn.requests.slice(seen)) {
      if (!/^GET|git-upload-pack/.test(request)) events.push('write');
    }
    seen = standIn.requests.length;
  };
  const journal: Journal = {
    ...store.journal,
    async begin(effect) {
      noteWrites();
      events.push(`begin ${effect.kind}`);
      effects.push(effect);
      return store.journal.begin(effect);
    },
    async end(sequence, outcome) {
      noteWrites();
      const { result, detail } = outcome;
      events.push(detail === undefined ? `end ${result}` : `end ${result} ${detail}`);
      await store.journal.end(sequence, outcome);
    },
  };
  const log = {
    info: (event: string, fields: object) => void infos.push({ event, ...fields }),
    warn: (event: string, _fields: object) => void warnings.push(event),
  };
  const made = { time: new Date() };
  const clock = { now: () => made.time };
  const wrap = (forge: Forge, it: Journal) => journalForge(forge, { journal: it, repository, clock, log });
  return {
    ...{ standIn, person, plain, journal, events, effects, warnings, infos, head, log, clock, forget },
    journalled: wrap(plain, journal),
    get time() {
      return made.time;
    },
    set time(value) {
      made.time = value;
    },
    async left(work, change = (it) => it) {
      await work(wrap(change(plain), { ...journal, end: async () => undefined })).catch(() => undefined);
      forget();
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

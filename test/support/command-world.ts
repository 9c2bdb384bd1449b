import { createBuiltInSets } from '../../src/adapters/built-in-sets/built-in-sets.ts';
import { createComponentRepositories } from '../../src/adapters/ctf/archive-repositories.ts';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { openSqliteStore } from '../../src/adapters/sqlite/sqlite-store.ts';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import type { Comment } from '../../src/core/pull-request/pull-request.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { Store } from '../../src/ports/store.ts';
import type { PassOptions, PassPorts } from '../../src/workflows/pass.ts';
import { runPass } from '../../src/workflows/run-pass.ts';
import { readSaid } from '../../src/workflows/state-branch.ts';
import { podinfoVersion } from '../builders/podinfo-version.ts';
import { createStandInWorld, type StandInWorld } from './gitea-worlds.ts';
import { configPath, configText, inWords, keys } from './world.ts';
import { archiveIn, registry, storeIn, worldOptions } from './world-ports.ts';

export const owner = { environment: 'default', application: 'podinfo' };
export const branch = 'consignee/default/podinfo';

const evaluator = createEvaluator({ timeoutSeconds: 20 });

/** An applications repository on a forge with accounts, an archive in the place of its registry, and a store. Bot and forge share a clock. */
export interface CommandWorld extends AsyncDisposable {
  readonly site: StandInWorld;
  readonly ports: PassPorts;
  readonly options: PassOptions;
  /** What was logged. */
  readonly log: { readonly event: string; readonly fields: Readonly<Record<string, unknown>> }[];
  publish(version: string): Promise<void>;
  configure(more: string): Promise<void>;
  /** Makes a pass; says in a word what came of each installation. */
  steps(changes?: Partial<PassOptions>): Promise<readonly string[]>;
  comment(by: 'maintainer' | 'stranger', number: number, body: string): Promise<Comment>;
  /** The comments of the bot that answer this one. */
  repliesTo(comment: Comment): Promise<readonly string[]>;
  said(): Promise<ReturnType<Awaited<ReturnType<typeof readSaid>>['of']>>;
  /** @returns The ports with another store that knows nothing. */
  withStore(name: string): Promise<PassPorts>;
}

export async function createCommandWorld(config = ''): Promise<CommandWorld> {
  const site = await createStandInWorld();
  const { folder } = site.git;
  const log: CommandWorld['log'] = [];
  const stores: Store[] = [];
  const note = (event: string, fields: Readonly<Record<string, unknown>>) => void log.push({ event, fields });
  const clock = { now: () => site.standIn.state.now() };
  async function withStore(name: string): Promise<PassPorts> {
    const store = await openSqliteStore(storeIn(folder, name));
    stores.push(store);
    return {
      forge: site.forge,
      repositories: createComponentRepositories(new Map([[registry, archiveIn(folder)]])),
      ...{ evaluator, store, clock },
      templateSets: createBuiltInSets(new URL('../../templates/manifests/', import.meta.url)),
      log: { info: note, warn: note },
    };
  }
  const ports = await withStore('store');
  const configure = async (more: string) => {
    await site.person.commit('main', {
      [configPath]: configText(more),
      '.consignee/keys/release.pub': keys().publicKey,
    });
  };
  await configure(config);
  return {
    ...{ site, ports, log, configure, withStore },
    options: worldOptions(),
    publish: (version) => createArchiveWriter().add(archiveIn(folder), podinfoVersion(version, {}, keys())),
    steps: async (changes) => (await runPass(ports, worldOptions(changes))).map(inWords),
    async comment(by, number, body) {
      site.standIn.advance(2);
      const id = await site.accounts?.comment(by, number, body);
      const comment = await site.forge.comments.read(id ?? '');
      if (!comment) throw new Error('There is no comment.');
      return comment;
    },
    async repliesTo({ id, number }) {
      const all = await site.forge.comments.list(number);
      return all.map(({ body }) => body).filter((it) => it.includes(`reply/${id} `));
    },
    said: async () => (await readSaid(site.forge.content, await site.forge.content.readRefs())).of(owner),
    async [Symbol.asyncDispose]() {
      for (const it of stores) await it[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
    },
  };
}

/** v1.0.0 is proposed in pull request #1. */
export async function createProposed(config = ''): Promise<CommandWorld> {
  const world = await createCommandWorld(config);
  await world.publish('v1.0.0');
  const [step] = await world.steps();
  if (step !== 'open') throw new Error(`Nothing was proposed: ${step} ${JSON.stringify(world.log)}`);
  return world;
}

/** The same ports, with some members of the forge replaced. */
export function withForge(ports: PassPorts, change: (forge: Forge) => Partial<Forge>): PassPorts {
  return { ...ports, forge: { ...ports.forge, ...change(ports.forge) } };
}

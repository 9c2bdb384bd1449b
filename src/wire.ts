import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createBuiltInSets } from './adapters/built-in-sets/built-in-sets.ts';
import { createComponentRepositories } from './adapters/ctf/archive-repositories.ts';
import { openArchive } from './adapters/ctf/open-archive.ts';
import { createArchiveWriter } from './adapters/ctf/write-archive.ts';
import { createRepository } from './adapters/git/create-repository.ts';
import { findPerson } from './adapters/git/find-person.ts';
import { type GitRepository, openGitRepository } from './adapters/git/git-repository.ts';
import { createPlainGitForge } from './adapters/plain-git/plain-git-forge.ts';
import { createEvaluator } from './adapters/worker/evaluator.ts';
import type { Connection, Services } from './cli/services.ts';
import type { ServerConfig } from './config/server-config.ts';
import { Failure } from './core/failure.ts';
import type { Clock } from './ports/clock.ts';
import type { Store } from './ports/store.ts';

export interface Surroundings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

const builtInSets = new URL('../templates/manifests/', import.meta.url);

/** Puts the adapters together: the composition root. Nothing is contacted before it is used. */
export function createServices({ variables, clock }: Surroundings): Services {
  return {
    connect: (config) => connect(config, { variables, clock }),
    openArchive: (path) => openArchive(path, ''),
    archiveWriter: createArchiveWriter(),
    createRepository: (path, files, by) =>
      createRepository({ path, files, by, at: clock.now(), environment: variables }),
    findPerson: () => findPerson(variables),
  };
}

function connect(config: ServerConfig, { variables, clock }: Surroundings): Connection {
  const evaluator = createEvaluator({ timeoutSeconds: config.limits.renderSeconds });
  const opened = new Map<string, GitRepository>();
  let store: Store | undefined;
  return {
    repositories: createComponentRepositories(archivesOf(config)),
    evaluator,
    templateSets: createBuiltInSets(builtInSets),
    openStore: async () => {
      store ??= await openStore(config);
      return store;
    },
    openForge: async (name) => {
      const repository = opened.get(name) ?? (await openGitRepository(addressOf(config, name, variables)));
      opened.set(name, repository);
      return createPlainGitForge(repository, { clock });
    },
    [Symbol.asyncDispose]: async () => {
      await evaluator[Symbol.asyncDispose]();
      for (const repository of opened.values()) await repository[Symbol.asyncDispose]();
      await store?.[Symbol.asyncDispose]();
    },
  };
}

function archivesOf({ registries }: ServerConfig): ReadonlyMap<string, string> {
  return new Map([...registries].flatMap(([name, { archive }]) => (archive === undefined ? [] : [[name, archive]])));
}

function addressOf(
  { applicationsRepositories, cache }: ServerConfig,
  name: string,
  environment: Surroundings['variables'],
) {
  const repository = applicationsRepositories.get(name);
  if (!repository)
    throw new Failure('usage', `There is no applications repository ${name} in the server configuration.`);
  return { url: repository.url, cacheFolder: cache, name, environment };
}

async function openStore({ store }: ServerConfig): Promise<Store> {
  if (store.kind !== 'sqlite') throw new Failure('not-available', store.unavailable.message);
  await mkdir(dirname(store.path), { recursive: true });
  const { openSqliteStore } = await import('./adapters/sqlite/sqlite-store.ts');
  return openSqliteStore(store.path);
}

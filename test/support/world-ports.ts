import { join } from 'node:path';
import { createBuiltInSets } from '../../src/adapters/built-in-sets/built-in-sets.ts';
import { createComponentRepositories } from '../../src/adapters/ctf/archive-repositories.ts';
import { openGitRepository } from '../../src/adapters/git/git-repository.ts';
import { createPlainGitForge } from '../../src/adapters/plain-git/plain-git-forge.ts';
import { openSqliteStore } from '../../src/adapters/sqlite/sqlite-store.ts';
import { parseRepositoryConfig } from '../../src/config/repository-config.ts';
import { resolveInstallations } from '../../src/config/resolve-installations.ts';
import { defaultTrustFloor, operatorFloorOf } from '../../src/config/trust-floor.ts';
import type { Evaluator } from '../../src/ports/evaluator.ts';
import type { PassOptions, PassPorts } from '../../src/workflows/pass.ts';

export const bot = { name: 'Consignee', email: 'consignee@example.org' };
export const registry = 'registry.example.org/consumer';
export const worldTime = '2026-11-21T12:00:00Z';

export const applicationsIn = (folder: string) => join(folder, 'applications.git');
export const archiveIn = (folder: string) => join(folder, 'delivery.ctf');
export const storeIn = (folder: string, name = 'store') => join(folder, `${name}.sqlite`);

interface Opening {
  readonly evaluator: Evaluator;
  /** Two processes that do not know each other have a store each. */
  readonly store?: string;
  readonly at?: string;
}

/** Connects to a world that lies in a folder, as the product does, with the real adapters. */
export async function openPorts(
  folder: string,
  { evaluator, store: storeName, at = worldTime }: Opening,
): Promise<PassPorts & AsyncDisposable> {
  const clock = { now: () => new Date(at) };
  const address = { url: applicationsIn(folder), cacheFolder: join(folder, 'cache'), name: 'applications' };
  const repository = await openGitRepository({ ...address, environment: process.env });
  const store = await openSqliteStore(storeIn(folder, storeName));
  return {
    forge: createPlainGitForge(repository, { clock, bot }),
    repositories: createComponentRepositories(new Map([[registry, archiveIn(folder)]])),
    evaluator,
    templateSets: createBuiltInSets(new URL('../../templates/manifests/', import.meta.url)),
    store,
    clock,
    log: { info: () => undefined, warn: () => undefined },
    async [Symbol.asyncDispose]() {
      await repository[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

export function worldOptions(changes: Partial<PassOptions> = {}): PassOptions {
  return {
    repository: 'applications',
    branch: 'main',
    read: (files) => resolveInstallations(parseRepositoryConfig(files)),
    bot,
    mode: 'run',
    only: [],
    floor: operatorFloorOf(defaultTrustFloor),
    fresh: false,
    anew: (changes.only ?? []).length > 0,
    ...changes,
  };
}

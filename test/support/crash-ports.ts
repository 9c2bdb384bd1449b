import { join } from 'node:path';
import { createBuiltInSets } from '../../src/adapters/built-in-sets/built-in-sets.ts';
import { createComponentRepositories } from '../../src/adapters/ctf/archive-repositories.ts';
import { openGitRepository } from '../../src/adapters/git/git-repository.ts';
import { createGiteaForge } from '../../src/adapters/gitea/gitea-forge.ts';
import { openSqliteStore } from '../../src/adapters/sqlite/sqlite-store.ts';
import type { Evaluator } from '../../src/ports/evaluator.ts';
import type { PassPorts } from '../../src/workflows/pass.ts';
import { archiveIn, bot, registry, storeIn } from './world-ports.ts';

/** Where a process works: its folder, and its repository on a forge. */
export interface CrashPlace {
  /** With its archive, its store and its copy of the repository. */
  readonly folder: string;
  /** Of the forge, or of what stands before it. */
  readonly url: string;
  readonly owner: string;
  readonly name: string;
  readonly token: string;
}

/** Connects as the product does, with the real adapters. */
export async function openCrashPorts(
  { folder, url, owner, name, token }: CrashPlace,
  evaluator: Evaluator,
): Promise<PassPorts & AsyncDisposable> {
  const clock = { now: () => new Date() };
  const repository = await openGitRepository({
    url: `${url}/${owner}/${name}.git`,
    cacheFolder: join(folder, 'cache'),
    name: 'applications',
    environment: process.env,
    credentials: async () => ({ user: 'consignee', password: token }),
  });
  const store = await openSqliteStore(storeIn(folder));
  return {
    forge: createGiteaForge({
      ...{ repository, owner, name, clock, bot, address: url, kind: 'gitea' },
      token: async () => token,
      limits: { backoffSeconds: 0.05 },
    }),
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

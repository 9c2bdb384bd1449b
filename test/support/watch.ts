import { afterAll, beforeAll, expect } from 'vitest';
import type { FakeRegistryOptions } from './fake-registry.ts';
import { createRegistryWorld, type RegistryWorld, type RegistryWorldChanges } from './registry-world.ts';
import { type StockedFake, startStockedFake } from './stocked-registry.ts';
import { install, type PassChanges } from './world.ts';

/** The host of the registry that worlds have by default. */
export const host = 'registry.example.org';

/** A world whose own registry is inside the test. */
export interface Watch extends AsyncDisposable {
  readonly world: RegistryWorld;
  readonly registry: StockedFake;
  /** Makes a pass that must take this step; says what it asked the registry. */
  ask(step: string, changes?: PassChanges): Promise<readonly string[]>;
  /** As `ask`; the pass must leave every ref where it is. */
  askOnly(step: string, changes?: PassChanges): Promise<readonly string[]>;
}

function watchOf(world: RegistryWorld, registry: StockedFake): Watch {
  const ask: Watch['ask'] = async (step, changes) => {
    registry.takeRequests();
    expect(await world.step(changes)).toBe(step);
    return registry.takeRequests();
  };
  return {
    ...{ world, registry, ask },
    askOnly: async (step, changes) => {
      const before = await world.refs();
      const asked = await ask(step, changes);
      expect(await world.refs()).toBe(before);
      return asked;
    },
    [Symbol.asyncDispose]: async () => {
      await world[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

export async function startWatch(
  config = '',
  changes: Omit<RegistryWorldChanges, 'registries' | 'config'> = {},
): Promise<Watch> {
  const registry = await startStockedFake();
  return watchOf(await createRegistryWorld({ registries: { [host]: registry }, config, ...changes }), registry);
}

type Changes = Omit<FakeRegistryOptions, 'repositories'>;

/** @returns The same with a registry of its own. */
export async function copyWatch(watch: Watch | undefined, changes?: Changes): Promise<Watch> {
  if (!watch) throw new Error('Nothing is prepared.');
  const registry = await watch.registry.copy(changes);
  return watchOf(await watch.world.copyTo({ [host]: registry }), registry);
}

/** Prepares worlds once a file, for tests to copy. */
export function prepareWatches() {
  const prepared: { installed?: Watch; proposed?: Watch } = {};
  beforeAll(async () => {
    prepared.installed = await startWatch();
    await install(prepared.installed.world, 'v1.0.0');
    await prepared.installed.ask('leave in-sync');
    prepared.proposed = await copyWatch(prepared.installed);
    await prepared.proposed.world.publish('v1.1.0');
    await prepared.proposed.ask('open');
  });
  afterAll(async () => {
    await prepared.proposed?.[Symbol.asyncDispose]();
    await prepared.installed?.[Symbol.asyncDispose]();
  });
  return {
    /** v1.0.0 is installed, and that was seen. */
    startInstalled: (changes?: Changes) => copyWatch(prepared.installed, changes),
    /** v1.0.0 is installed, v1.1.0 is proposed in pull request #2. */
    startProposed: (changes?: Changes) => copyWatch(prepared.proposed, changes),
  };
}

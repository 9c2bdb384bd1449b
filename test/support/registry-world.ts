import { join } from 'node:path';
import { createContentCache } from '../../src/adapters/oci/content-cache.ts';
import { openOciRepository } from '../../src/adapters/oci/oci-repository.ts';
import { createRegistryClient, type RegistryClient } from '../../src/adapters/oci/registry-client.ts';
import type { RegistryLimits } from '../../src/adapters/oci/registry-limits.ts';
import { createConfiguredRepositories } from '../../src/adapters/registries/configured-repositories.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { PublishedVersion } from '../../src/ports/archive-writer.ts';
import type { ComponentRepositories } from '../../src/ports/component-repository.ts';
import type { PassPorts } from '../../src/workflows/pass.ts';
import { type PodinfoOptions, podinfoVersion } from '../builders/podinfo-version.ts';
import type { StockedRegistry } from './stocked-registry.ts';
import { createWorld, inWords, keys, type PassChanges, type World, type WorldChanges } from './world.ts';
import { registry as defaultRegistry, worldTime } from './world-ports.ts';

/** What a pass came to, and what it cost. */
export interface Watched {
  readonly steps: readonly string[];
  /** How many requests went to registries. */
  readonly requests: number;
}

/** A world whose registries are asked over the network. What connects to them lives as long as the world, as in a server. */
export interface RegistryWorld extends World {
  /** Puts a version into the world's own registry. */
  deliver(version: PublishedVersion): Promise<void>;
  /** Makes a pass and counts what it asks. */
  watch(changes?: PassChanges): Promise<Watched>;
  /** The same in another folder, with other registries. */
  copyTo(registries: Registries): Promise<RegistryWorld>;
}

/** Registries by the host or registry that the configuration names. */
export type Registries = Readonly<Record<string, StockedRegistry>>;

export interface RegistryWorldChanges extends WorldChanges {
  readonly registries: Registries;
  readonly limits?: Partial<RegistryLimits>;
}

const minute = 60_000;

/** @returns A pass so long after the time that a world has by default. */
export const inMinutes = (minutes: number): PassChanges => ({
  at: new Date(Date.parse(worldTime) + minutes * minute).toISOString(),
});

/** The repository of the component that worlds install, below a base path. */
export const repositoryOf = (base: string, component = 'example.org/podinfo') =>
  `${base}/component-descriptors/${component}`;

/** Makes a world; its own registry is the first one, and `registryName` begins with that one's name. */
export async function createRegistryWorld(changes: RegistryWorldChanges): Promise<RegistryWorld> {
  const { registries, limits = {}, ...others } = changes;
  return overNetwork(await createWorld(others), { registries, limits, registryName: others.registryName });
}

interface Connecting {
  readonly registries: Registries;
  readonly limits: Partial<RegistryLimits>;
  readonly registryName: string | undefined;
}

function overNetwork(world: World, connecting: Connecting): RegistryWorld {
  const { registries, limits, registryName = defaultRegistry } = connecting;
  const [own] = Object.values(registries);
  if (!own) throw new Error('There is no registry.');
  const base = registryName.slice(registryName.indexOf('/') + 1);
  const clients = connect(registries, limits, join(world.folder, 'content'));
  const repositories = repositoriesOf(clients);
  const countRequests = () => [...clients.values()].reduce((sum, { requests }) => sum + requests, 0);

  const pass: World['pass'] = ({ wrap = (it: PassPorts) => it, ...changes } = {}) =>
    world.pass({ ...changes, wrap: (ports) => wrap({ ...ports, repositories }) });
  const steps: World['steps'] = async (changes) => (await pass(changes)).map(inWords);
  const deliver: RegistryWorld['deliver'] = ({ component, tag, manifest, blobs }) =>
    own.put(repositoryOf(base, component), { blobs, manifests: [manifest], tag });
  return {
    ...world,
    pass,
    steps,
    deliver,
    async step(changes) {
      const [step, ...more] = await steps(changes);
      if (step === undefined || more.length > 0) throw new Error('There is not one installation.');
      return step;
    },
    async watch(changes) {
      const before = countRequests();
      const taken = await steps(changes);
      return { steps: taken, requests: countRequests() - before };
    },
    publish: (version: string, options: PodinfoOptions = {}) => deliver(podinfoVersion(version, options, keys())),
    withdraw: async (...versions) => {
      const repository = repositoryOf(base);
      for (const version of versions) {
        const digest = await digestBehind(own.address, repository, version);
        await own.remove(repository, { kind: 'manifest', digest });
      }
    },
    copyTo: async (others) => overNetwork(await world.copy(), { ...connecting, registries: others }),
    copy: () => Promise.reject(new Error('A registry is not copied: use copyTo.')),
    [Symbol.asyncDispose]: async () => {
      for (const client of clients.values()) await client[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

async function digestBehind(address: string, repository: string, tag: string) {
  const accept = 'application/vnd.oci.image.manifest.v1+json';
  const response = await fetch(`${address}/v2/${repository}/manifests/${tag}`, { headers: { accept } });
  return digestOf(new Uint8Array(await response.arrayBuffer()));
}

function connect(registries: Registries, limits: Partial<RegistryLimits>, folder: string) {
  const cache = createContentCache({ folder, maxBytes: 64 * 1024 * 1024 });
  return new Map(
    Object.entries(registries).map(([name, { address }]) => {
      const [host = ''] = name.split('/');
      // Pauses between attempts take no time; how long a registry may take is for its limits to say.
      const timing = { sleep: async () => undefined };
      return [name, createRegistryClient({ host, address, insecureHttp: true, limits, timing, cache })];
    }),
  );
}

function repositoriesOf(clients: ReadonlyMap<string, RegistryClient>): ComponentRepositories {
  return createConfiguredRepositories((registry) => {
    const found = [...clients].find(([name]) => registry === name || registry.startsWith(`${name}/`));
    if (!found) return undefined;
    const [name, client] = found;
    return { name, open: async (it: string) => openOciRepository(client, { registry: it }) };
  });
}

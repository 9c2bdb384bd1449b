import { openOciRepository } from '../../src/adapters/oci/oci-repository.ts';
import {
  createRegistryClient,
  type RegistryClient,
  type RegistryClientOptions,
} from '../../src/adapters/oci/registry-client.ts';
import type { RegistryLimits } from '../../src/adapters/oci/registry-limits.ts';
import { type Digest, digestOf } from '../../src/core/digest.ts';
import type { ComponentRepository } from '../../src/ports/component-repository.ts';
import { componentName } from '../builders/component-version.ts';
import { type FakeRegistry, type FakeRegistryOptions, repositoryWith, startFakeRegistry } from './fake-registry.ts';

export const greeter = componentName('example.org/greeter');
export const greeterPath = 'team/component-descriptors/example.org/greeter';

/** Short enough that a test does not wait, long enough for a machine that is busy. */
const shortLimits: Partial<RegistryLimits> = {
  connectSeconds: 2,
  headersSeconds: 0.3,
  idleSeconds: 0.3,
  throughputSeconds: 0.5,
  readSeconds: 2,
};

export interface OciWorld extends AsyncDisposable {
  readonly fake: FakeRegistry;
  readonly client: RegistryClient;
  readonly repository: ComponentRepository;
  /** Milliseconds that were slept, or would have been. */
  readonly slept: readonly number[];
  readonly manifest: Digest;
  readonly blob: Digest;
  readonly bytes: Uint8Array;
}

export interface OciWorldOptions extends Partial<Omit<RegistryClientOptions, 'timing'>> {
  readonly registry?: Omit<FakeRegistryOptions, 'repositories'>;
  readonly tags?: readonly string[];
  readonly layers?: readonly Uint8Array[];
  /** The clock, before what was slept is added. */
  readonly now?: () => number;
  /** What chance gives, from 0 to 1. */
  readonly random?: number;
}

/** Starts a registry with one component in it, and a client whose clock jumps when it sleeps. */
export async function startOciWorld(options: OciWorldOptions = {}): Promise<OciWorld> {
  const {
    registry,
    tags,
    layers = [Buffer.from('good morning'.repeat(100))],
    limits,
    now = Date.now,
    random = 1,
    ...others
  } = options;
  const { repository: content, digest: manifest } = repositoryWith(layers, tags);
  const repositories = new Map([[greeterPath, content]]);
  const fake = await startFakeRegistry({ ...registry, repositories });
  const slept: number[] = [];
  const timing = {
    now: () => now() + slept.reduce((sum, it) => sum + it, 0),
    random: () => random,
    sleep: async (milliseconds: number) => {
      // Long enough for what does not wait to be found out.
      await new Promise((resolve) => setTimeout(resolve, 20));
      slept.push(milliseconds);
    },
  };
  const client = createRegistryClient({
    host: fake.host,
    address: fake.address,
    insecureHttp: true,
    ...others,
    timing,
    limits: { ...shortLimits, ...limits },
  });
  const [bytes = Buffer.from('')] = layers;
  return {
    fake,
    client,
    slept,
    manifest,
    blob: digestOf(bytes),
    bytes,
    repository: openOciRepository(client, { registry: `${fake.host}/team` }),
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

/** The questions that are asked of a component repository, each in its simplest form. */
export const ask = {
  list: ({ repository }: OciWorld) => repository.listTags(greeter),
  resolve: ({ repository }: OciWorld) => repository.resolveTag(greeter, '1.0.0'),
  manifest: ({ repository, manifest }: OciWorld) =>
    repository.read(greeter, manifest, { kind: 'manifest', maxBytes: 1e6 }),
  blob: ({ repository, blob }: OciWorld) => repository.read(greeter, blob, { kind: 'blob', maxBytes: 1e6 }),
  prove: ({ repository, blob }: OciWorld) => repository.prove(greeter, blob),
  stream: async ({ repository, blob }: OciWorld) => {
    const parts: Uint8Array[] = [];
    for await (const chunk of repository.stream(greeter, blob)) parts.push(chunk);
    return Buffer.concat(parts);
  },
  find: ({ repository, manifest }: OciWorld) =>
    repository.findArtifact({ kind: 'relative', text: `component-descriptors/${greeter}@${manifest}` }),
} as const;

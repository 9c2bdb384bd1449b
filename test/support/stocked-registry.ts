import { type Digest, digestOf } from '../../src/core/digest.ts';
import { type DockerRegistry, startDockerRegistry } from './docker-registry.ts';
import {
  type FakeRegistry,
  type FakeRegistryOptions,
  type FakeRepository,
  startFakeRegistry,
} from './fake-registry.ts';

/** What is put into one repository. */
export interface Content {
  readonly blobs: readonly Uint8Array[];
  /** What an index names comes before it. */
  readonly manifests: readonly Uint8Array[];
  /** Tag of the last manifest. */
  readonly tag?: string;
}

/** What is taken out of one repository; a manifest goes with its tags. */
export interface Removed {
  readonly kind: 'blob' | 'manifest';
  readonly digest: Digest;
}

/** A registry whose content tests put there and take away. */
export interface StockedRegistry extends AsyncDisposable {
  readonly address: string;
  put(repository: string, content: Content): Promise<void>;
  remove(repository: string, removed: Removed): Promise<void>;
}

/** @returns A registry of the distribution project, which is stocked by its API. */
export async function startStockedDocker(): Promise<StockedRegistry> {
  return stock(await startDockerRegistry());
}

function stock(registry: DockerRegistry): StockedRegistry {
  const { address } = registry;
  return {
    address,
    put: async (repository, { blobs, manifests, tag }) => {
      for (const bytes of blobs) await pushBlob(`${address}/v2/${repository}`, bytes);
      for (const [index, bytes] of manifests.entries()) {
        const isLast = index === manifests.length - 1;
        await pushManifest(`${address}/v2/${repository}`, bytes, (isLast ? tag : undefined) ?? digestOf(bytes));
      }
    },
    remove: async (repository, { kind, digest }) => {
      await send(`${address}/v2/${repository}/${kind}s/${digest}`, { method: 'DELETE' });
    },
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
}

async function pushBlob(base: string, bytes: Uint8Array): Promise<void> {
  const { headers } = await send(`${base}/blobs/uploads/`, { method: 'POST' });
  const location = new URL(headers.get('location') ?? '', base);
  location.searchParams.set('digest', digestOf(bytes));
  await send(location.href, { method: 'PUT', body: bytes, headers: { 'content-type': 'application/octet-stream' } });
}

async function pushManifest(base: string, bytes: Uint8Array, reference: string): Promise<void> {
  const { mediaType } = JSON.parse(Buffer.from(bytes).toString());
  await send(`${base}/manifests/${reference}`, { method: 'PUT', body: bytes, headers: { 'content-type': mediaType } });
}

async function send(address: string, init: RequestInit): Promise<Response> {
  const response = await fetch(address, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${init.method} ${address}: ${response.status} ${text}`);
  return response;
}

export interface StockedFake extends StockedRegistry {
  readonly fake: FakeRegistry;
  /** What it was asked since it was asked for this last: `GET tags`, `HEAD blobs`. */
  takeRequests(): readonly string[];
  /** @returns Another one with the same content. */
  copy(changes?: Omit<FakeRegistryOptions, 'repositories'>): Promise<StockedFake>;
}

/** @returns A registry inside the test, which can be made to misbehave. */
export async function startStockedFake(
  options: Omit<FakeRegistryOptions, 'repositories'> = {},
  stocked: ReadonlyMap<string, FakeRepository> = new Map(),
): Promise<StockedFake> {
  const repositories = new Map([...stocked].map(([name, it]) => [name, copyOf(it)]));
  const fake = await startFakeRegistry({ ...options, repositories });
  let taken = 0;
  return {
    fake,
    address: fake.address,
    put: async (name, { blobs, manifests, tag }) => {
      const repository = repositories.get(name) ?? { tags: new Map(), manifests: new Map(), blobs: new Map() };
      repositories.set(name, repository);
      for (const bytes of blobs) repository.blobs.set(digestOf(bytes), bytes);
      for (const bytes of manifests) repository.manifests.set(digestOf(bytes), bytes);
      const last = manifests.at(-1);
      if (tag !== undefined && last) repository.tags.set(tag, digestOf(last));
    },
    remove: async (name, { kind, digest }) => {
      const { blobs, manifests, tags } = repositories.get(name) ?? copyOf();
      if (kind === 'blob') blobs.delete(digest);
      else manifests.delete(digest);
      for (const [tag, manifest] of tags) if (kind === 'manifest' && manifest === digest) tags.delete(tag);
    },
    takeRequests: () => {
      const requests = fake.requests.slice(taken);
      taken = fake.requests.length;
      return requests.map(({ method, path }) => `${method} ${/\/(tags|manifests|blobs)\//.exec(path)?.[1]}`);
    },
    copy: (changes = options) => startStockedFake(changes, repositories),
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
}

function copyOf({ tags, manifests, blobs }: Partial<FakeRepository> = {}): FakeRepository {
  return { tags: new Map(tags), manifests: new Map(manifests), blobs: new Map(blobs) };
}

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type IndexEntry, parseArtifactIndex } from '../../src/adapters/ctf/artifact-index.ts';
import { unpackIfGzip } from '../../src/core/archive/gunzip.ts';
import { readAll, readTar } from '../../src/core/archive/tar.ts';
import { childrenOf, isManifestType, parseOciManifest } from '../../src/core/component/oci-manifest.ts';
import { type Digest, digestOf, parseDigest } from '../../src/core/digest.ts';
import type { DockerRegistry } from './docker-registry.ts';

/** Where to push to. Without a way around the API, only what is whole can be pushed. */
export type ReplayTarget = Pick<DockerRegistry, 'address'> & Partial<Pick<DockerRegistry, 'plantBlob' | 'removeBlob'>>;

interface Options {
  /** Put before the path of each repository; none for the dump of a registry. */
  readonly basePath?: string;
  /** `Authorization` of each request. */
  readonly authorization?: string;
}

type Blobs = ReadonlyMap<Digest, Uint8Array>;

interface Replay extends Options {
  readonly registry: ReplayTarget;
  readonly blobs: Blobs;
  /** What was pushed, as `repository@digest`. */
  readonly done: Set<string>;
  /** What the archive does not have. */
  readonly missing: Set<Digest>;
}

const maxBytes = 256 * 1024 * 1024;

/**
 * Pushes all that an archive or the dump of a registry holds into a registry, by the API, as it is: what the archive lacks the
 * registry lacks afterwards, and a blob that has other bytes in the archive has them in the registry.
 *
 * @param path A folder or a tar file, compressed or not.
 * @throws {Error} For a manifest that the registry does not take.
 */
export async function replayArchive(registry: ReplayTarget, path: string, options: Options = {}): Promise<void> {
  const { index, blobs } = await readArchive(path);
  const replay: Replay = { ...options, registry, blobs, done: new Set(), missing: new Set() };
  for (const entry of index) await pushArtifact(entry, replay);
  for (const digest of replay.missing) await registry.removeBlob?.(digest);
}

async function pushArtifact(entry: IndexEntry, replay: Replay): Promise<void> {
  const repository = [replay.basePath, entry.repository].filter((it) => it).join('/');
  await pushManifest(repository, entry.digest, replay);
  if (entry.tag === undefined) return;
  const bytes = replay.blobs.get(entry.digest);
  if (bytes) await putManifest(repository, entry.tag, bytes, replay);
}

/** A manifest that is not in the archive is not pushed: then its tag is missing, too. */
async function pushManifest(repository: string, digest: Digest, replay: Replay): Promise<void> {
  const key = `${repository}@${digest}`;
  const bytes = replay.blobs.get(digest);
  if (!bytes || replay.done.has(key)) return;
  replay.done.add(key);
  for (const child of childrenOf(parseOciManifest(bytes, digest))) {
    if (isManifestType(child.mediaType)) await pushManifest(repository, child.digest, replay);
    else await pushBlob(repository, child.digest, replay);
  }
  await putManifest(repository, digest, bytes, replay);
}

async function pushBlob(repository: string, digest: Digest, replay: Replay): Promise<void> {
  const key = `${repository}@${digest}`;
  if (replay.done.has(key)) return;
  replay.done.add(key);
  const bytes = replay.blobs.get(digest);
  if (!bytes) replay.missing.add(digest);
  if (!bytes || !isSound(digest, bytes)) {
    // The registry takes a manifest only when all it names is there.
    if (!replay.registry.plantBlob) throw new Error(`${digest} is missing or has other bytes`);
    await replay.registry.plantBlob(repository, digest, bytes ?? Buffer.from('about to be removed'));
    return;
  }
  const begun = await send(replay, `/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  const location = new URL(begun.headers.get('location') ?? '', replay.registry.address);
  location.searchParams.set('digest', digest);
  await send(replay, location.href, {
    method: 'PUT',
    body: bytes,
    headers: { 'content-type': 'application/octet-stream' },
  });
}

/** Only SHA-256 is what the registry itself computes. */
const isSound = (digest: Digest, bytes: Uint8Array) => digestOf(bytes) === digest;

async function putManifest(repository: string, reference: string, bytes: Uint8Array, replay: Replay): Promise<void> {
  const { mediaType = 'application/vnd.oci.image.manifest.v1+json' } = JSON.parse(Buffer.from(bytes).toString());
  const path = `/v2/${repository}/manifests/${reference}`;
  await send(replay, path, { method: 'PUT', body: bytes, headers: { 'content-type': mediaType } });
}

async function send({ registry, authorization }: Replay, path: string, init: RequestInit): Promise<Response> {
  const headers = { ...(init.headers as Record<string, string>), ...(authorization && { authorization }) };
  const response = await fetch(new URL(path, registry.address), { ...init, headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${init.method} ${path}: ${response.status} ${text}`);
  return response;
}

async function readArchive(path: string): Promise<{ readonly index: readonly IndexEntry[]; readonly blobs: Blobs }> {
  const files = (await stat(path)).isDirectory() ? await readFolder(path) : await readTarFile(path);
  const index = files.get('artifact-index.json');
  if (!index) throw new Error(`${path} has no index`);
  const blobs = new Map<Digest, Uint8Array>();
  for (const [name, bytes] of files) {
    const digest = parseDigest(name.replace(/^blobs\//, '').replace('.', ':'));
    if (digest) blobs.set(digest, bytes);
  }
  return { index: parseArtifactIndex(index), blobs };
}

async function readFolder(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const names = (await readdir(join(path, 'blobs'))).map((name) => `blobs/${name}`);
  const files = ['artifact-index.json', ...names].map(async (it) => [it, await readFile(join(path, it))] as const);
  return new Map(await Promise.all(files));
}

async function readTarFile(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const bytes = await readFile(path);
  const chunks = (async function* () {
    yield bytes;
  })();
  for await (const entry of readTar(unpackIfGzip(chunks, maxBytes), { maxEntries: 10_000 })) {
    files.set(entry.name, await readAll(entry.content, maxBytes, entry.name));
  }
  return files;
}

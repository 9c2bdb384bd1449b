import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { unpackIfGzip } from '../../core/archive/gunzip.ts';
import { readAll, readTar, type TarEntry } from '../../core/archive/tar.ts';
import { type Digest, parseDigest } from '../../core/digest.ts';
import { Refusal } from '../../core/trust/reason.ts';
import { type ArchiveSource, archiveChanged, archiveUnreachable } from './archive-source.ts';
import { indexName, maxIndexBytes } from './artifact-index.ts';

const maxEntries = 100_000;
const maxKeptBlobBytes = 1024 * 1024;
const maxKeptBytes = 64 * 1024 * 1024;

/** What a tar file may unpack to: images are packed already, and text packs to a tenth or so. */
const maxRatio = 200;
const minUnpackedLimit = 256 * 1024 * 1024;

interface Blob {
  readonly size: number;
  /** Whether its bytes have the digest that it is named after. */
  readonly sound: boolean;
  /** Only of small blobs. */
  readonly bytes?: Uint8Array;
}

/**
 * Opens an archive in the form of a tar file, compressed or not. It is read through once and never unpacked to disk: small blobs
 * are kept, large ones are read again when they are asked for.
 */
export async function openTarSource(path: string): Promise<ArchiveSource> {
  const opened = await stat(path, { bigint: true });
  const { index, blobs } = await readWhole(path, opened);

  return {
    index,
    find: async (digest) => {
      const blob = blobs.get(digest);
      return blob && { size: blob.size, checked: blob.sound };
    },
    stream: (digest) => streamBlob(digest),
    hasChanged: async () => !(await isSameFile(path, opened)),
  };

  async function* streamBlob(digest: Digest): AsyncGenerator<Uint8Array, void, void> {
    const blob = blobs.get(digest);
    if (blob?.bytes) {
      yield blob.bytes;
      return;
    }
    if (!blob) return;
    await using file = await openSame(path, opened);
    for await (const entry of entriesOf(file.handle, opened.size)) {
      if (digestOfName(entry.name) !== digest) continue;
      yield* entry.content;
      return;
    }
  }
}

async function readWhole(path: string, opened: BigIntStats) {
  await using file = await openSame(path, opened);
  try {
    const content = await readEntries(entriesOf(file.handle, opened.size));
    if (!(await isSameFile(path, opened))) throw archiveChanged(path);
    return content;
  } catch (error) {
    // Half of a file that is being written looks like a bad archive.
    if (error instanceof Refusal && !(await isSameFile(path, opened))) throw archiveChanged(path);
    throw error;
  }
}

async function readEntries(entries: AsyncIterable<TarEntry>) {
  const blobs = new Map<string, Blob>();
  let index: Uint8Array | undefined;
  let keptBytes = 0;
  for await (const entry of entries) {
    if (entry.name === indexName) index = await readAll(entry.content, maxIndexBytes, indexName);
    const digest = digestOfName(entry.name);
    if (!digest) continue;
    const keep = entry.size <= maxKeptBlobBytes && keptBytes + entry.size <= maxKeptBytes;
    blobs.set(digest, await readBlob(entry, digest, keep));
    if (keep) keptBytes += entry.size;
  }
  if (!index) throw new Refusal('malformed', `the archive has no ${indexName}`);
  return { index, blobs };
}

async function readBlob({ content, size }: TarEntry, digest: Digest, keep: boolean): Promise<Blob> {
  const hash = createHash(digest.slice(0, digest.indexOf(':')));
  const parts: Uint8Array[] = [];
  for await (const chunk of content) {
    hash.update(chunk);
    if (keep) parts.push(chunk);
  }
  const sound = digest.endsWith(`:${hash.digest('hex')}`);
  return { size, sound, ...(keep && { bytes: Buffer.concat(parts) }) };
}

/** @returns The digest that a blob is named after, or `undefined` for any other file, which is ignored. */
function digestOfName(name: string): Digest | undefined {
  return name.startsWith('blobs/') ? parseDigest(name.slice('blobs/'.length).replace('.', ':')) : undefined;
}

function entriesOf(handle: FileHandle, size: bigint): AsyncIterable<TarEntry> {
  const maxBytes = Math.max(minUnpackedLimit, Number(size) * maxRatio);
  const chunks = handle.createReadStream({ autoClose: false, start: 0, highWaterMark: 256 * 1024 });
  return readTar(unpackIfGzip(chunks, maxBytes), { maxEntries });
}

async function openSame(path: string, opened: BigIntStats): Promise<AsyncDisposable & { readonly handle: FileHandle }> {
  let handle: FileHandle;
  try {
    handle = await open(path);
  } catch (error) {
    throw archiveUnreachable(path, error);
  }
  if (isSame(await handle.stat({ bigint: true }), opened)) {
    return { handle, [Symbol.asyncDispose]: () => handle.close() };
  }
  await handle.close();
  throw archiveChanged(path);
}

async function isSameFile(path: string, opened: BigIntStats): Promise<boolean> {
  const now = await stat(path, { bigint: true }).catch(() => undefined);
  return now !== undefined && isSame(now, opened);
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../core/digest.ts';
import { Refusal } from '../../core/trust/reason.ts';
import { type ArchiveSource, archiveUnreachable, isNotThere } from './archive-source.ts';
import { indexName, maxIndexBytes } from './artifact-index.ts';

/** Opens an archive in the form of a folder: reads its index, and nothing else before it is asked for. */
export async function openDirectorySource(path: string): Promise<ArchiveSource> {
  const index = await readIndex(path);
  if (!index) throw new Refusal('malformed', `the archive ${path} has no ${indexName}`);

  return {
    index,
    find: async (digest) => {
      await using file = await openBlob(path, digest);
      return file && { size: file.size, checked: false };
    },
    stream: (digest) => streamBlob(path, digest),
    hasChanged: async () => {
      const now = await readIndex(path);
      return !now || Buffer.compare(now, index) !== 0;
    },
  };
}

async function* streamBlob(path: string, digest: Digest): AsyncGenerator<Uint8Array, void, void> {
  await using file = await openBlob(path, digest);
  if (!file) return;
  const buffer = Buffer.allocUnsafe(Math.min(Math.max(file.size, 1), 256 * 1024));
  for (;;) {
    const { bytesRead } = await file.handle.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return;
    yield Buffer.from(buffer.subarray(0, bytesRead));
  }
}

async function readIndex(path: string): Promise<Uint8Array | undefined> {
  await using file = await openFile(path, indexName);
  if (!file) return undefined;
  if (file.size > maxIndexBytes)
    throw new Refusal('too-large', `${indexName} of the archive is larger than ${maxIndexBytes} bytes`);
  return await file.handle.readFile();
}

interface OpenFile extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly size: number;
}

function openBlob(path: string, digest: Digest): Promise<OpenFile | undefined> {
  return openFile(path, join('blobs', digest.replace(':', '.')));
}

/** @returns The file, or `undefined` when nothing or no plain file is there: links are not followed, pipes not waited for. */
async function openFile(path: string, name: string): Promise<OpenFile | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(join(path, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isNotThere(error) || isLink(error)) return undefined;
    throw archiveUnreachable(path, error);
  }
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    return undefined;
  }
  return { handle, size: stats.size, [Symbol.asyncDispose]: () => handle.close() };
}

const isLink = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ELOOP';

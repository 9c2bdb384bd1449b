import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Digest } from '../../core/digest.ts';
import { isDigestOf } from './hashing.ts';

/**
 * Content by digest, kept on disk over restarts. It only saves transfers: what it cannot do, because the disk is full or the folder
 * not writable, it leaves undone.
 */
export interface ContentCache {
  /** @returns The bytes, hashed anew, or `undefined` when they are not there or no longer right. */
  read(digest: Digest): Promise<Uint8Array | undefined>;
  /** Keeps bytes that have this digest; others, and those above 4 MiB, are not kept. */
  write(digest: Digest, bytes: Uint8Array): Promise<void>;
}

const maxEntryBytes = 4 * 1024 * 1024;
const staleMilliseconds = 3_600_000;
/** Making room goes further than it must, so that not each write has to. */
const roomLeft = 0.9;

/**
 * Keeps content in `<folder>/sha256/ab/<hex>`. Entries appear by a rename, so several processes may share the folder, and one that is
 * killed leaves nothing but a temporary file.
 *
 * @param options `maxBytes`: what is kept at most; the least recently used goes first.
 */
export function createContentCache({
  folder,
  maxBytes,
}: {
  readonly folder: string;
  readonly maxBytes: number;
}): ContentCache {
  const temporary = join(folder, 'temporary');
  /** Others may write as well, so this is a guess until the folder is looked through. */
  let bytesKept: Promise<number> | undefined;

  async function write(digest: Digest, bytes: Uint8Array): Promise<void> {
    const path = pathOf(folder, digest);
    const draft = join(temporary, randomUUID());
    bytesKept ??= tidy(temporary).then(() => makeRoom(folder, maxBytes));
    await bytesKept;
    await mkdir(temporary, { recursive: true });
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, bytes);
    await rename(draft, path);
    bytesKept = bytesKept.then((kept) =>
      kept + bytes.length > maxBytes ? makeRoom(folder, maxBytes) : kept + bytes.length,
    );
    await bytesKept;
  }

  return {
    read: async (digest) => {
      const path = pathOf(folder, digest);
      const bytes = await readFile(path).catch(() => undefined);
      if (!bytes) return undefined;
      if (!isDigestOf(digest, bytes)) {
        await rm(path, { force: true }).catch(() => undefined);
        return undefined;
      }
      const now = new Date();
      await utimes(path, now, now).catch(() => undefined);
      return bytes;
    },
    write: async (digest, bytes) => {
      if (bytes.length > Math.min(maxEntryBytes, maxBytes) || !isDigestOf(digest, bytes)) return;
      await write(digest, bytes).catch(() => {
        bytesKept = undefined;
      });
    },
  };
}

function pathOf(folder: string, digest: Digest): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  return join(folder, algorithm, hex.slice(0, 2), hex);
}

/** Removes what processes that were killed left behind. */
async function tidy(temporary: string): Promise<void> {
  for (const name of await namesIn(temporary)) {
    const path = join(temporary, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > staleMilliseconds) await rm(path, { force: true });
  }
}

/** Removes the least recently used entries when there are too many. @returns How many bytes are left. */
async function makeRoom(folder: string, maxBytes: number): Promise<number> {
  const entries = await listEntries(folder);
  let kept = entries.reduce((sum, { size }) => sum + size, 0);
  if (kept <= maxBytes) return kept;
  for (const { path, size } of entries.toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (kept <= maxBytes * roomLeft) break;
    await rm(path, { force: true });
    kept -= size;
  }
  return kept;
}

async function listEntries(folder: string) {
  const entries: { path: string; size: number; usedAt: number }[] = [];
  for (const algorithm of ['sha256', 'sha512']) {
    for (const prefix of await namesIn(join(folder, algorithm))) {
      for (const name of await namesIn(join(folder, algorithm, prefix))) {
        const path = join(folder, algorithm, prefix, name);
        // Another process may have removed it meanwhile.
        const found = await stat(path).catch(() => undefined);
        if (found) entries.push({ path, size: found.size, usedAt: found.mtimeMs });
      }
    }
  }
  return entries;
}

function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

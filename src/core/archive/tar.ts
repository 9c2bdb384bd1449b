import { Refusal } from '../trust/reason.ts';
import { readTarHeader, readTarPath, type TarHeader } from './tar-header.ts';

/** A regular file of a tar archive. Its content is read before the next entry is asked for; what is not read is passed over. */
export interface TarEntry {
  /** Relative, without `.`, `..`, empty segments or a leading slash; unique in the archive. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array>;
}

export interface TarOptions {
  readonly maxEntries: number;
  /** Cuts one slash off the beginning of names, as readers of component descriptors do. */
  readonly leadingSlash?: boolean;
}

const blockSize = 512;

/** Bytes at hand or arriving in chunks. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Reads the regular files of a tar archive from beginning to end, without touching a disk. Folders are checked and left out.
 * Everything that readers disagree about is refused: links and devices, names outside of the archive, a name twice, sizes that
 * are not plain octal numbers, anything but zeros after the end, and an archive without its end.
 *
 * @throws {Refusal} `malformed`, or `too-large` when there are more than `maxEntries` entries.
 * @see POSIX.1-2017, pax, "ustar Interchange Format"
 */
export async function* readTar(
  source: ByteSource,
  { maxEntries, leadingSlash = false }: TarOptions,
): AsyncGenerator<TarEntry, void, void> {
  const bytes = createByteReader(source);
  const names = new Set<string>();
  try {
    for (let header = await readHeader(bytes); header; header = await readHeader(bytes)) {
      if (names.size >= maxEntries) throw new Refusal('too-large', `the archive has more than ${maxEntries} entries`);
      const name = checkedName(header, leadingSlash);
      if (names.has(name)) throw new Refusal('malformed', `the archive has two entries named ${name}`);
      names.add(name);
      if (header.kind === 'folder') continue;
      const content = takeContent(bytes, header.size);
      yield { name, size: header.size, content: content.chunks };
      await bytes.skip(content.left() + paddingOf(header.size));
    }
    await expectEnd(bytes);
  } finally {
    await bytes.close();
  }
}

type EntryHeader = Exclude<TarHeader, { kind: 'extension' }>;

/** @returns The next entry's header, with the name that an extended header before it gives; `undefined` at the end. */
async function readHeader(bytes: ByteReader): Promise<EntryHeader | undefined> {
  const header = await readBlock(bytes);
  if (header?.kind !== 'extension') return header;
  const longName = readTarPath(await bytes.exactly(header.size));
  await bytes.skip(paddingOf(header.size));
  const entry = await readBlock(bytes);
  if (!entry || entry.kind === 'extension') {
    throw new Refusal('malformed', 'the archive has an extended header without an entry');
  }
  return { ...entry, name: longName ?? entry.name };
}

async function readBlock(bytes: ByteReader): Promise<TarHeader | undefined> {
  const block = await bytes.exactly(blockSize);
  return isZero(block) ? undefined : readTarHeader(block);
}

/** Reads the whole content of an entry or stream. @throws {Refusal} `too-large` when it is more than `maxBytes`. */
export async function readAll(chunks: AsyncIterable<Uint8Array>, maxBytes: number, what: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > maxBytes) throw new Refusal('too-large', `${what} is larger than ${maxBytes} bytes`);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

const paddingOf = (size: number): number => (blockSize - (size % blockSize)) % blockSize;

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

const safeName = /^(?!\.\.?(?:\/|$))[A-Za-z0-9._+@-]+(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9._+@-]+)*$/;

function checkedName({ name, kind }: EntryHeader, leadingSlash: boolean): string {
  const relative = leadingSlash && name.startsWith('/') ? name.slice(1) : name;
  const bare = kind === 'folder' ? relative.replace(/\/$/, '') : relative;
  if (!safeName.test(bare)) throw new Refusal('malformed', `the archive has an entry named ${JSON.stringify(name)}`);
  return bare;
}

/** After the first zero block come a second one and then nothing but zeros. */
async function expectEnd(bytes: ByteReader): Promise<void> {
  let length = 0;
  for (let chunk = await bytes.some(65_536); chunk; chunk = await bytes.some(65_536)) {
    if (!isZero(chunk)) throw new Refusal('malformed', 'the archive has data after its end');
    length += chunk.length;
  }
  if (length < blockSize) throw cutShort();
}

const cutShort = (): Refusal => new Refusal('malformed', 'the archive is cut short');

interface ByteReader {
  /** @returns The next bytes, at most `max` of them, or `undefined` at the end. */
  some(max: number): Promise<Uint8Array | undefined>;
  /** @throws {Refusal} `malformed` when there are fewer. */
  exactly(length: number): Promise<Uint8Array>;
  skip(length: number): Promise<void>;
  close(): Promise<void>;
}

function createByteReader(source: ByteSource): ByteReader {
  const iterator = chunksOf(source);
  let rest: Uint8Array = new Uint8Array();

  async function some(max: number): Promise<Uint8Array | undefined> {
    while (rest.length === 0) {
      const next = await iterator.next();
      if (next.done) return undefined;
      rest = next.value;
    }
    const chunk = rest.subarray(0, max);
    rest = rest.subarray(chunk.length);
    return chunk;
  }

  async function* pieces(length: number): AsyncGenerator<Uint8Array, void, void> {
    for (let left = length; left > 0; ) {
      const chunk = await some(left);
      if (!chunk) throw cutShort();
      left -= chunk.length;
      yield chunk;
    }
  }

  return {
    some,
    exactly: async (length) => {
      const parts: Uint8Array[] = [];
      for await (const piece of pieces(length)) parts.push(piece);
      const [only] = parts;
      return parts.length === 1 && only ? only : Buffer.concat(parts);
    },
    skip: async (length) => {
      for await (const _ of pieces(length));
    },
    close: async () => {
      await iterator.return();
    },
  };
}

async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array, void, void> {
  yield* source;
}

function takeContent(
  bytes: ByteReader,
  size: number,
): { readonly chunks: AsyncIterable<Uint8Array>; readonly left: () => number } {
  let left = size;
  async function* chunks(): AsyncGenerator<Uint8Array, void, void> {
    while (left > 0) {
      const chunk = await bytes.some(left);
      if (!chunk) throw cutShort();
      left -= chunk.length;
      yield chunk;
    }
  }
  return { chunks: chunks(), left: () => left };
}

import { gzipSync } from 'node:zlib';
import { fc, test as property } from '@fast-check/vitest';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { gunzipBytes, unpackIfGzip } from '../../../src/core/archive/gunzip.ts';
import { readAll, readTar, type TarOptions } from '../../../src/core/archive/tar.ts';

type Headers = Parameters<ReturnType<typeof pack>['entry']>[0];

async function tarOf(...entries: readonly (readonly [Headers | string, string?])[]): Promise<Buffer> {
  const archive = pack();
  for (const [header, content] of entries) {
    archive.entry(typeof header === 'string' ? { name: header } : header, content ?? '');
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function read(source: Iterable<Uint8Array>, options: Partial<TarOptions> = {}) {
  const found: Record<string, string> = {};
  for await (const { name, content } of readTar(source, { maxEntries: 100, ...options })) {
    found[name] = Buffer.from(await readAll(content, 1e6, name)).toString();
  }
  return found;
}

/** Changes a header and makes its checksum right again. */
function withHeader(tar: Buffer, change: (header: Buffer) => void): Buffer {
  const copy = Buffer.from(tar);
  const header = copy.subarray(0, 512);
  change(header);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return copy;
}

const one = await tarOf(['a.txt', 'hello']);

describe('reading a tar archive', () => {
  test('gives the files in their order and leaves folders out', async () => {
    const tar = await tarOf([{ name: 'blobs/', type: 'directory' }], ['blobs/a', 'x'.repeat(700)], ['empty']);
    expect(await read([tar])).toEqual({ 'blobs/a': 'x'.repeat(700), empty: '' });
  });

  test('gives names that are too long for a header', async () => {
    const name = `blobs/sha512.${'0'.repeat(128)}`;
    expect(await read([await tarOf([{ name, pax: { comment: 'an = sign' } }, 'x'])])).toEqual({ [name]: 'x' });
  });

  test('passes over content that nobody reads', async () => {
    const tar = await tarOf(['a', 'x'.repeat(1000)], ['b', 'y']);
    const names: string[] = [];
    for await (const { name } of readTar([tar], { maxEntries: 2 })) names.push(name);
    expect(names).toEqual(['a', 'b']);
  });

  property.prop([
    fc.array(fc.string({ unit: 'binary', maxLength: 1500 }), { maxLength: 5 }),
    fc.integer({ min: 1, max: 700 }),
  ])('does not depend on how the bytes arrive', async (contents, size) => {
    const tar = await tarOf(...contents.map((content, index) => [`file-${index}`, content] as const));
    const pieces = Array.from({ length: Math.ceil(tar.length / size) }, (_, i) =>
      tar.subarray(i * size, (i + 1) * size),
    );
    expect(await read(pieces)).toEqual(
      Object.fromEntries(contents.map((content, index) => [`file-${index}`, content])),
    );
  });

  test.each([['../a'], ['a/../../b'], ['./a'], ['/a'], ['a//b'], ['a/'], ['a\\b'], ['a b'], ['ä'], ['..']])(
    'refuses an entry named %s',
    async (name) => {
      const tar =
        name === 'a/' ? withHeader(one, (header) => header.write('a/\0', 0)) : await tarOf([{ name, type: 'file' }]);
      await expect(read([tar])).rejects.toMatchObject({ name: 'Refusal', code: 'malformed' });
    },
  );

  test('cuts one slash off the front where the caller says so, and only one', async () => {
    expect(await read([await tarOf(['/a', 'x'])], { leadingSlash: true })).toEqual({ a: 'x' });
    await expect(read([await tarOf(['//a', 'x'])], { leadingSlash: true })).rejects.toMatchObject({
      code: 'malformed',
    });
  });

  test.each(['symlink', 'link', 'character-device', 'block-device', 'fifo', 'contiguous-file'] as const)(
    'refuses an entry of type %s',
    async (type) => {
      const tar = await tarOf([{ name: 'a', type, linkname: 'b' }]);
      await expect(read([tar])).rejects.toMatchObject({ code: 'malformed' });
    },
  );

  test.each([
    ['a name twice', tarOf(['a', 'x'], ['a', 'y'])],
    ['data after the end', Promise.resolve(Buffer.concat([one, Buffer.from('x')]))],
    ['an archive after the end', Promise.resolve(Buffer.concat([one, one]))],
    ['an end that is missing', Promise.resolve(one.subarray(0, 1024))],
    ['half an end', Promise.resolve(one.subarray(0, 1536))],
    ['content that is cut short', Promise.resolve(one.subarray(0, 514))],
    ['padding that is cut short', Promise.resolve(one.subarray(0, 900))],
    ['a header that is cut short', Promise.resolve(one.subarray(0, 300))],
    ['nothing at all', Promise.resolve(Buffer.alloc(0))],
    ['a wrong checksum', Promise.resolve(Buffer.from(one.map((byte, index) => (index === 0 ? 0x62 : byte))))],
    ['a size beyond the archive', Promise.resolve(withHeader(one, (header) => header.write('77777777777\0', 124)))],
    [
      'a size that is no octal number',
      Promise.resolve(withHeader(one, (header) => header.write('00000000009\0', 124))),
    ],
    [
      'a binary size',
      Promise.resolve(withHeader(one, (header) => header.set([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5], 124))),
    ],
    ['a folder with content', Promise.resolve(withHeader(one, (header) => header.write('5', 156)))],
    ['an unknown type', Promise.resolve(withHeader(one, (header) => header.write('Z', 156)))],
    ['an unknown format', Promise.resolve(withHeader(one, (header) => header.write('\0\0\0\0\0\0', 257)))],
    ['a size in an extended header', tarOf([{ name: 'a', pax: { size: '1' } }, 'x'])],
    ['a link in an extended header', tarOf([{ name: 'a', pax: { linkpath: 'b' } }, 'x'])],
    ['two names in an extended header', tarOf([{ name: 'a'.repeat(200), pax: { path: 'b' } }, 'x'])],
    ['a bad name in an extended header', tarOf([`../${'a'.repeat(200)}`, 'x'])],
  ])('refuses %s', async (_what, tar) => {
    await expect(read([await tar])).rejects.toMatchObject({ name: 'Refusal', code: 'malformed' });
  });

  test('refuses more entries than it was told', async () => {
    const tar = await tarOf(['a'], ['b'], ['c']);
    await expect(read([tar], { maxEntries: 2 })).rejects.toMatchObject({ code: 'too-large' });
  });

  test('lets go of its source when the reader stops early', async () => {
    let released = false;
    async function* source() {
      try {
        yield await tarOf(['a', 'x'], ['b', 'y']);
      } finally {
        released = true;
      }
    }
    for await (const _ of readTar(source(), { maxEntries: 10 })) break;
    expect(released).toBe(true);
  });
});

describe('unpacking gzip data', () => {
  async function unpack(bytes: Buffer, maxBytes: number) {
    async function* source() {
      for (const byte of bytes) yield Buffer.of(byte);
    }
    return Buffer.from(await readAll(unpackIfGzip(source(), maxBytes), 1e9, 'it')).toString();
  }

  test('takes what is packed and what is not, however it arrives', async () => {
    expect(await unpack(gzipSync('hello'), 100)).toBe('hello');
    expect(await unpack(Buffer.from('hello'), 100)).toBe('hello');
    expect(await unpack(Buffer.from('h'), 100)).toBe('h');
    expect(await unpack(Buffer.alloc(0), 100)).toBe('');
  });

  test.each([
    ['cut short', gzipSync('hello').subarray(0, -6), 'malformed'],
    ['changed', Buffer.from(gzipSync('hello').map((byte, index) => (index === 12 ? byte ^ 1 : byte))), 'malformed'],
    ['a bomb', gzipSync(Buffer.alloc(1e5)), 'too-large'],
  ])('refuses what is %s', async (_what, bytes, code) => {
    await expect(unpack(bytes, 1000)).rejects.toMatchObject({ name: 'Refusal', code });
    expect(() => gunzipBytes(bytes, 1000)).toThrow(expect.objectContaining({ name: 'Refusal', code }));
  });
});

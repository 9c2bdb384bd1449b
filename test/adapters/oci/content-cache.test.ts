import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createContentCache } from '../../../src/adapters/oci/content-cache.ts';
import { type Digest, digestOf } from '../../../src/core/digest.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cache-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const bytes = Buffer.from('good morning');
const digest = digestOf(bytes);
const open = (maxBytes = 1e6) => createContentCache({ folder, maxBytes });
const pathOf = (of: Digest) => join(folder, 'sha256', of.slice(7, 9), of.slice(7));

test('gives what was put into it, also after a restart', async () => {
  await open().write(digest, bytes);
  expect(await open().read(digest)).toEqual(bytes);
  expect(readFileSync(pathOf(digest))).toEqual(bytes);
  expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
});

test('knows nothing of what was never put into it', async () => {
  expect(await open().read(digest)).toBeUndefined();
});

test('keeps no bytes that have another digest', async () => {
  await open().write(digest, Buffer.from('other'));
  expect(existsSync(pathOf(digest))).toBe(false);
  expect(await open().read(digest)).toBeUndefined();
});

test('removes an entry whose bytes were changed', async () => {
  const cache = open();
  await cache.write(digest, bytes);
  writeFileSync(pathOf(digest), 'changed');
  expect(await cache.read(digest)).toBeUndefined();
  expect(readdirSync(join(folder, 'sha256', digest.slice(7, 9)))).toEqual([]);
});

test('lets go of what was not used for longest when there is too much', async () => {
  const cache = open(3000);
  const contents = [1, 2, 3].map((byte) => Buffer.alloc(1000, byte));
  for (const [index, it] of contents.entries()) {
    await cache.write(digestOf(it), it);
    utimesSync(pathOf(digestOf(it)), index, index);
  }
  const [first, second, third] = contents.map((it) => digestOf(it)) as [Digest, Digest, Digest];
  expect(await cache.read(first)).toBeDefined();
  await cache.write(digest, bytes);
  expect(await cache.read(second)).toBeUndefined();
  for (const kept of [first, third, digest]) expect(await cache.read(kept)).toBeDefined();
});

test('counts what another process put there', async () => {
  const one = open(2500);
  const two = open(2500);
  const contents = [1, 2, 3, 4].map((byte) => Buffer.alloc(1000, byte));
  for (const [index, it] of contents.entries()) await (index % 2 ? one : two).write(digestOf(it), it);
  await open(2500).write(digest, bytes);
  const kept = await Promise.all(contents.map((it) => open().read(digestOf(it))));
  expect(kept.filter((it) => it)).toHaveLength(2);
});

test('keeps nothing that is larger than 4 MiB, or than all of it may be', async () => {
  const large = Buffer.alloc(4 * 1024 * 1024 + 1);
  await open(1e9).write(digestOf(large), large);
  expect(await open().read(digestOf(large))).toBeUndefined();
  await open(5).write(digest, bytes);
  expect(await open().read(digest)).toBeUndefined();
});

test('removes what a process that was killed left behind, and not what another is writing', async () => {
  mkdirSync(join(folder, 'temporary'));
  for (const name of ['old', 'new']) writeFileSync(join(folder, 'temporary', name), 'half');
  const twoHoursAgo = Date.now() / 1000 - 7200;
  utimesSync(join(folder, 'temporary', 'old'), twoHoursAgo, twoHoursAgo);
  await open().write(digest, bytes);
  expect(readdirSync(join(folder, 'temporary'))).toEqual(['new']);
});

test('does without a folder that cannot be written', async () => {
  writeFileSync(join(folder, 'file'), '');
  const cache = createContentCache({ folder: join(folder, 'file'), maxBytes: 1e6 });
  await cache.write(digest, bytes);
  expect(await cache.read(digest)).toBeUndefined();
});

test('keeps to its size when many write at the same time', async () => {
  const cache = open(10_000);
  const contents = Array.from({ length: 30 }, (_, index) => Buffer.alloc(1000, index));
  await Promise.all(contents.map((it) => cache.write(digestOf(it), it)));
  const kept = await Promise.all(contents.map((it) => cache.read(digestOf(it))));
  const count = kept.filter((it) => it).length;
  expect(count).toBeGreaterThanOrEqual(8);
  expect(count).toBeLessThanOrEqual(10);
});

test('is whole when several write the same at the same time', async () => {
  await Promise.all(Array.from({ length: 20 }, () => open().write(digest, bytes)));
  expect(await open().read(digest)).toEqual(bytes);
  expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
});

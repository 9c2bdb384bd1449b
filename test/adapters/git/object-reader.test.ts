import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import type { GitChild } from '../../../src/adapters/git/git-process.ts';
import { createObjectReader, ReaderStopped } from '../../../src/adapters/git/object-reader.ts';

const idOf = (index: number) => `${index}`.padStart(40, 'a');

/** A process that is nothing but its two ends. */
function fakeChild() {
  const events = new EventEmitter();
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const close = () => events.emit('close', 0);
  stdin.on('finish', close);
  return { child: Object.assign(events, { stdin, stdout, kill: close }) as unknown as GitChild, stdout, close };
}

const contents = fc.array(fc.option(fc.uint8Array({ maxLength: 200 }), { nil: undefined }), { maxLength: 12 });

property.prop([contents, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 })])(
  'answers are told apart however the output is cut into pieces',
  async (objects, sizes) => {
    const { child, stdout } = fakeChild();
    const reader = createObjectReader(() => child);
    const asked = objects.map((_, index) =>
      index % 3 === 2 ? reader.info(idOf(index)) : reader.contents(idOf(index)),
    );
    const output = Buffer.concat(
      objects.map((bytes, index) => {
        if (!bytes) return Buffer.from(`${idOf(index)} missing\n`);
        const header = Buffer.from(`${idOf(index)} blob ${bytes.length}\n`);
        return index % 3 === 2 ? header : Buffer.concat([header, bytes, Buffer.from('\n')]);
      }),
    );
    for (let at = 0, turn = 0; at < output.length; turn++) {
      const size = sizes[turn % sizes.length] ?? 1;
      stdout.write(output.subarray(at, at + size));
      at += size;
    }
    const answers = await Promise.all(asked);
    expect(answers).toEqual(
      objects.map((bytes, index) => {
        if (!bytes) return undefined;
        const common = { id: idOf(index), type: 'blob' };
        return index % 3 === 2
          ? { ...common, size: bytes.length }
          : { ...common, size: bytes.length, bytes: Buffer.from(bytes) };
      }),
    );
    await reader.stop();
  },
);

test('a process that ends early fails what was asked, and the next question starts another', async () => {
  const children = [fakeChild(), fakeChild()];
  let started = 0;
  const reader = createObjectReader(() => {
    const next = children[started++];
    if (!next) throw new Error('too many');
    return next.child;
  });
  const asked = reader.info(idOf(1));
  children[0]?.close();
  await expect(asked).rejects.toThrow(ReaderStopped);
  const again = reader.info(idOf(1));
  children[1]?.stdout.write(`${idOf(1)} missing\n`);
  expect(await again).toBeUndefined();
  expect(started).toBe(2);
  await reader.stop();
});

test('output that makes no sense ends the process', async () => {
  const { child, stdout } = fakeChild();
  const reader = createObjectReader(() => child);
  const asked = reader.info(idOf(1));
  stdout.write('warning: what is this\n');
  await expect(asked).rejects.toThrow(ReaderStopped);
});

import { pipeline } from 'node:stream/promises';
import { createGunzip, gunzipSync } from 'node:zlib';
import { Refusal } from '../trust/reason.ts';

/** @returns Whether `bytes` begin like gzip data. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Unpacks gzip data as it arrives.
 *
 * @throws {Refusal} While it is iterated: `malformed`, or `too-large` beyond `maxBytes` unpacked bytes.
 */
export async function* gunzip(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, void> {
  const unpacked = createGunzip();
  const feeding = pipeline(source, unpacked);
  // Its error reaches the reader through `unpacked`; nobody may be listening here when the reader stops early.
  feeding.catch(() => {});
  let length = 0;
  try {
    for await (const chunk of unpacked) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      yield chunk;
    }
  } catch (error) {
    throw isZlibError(error) ? badGzip(error) : error;
  } finally {
    unpacked.destroy();
  }
}

/** Unpacks gzip data at hand. @throws {Refusal} As {@link gunzip}. */
export function gunzipBytes(bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(maxBytes);
    throw isZlibError(error) ? badGzip(error) : error;
  }
}

const tooLarge = (maxBytes: number): Refusal =>
  new Refusal('too-large', `the unpacked data is larger than ${maxBytes} bytes`);

const badGzip = (error: Error): Refusal => new Refusal('malformed', `the gzip data is broken: ${error.message}`);

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

/** Passes the chunks on, unpacked when they begin like gzip data. @throws {Refusal} As {@link gunzip}. */
export async function* unpackIfGzip(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, void> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  while (head.length < 2) {
    const next = await iterator.next();
    if (next.done) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield head;
      yield* { [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) };
    } finally {
      await iterator.return?.();
    }
  }
  yield* isGzip(head) ? gunzip(all(), maxBytes) : all();
}

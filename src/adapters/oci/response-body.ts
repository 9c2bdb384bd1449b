import type { Dispatcher } from 'undici';
import type { Allowance } from './allowance.ts';
import type { Response, WholeBody } from './exchange.ts';
import { type Asked, Interrupted, registryFailure, translateError } from './registry-failure.ts';
import type { RegistryLimits } from './registry-limits.ts';

type Body = Dispatcher.ResponseData['body'];

interface Guard {
  readonly asked: Asked;
  readonly limits: RegistryLimits;
  /** In milliseconds. */
  now(): number;
}

/** Passes a body on while it comes fast enough. Only waiting for the server counts, not what is done with the bytes. */
export async function* guardBody(body: Body, { asked, limits, now }: Guard): AsyncGenerator<Uint8Array, void, void> {
  const iterator: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  const checkSpeed = createSpeedCheck(asked, limits);
  try {
    for (;;) {
      const before = now();
      const next = await iterator.next();
      if (next.done) return;
      checkSpeed(next.value.length, now() - before);
      yield next.value;
    }
  } catch (error) {
    throw translateError(error, asked);
  } finally {
    if (!body.readableEnded) body.destroy();
  }
}

/** @returns A function that is told of each part of a body and how long it was waited for. */
function createSpeedCheck(asked: Asked, limits: RegistryLimits) {
  let waited = 0;
  let waitedInAll = 0;
  let bytes = 0;
  return (length: number, milliseconds: number): void => {
    waited += milliseconds;
    waitedInAll += milliseconds;
    bytes += length;
    if (waitedInAll > limits.streamSeconds * 1000)
      throw registryFailure(asked, `takes more than ${limits.streamSeconds} s`);
    if (waited < limits.throughputSeconds * 1000) return;
    if (bytes < limits.minThroughput * limits.throughputSeconds) throw tooSlow(asked, bytes, waited);
    waited = 0;
    bytes = 0;
  };
}

function tooSlow(asked: Asked, bytes: number, waited: number) {
  return registryFailure(asked, `sends too slowly: ${bytes} bytes in ${Math.round(waited / 1000)} s`);
}

const maxDiscarded = 64 * 1024;
const discardMilliseconds = 2000;

/** Reads the rest of a small body, so that its connection serves on; the connection of another one is closed. */
export async function discard(body: Body): Promise<void> {
  if (body.destroyed || body.readableEnded) return;
  try {
    await body.dump({ limit: maxDiscarded, signal: AbortSignal.timeout(discardMilliseconds) });
  } catch {
    body.destroy();
  }
}

export interface Reading {
  readonly readSeconds: number;
  /** In milliseconds. */
  now(): number;
  /** Bytes that may be in memory at the same time. */
  readonly buffers: Allowance;
}

/**
 * Reads a body into memory, no further than `maxBytes`.
 *
 * @throws {Interrupted} When it breaks off.
 * @throws {Failure} When it takes too long.
 */
export async function readBody(
  response: Response,
  maxBytes: number,
  { readSeconds, now, buffers }: Reading,
): Promise<WholeBody> {
  const { contentLength, asked } = response;
  if (contentLength !== undefined && contentLength > maxBytes) return { kind: 'too-large', size: contentLength };
  using _bytes = await buffers.acquire(contentLength ?? maxBytes);
  const end = now() + readSeconds * 1000;
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.chunks()) {
    length += chunk.length;
    if (length > maxBytes) return { kind: 'too-large', size: length };
    if (now() > end) throw registryFailure(asked, `took longer than ${readSeconds} s to send one answer`);
    parts.push(chunk);
  }
  if (contentLength !== undefined && length !== contentLength && asked.method !== 'HEAD') {
    throw new Interrupted(`sent ${length} of ${contentLength} bytes`);
  }
  return { kind: 'read', bytes: Buffer.concat(parts) };
}

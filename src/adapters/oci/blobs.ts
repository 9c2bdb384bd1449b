import { Refusal } from '../../core/trust/reason.ts';
import type { Presence, ReadProblem, ReadResult } from '../../ports/component-repository.ts';
import { checkFound, isPage, unexpected } from './answers.ts';
import type { Response } from './exchange.ts';
import { fits, hashFor, isDigestOf } from './hashing.ts';
import type { Named } from './names.ts';
import { Interrupted, registryFailure } from './registry-failure.ts';
import type { RegistryLimits } from './registry-limits.ts';
import type { Requests } from './requests.ts';
import type { Transport } from './transport.ts';

export interface BlobReading {
  readonly transport: Transport;
  readonly requests: Requests;
  readonly limits: RegistryLimits;
}

const wanted = 'a blob';

const requestOf = ({ repository, digest }: Named, method: 'GET' | 'HEAD' = 'GET') =>
  ({ method, path: `/v2/${repository}/blobs/${digest}`, repository, followRedirects: true }) as const;

/** Reads a blob into memory and checks its digest. @throws {Failure} `registry-unreachable` */
export async function readBlob(blob: Named, maxBytes: number, reading: BlobReading): Promise<ReadResult> {
  const { transport, requests } = reading;
  const request = requestOf(blob);
  return await transport.retry(requests.describe(request), async () => {
    await using response = await requests.ask(request);
    checkFound(response, wanted);
    if (response.status === 404) return { kind: 'missing' };
    const body = await transport.read(response, maxBytes);
    if (body.kind === 'too-large') return body;
    if (isDigestOf(blob.digest, body.bytes)) return body;
    if (isPage(response)) throw unexpected(response, wanted);
    return { kind: 'corrupt' };
  });
}

/**
 * Proves that a blob is there by the registry's word. A registry that does not tell its size is asked for the bytes.
 *
 * @throws {Failure} `registry-unreachable`
 */
export async function proveBlob(blob: Named, reading: BlobReading): Promise<Presence | ReadProblem> {
  const { transport, requests } = reading;
  const request = requestOf(blob, 'HEAD');
  const told = await transport.retry(requests.describe(request), async () => {
    await using response = await requests.ask(request);
    const { status, contentLength } = response;
    if (status === 404 && !isPage(response)) return 'missing';
    return status === 200 && !isPage(response) ? contentLength : undefined;
  });
  if (told === 'missing') return { kind: 'missing' };
  return told === undefined ? await readThrough(blob, reading) : { kind: 'present', size: told, read: false };
}

async function readThrough(blob: Named, reading: BlobReading): Promise<Presence | ReadProblem> {
  let size = 0;
  try {
    for await (const { length } of streamBlob(blob, reading)) {
      size += length;
      if (size > reading.limits.provenBytes) return { kind: 'too-large', size };
    }
    return { kind: 'present', size, read: true };
  } catch (error) {
    if (error instanceof Refusal && error.code === 'blob-missing') return { kind: 'missing' };
    if (error instanceof Refusal && error.code === 'digest-mismatch') return { kind: 'corrupt' };
    throw error;
  }
}

/**
 * Reads a blob as it comes. What breaks off is begun anew only as long as nothing of it was handed on. It holds one of the
 * connections until it was read or left, so whoever reads it asks for nothing else meanwhile.
 *
 * @throws {Refusal} `blob-missing`; `digest-mismatch` after the last byte.
 * @throws {Failure} `registry-unreachable`
 */
export async function* streamBlob(
  blob: Named,
  { transport, requests }: BlobReading,
): AsyncGenerator<Uint8Array, void, void> {
  const request = requestOf(blob);
  const asked = requests.describe(request);
  const begun = await transport.retry(asked, async () => begin(await requests.ask(request), blob));
  await using response = begun.response;
  const hash = hashFor(blob.digest);
  let length = 0;
  try {
    for (let next = begun.first; !next.done; next = await begun.chunks.next()) {
      hash.update(next.value);
      length += next.value.length;
      yield next.value;
    }
  } catch (error) {
    throw error instanceof Interrupted
      ? registryFailure(asked, `${error.message} after ${length} bytes`, { cause: error })
      : error;
  } finally {
    await begun.chunks.return?.();
  }
  if (fits(blob.digest, hash)) return;
  if (isPage(response)) throw unexpected(response, wanted);
  throw new Refusal('digest-mismatch', `the registry has other bytes under ${blob.digest}`);
}

/** Waits for the first bytes: until then another attempt does no harm. */
async function begin(response: Response, { digest, repository }: Named) {
  try {
    checkFound(response, wanted);
    if (response.status === 404) throw new Refusal('blob-missing', `${digest} is not in ${repository}`);
    const chunks = response.chunks()[Symbol.asyncIterator]();
    return { response, chunks, first: await chunks.next() };
  } catch (error) {
    await response[Symbol.asyncDispose]();
    throw error;
  }
}

import { isMapping } from '../../core/component/mapping.ts';
import {
  imageIndexType,
  imageManifestType,
  isManifestType,
  maxManifestBytes,
} from '../../core/component/oci-manifest.ts';
import { type Digest, digestOf, parseDigest } from '../../core/digest.ts';
import { parseStrictJson } from '../../core/document/strict-json.ts';
import { Refusal } from '../../core/trust/reason.ts';
import type { ReadResult } from '../../ports/component-repository.ts';
import { checkFound, isPage, unexpected } from './answers.ts';
import { mediaTypeOf, type Response } from './exchange.ts';
import { isDigestOf } from './hashing.ts';
import type { Named } from './names.ts';
import { registryFailure } from './registry-failure.ts';
import type { Requests } from './requests.ts';
import type { Transport } from './transport.ts';

const accept = [
  imageManifestType,
  imageIndexType,
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

interface Reading {
  readonly transport: Transport;
  readonly requests: Requests;
}

interface Fetched {
  readonly kind: 'read';
  readonly bytes: Uint8Array;
  /** Whether the registry states another digest than the bytes have: then one of both is not what it has. */
  readonly contradicted: boolean;
}

type NotFetched = { readonly kind: 'missing' } | { readonly kind: 'too-large'; readonly size: number };

/**
 * Reads a manifest by its digest.
 *
 * @throws {Failure} `registry-unreachable`
 * @throws {Refusal} `malformed` when the registry calls it another kind of manifest than it says itself.
 */
export async function readManifest(
  { repository, digest, maxBytes }: Named & { readonly maxBytes: number },
  reading: Reading,
): Promise<ReadResult> {
  const fetched = await fetchManifest({ repository, reference: digest, maxBytes }, reading);
  if (fetched.kind !== 'read') return fetched;
  if (fetched.contradicted || !isDigestOf(digest, fetched.bytes)) return { kind: 'corrupt' };
  return { kind: 'read', bytes: fetched.bytes };
}

export interface TaggedManifest {
  /** Computed from the bytes. */
  readonly digest: Digest;
  /** What reading the manifest by this digest would give. */
  readonly result: ReadResult;
}

/**
 * Reads the manifest that a tag names.
 *
 * @returns `undefined` when there is no such tag.
 * @throws {Failure} `registry-unreachable` or `registry-denied`.
 * @throws {Refusal} As {@link readManifest}; `too-large` when it is larger than a manifest may be.
 */
export async function readTagged(
  { repository, tag }: { readonly repository: string; readonly tag: string },
  reading: Reading,
): Promise<TaggedManifest | undefined> {
  const fetched = await fetchManifest({ repository, reference: tag, maxBytes: maxManifestBytes }, reading);
  switch (fetched.kind) {
    case 'missing':
      return undefined;
    case 'too-large':
      throw new Refusal('too-large', `the manifest ${repository}:${tag} is larger than ${maxManifestBytes} bytes`);
    case 'read': {
      const { bytes, contradicted } = fetched;
      return { digest: digestOf(bytes), result: contradicted ? { kind: 'corrupt' } : { kind: 'read', bytes } };
    }
  }
}

interface Wanted {
  readonly repository: string;
  /** Tag or digest. */
  readonly reference: string;
  readonly maxBytes: number;
}

async function fetchManifest(
  { repository, reference, maxBytes }: Wanted,
  { transport, requests }: Reading,
): Promise<Fetched | NotFetched> {
  const request = { method: 'GET', path: `/v2/${repository}/manifests/${reference}` } as const;
  return await transport.retry(requests.describe(request), async () => {
    await using response = await requests.ask({ ...request, repository, accept, followRedirects: true });
    checkFound(response, 'a manifest');
    if (response.status === 404) return { kind: 'missing' };
    const body = await transport.read(response, maxBytes);
    if (body.kind === 'too-large') return body;
    const { bytes } = body;
    if (bytes.length === 0) throw registryFailure(response.asked, 'answered with nothing instead of a manifest');
    if (isPage(response)) throw unexpected(response, 'a manifest');
    checkMediaType(response, bytes);
    return { kind: 'read', bytes, contradicted: contradicts(response.header('docker-content-digest'), bytes) };
  });
}

function contradicts(stated: string | undefined, bytes: Uint8Array): boolean {
  if (stated === undefined) return false;
  const digest = parseDigest(stated);
  return !digest || !isDigestOf(digest, bytes);
}

/**
 * Clients take a manifest for what the header says, so a manifest that says something else itself is two things at once.
 *
 * @see CVE-2021-41190
 */
function checkMediaType(response: Response, bytes: Uint8Array): void {
  const type = mediaTypeOf(response);
  if (!isManifestType(type)) return;
  const json = parseStrictJson(bytes);
  const own = json.kind === 'parsed' && isMapping(json.value) ? json.value.mediaType : undefined;
  if (typeof own === 'string' && own !== type) {
    throw new Refusal('malformed', `the registry calls a manifest ${type} that calls itself ${JSON.stringify(own)}`);
  }
}

import { gunzipBytes, isGzip } from '../core/archive/gunzip.ts';
import { readAll } from '../core/archive/tar.ts';
import { type AccessReference, parseArtifactReference, readAccess } from '../core/component/access.ts';
import type { ResourceContent } from '../core/component/collected-version.ts';
import type { Resource } from '../core/component/component-descriptor.ts';
import type { ComponentName } from '../core/component/component-name.ts';
import { proveArtifact } from '../core/component/oci-artifact.ts';
import { maxManifestBytes } from '../core/component/oci-manifest.ts';
import type { Digest } from '../core/digest.ts';
import { Failure } from '../core/failure.ts';
import { isArtifactSetType, readArtifactSet } from '../core/trust/artifact-set.ts';
import { nodeHashOf } from '../core/trust/component-digest.ts';
import { hashOf } from '../core/trust/hash-of.ts';
import { type Problem, Refusal } from '../core/trust/reason.ts';
import { type DigestRule, readDigestRule } from '../core/trust/resource-digest.ts';
import type { ArtifactResult, ComponentRepository } from '../ports/component-repository.ts';
import type { ReadVersion } from './read-component-version.ts';
import { proveContent, readContent } from './read-content.ts';

/** Local blobs up to this size are fetched whole to prove them. */
const maxFetchedBytes = 256 * 1024;

export interface ResourceReading {
  readonly repository: ComponentRepository;
  readonly component: ComponentName;
  readonly version: ReadVersion;
  /** Bytes that an archive of an OCI artifact may have unpacked. */
  readonly maxUnpackedBytes: number;
}

/** Finds out what a resource's content is, without keeping it. What is wrong with it is part of the result. */
export async function readResource(reading: ResourceReading, resource: Resource): Promise<ResourceContent> {
  const access = readAccess(resource.access);
  const rule = readDigestRule(resource.digest);
  if (rule.kind === 'problem') return { kind: 'not-read' };
  try {
    switch (access.kind) {
      case 'none':
        return { kind: 'not-read' };
      case 'broken':
        return { kind: 'problems', problems: [{ code: 'malformed', message: access.message }] };
      case 'elsewhere':
        return unreachable(reading, `access of type ${access.type}`);
      case 'artifact':
        return await findReferenced(reading, access.reference);
      case 'local':
        return await readLocal(reading, rule, access);
    }
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'problems', problems: [error.problem] };
    throw error;
  }
}

async function findReferenced(reading: ResourceReading, reference: AccessReference): Promise<ResourceContent> {
  const found = await findArtifact(reading.repository, reference);
  if ('code' in found) return { kind: 'problems', problems: [found] };
  switch (found.kind) {
    case 'present':
      return { kind: 'artifact', digest: found.digest, read: found.read };
    case 'missing': {
      const message = `${reference.text} is not in ${reading.repository.name}`;
      return { kind: 'problems', problems: [{ code: 'resource-missing', message }] };
    }
    case 'incomplete':
      return { kind: 'problems', problems: found.problems };
    case 'outside':
      return unreachable(reading, reference.text, parseArtifactReference(reference.text)?.digest);
  }
}

/** What the registry does not let the bot read is a finding about the resource that names it, whoever wrote it there. */
async function findArtifact(
  repository: ComponentRepository,
  reference: AccessReference,
): Promise<ArtifactResult | Problem> {
  try {
    return await repository.findArtifact(reference);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'registry-denied') throw error;
    return { code: 'resource-unreachable', message: `${reference.text} may not be read: ${error.message}` };
  }
}

function unreachable({ repository }: ResourceReading, where: string, pinned?: Digest): ResourceContent {
  const code = repository.registry === undefined ? 'resource-unreachable' : 'leaves-the-registry';
  return { kind: 'unreachable', code, where, ...(pinned && { pinned }) };
}

type Rule = Extract<DigestRule, { kind: 'rule' }>;

interface LocalBlob {
  readonly digests: readonly Digest[];
  readonly mediaType: string;
}

async function readLocal(reading: ResourceReading, rule: Rule, blob: LocalBlob): Promise<ResourceContent> {
  const { repository, component, version } = reading;
  const [first, second] = blob.digests;
  if (first && !second && version.siblings.has(first)) {
    const { problems, read } = await proveArtifact(first, {
      readManifest: (digest) =>
        readContent(repository, component, { digest, kind: 'manifest', maxBytes: maxManifestBytes }),
      prove: (digest) => proveContent(repository, component, digest),
    });
    return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'artifact', digest: first, read };
  }
  const stray = blob.digests.filter((it) => !version.layers.has(it));
  if (stray.length > 0) return { kind: 'problems', problems: stray.map(notNamed) };
  const { problems, read } = await proveBlobs(reading, blob.digests);
  if (problems.length > 0) return { kind: 'problems', problems };
  const hashed = await hashLocal(reading, rule, blob.digests);
  const inspect = rule.over === 'artifact' || (hashed.hash !== rule.value && isArtifactSetType(blob.mediaType));
  const artifact = inspect ? { artifact: await inspectArtifact(reading, blob.digests) } : {};
  return { kind: 'blob', hash: hashed.hash, read: read || hashed.read, ...artifact };
}

/** Registries delete blobs that no manifest names. */
function notNamed(digest: Digest): Problem {
  return { code: 'blob-missing', message: `${digest} is not named by the manifest of the component version` };
}

/** A blob in several parts may lack several of them. */
async function proveBlobs(reading: ResourceReading, digests: readonly Digest[]) {
  const { version } = reading;
  const problems: Problem[] = [];
  let read = true;
  for (const digest of digests) {
    try {
      const stated = version.layers.get(digest)?.size;
      const found = await findBlob(reading, digest, stated);
      if (stated !== undefined && found.size !== stated)
        throw new Refusal('size-mismatch', `${digest} is stated with ${stated} bytes and has ${found.size}`);
      read &&= found.read;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(error.problem);
    }
  }
  return { problems, read };
}

/** Fetching a small blob takes no more than asking for it, and proves its bytes as well. */
async function findBlob({ repository, component }: ResourceReading, digest: Digest, stated: number | undefined) {
  if (stated === undefined || stated > maxFetchedBytes) return proveContent(repository, component, digest);
  const bytes = await readContent(repository, component, { digest, kind: 'blob', maxBytes: maxFetchedBytes });
  return { size: bytes.length, read: true };
}

/** The digest of a single blob is its hash already, when the algorithm is the same. */
async function hashLocal(reading: ResourceReading, rule: Rule, digests: readonly Digest[]) {
  const algorithm = nodeHashOf(rule.hash);
  const [first, second] = digests;
  if (first?.startsWith(`${algorithm}:`) && !second) {
    return { hash: first.slice(algorithm.length + 1), read: false };
  }
  return { hash: await hashOf(streamLocal(reading, digests), algorithm), read: true };
}

async function inspectArtifact(reading: ResourceReading, digests: readonly Digest[]): Promise<Digest | Problem> {
  try {
    return await readArtifactSet(streamLocal(reading, digests), reading.maxUnpackedBytes);
  } catch (error) {
    if (error instanceof Refusal) return error.problem;
    throw error;
  }
}

async function* streamLocal(
  { repository, component }: ResourceReading,
  digests: readonly Digest[],
): AsyncGenerator<Uint8Array, void, void> {
  for (const digest of digests) yield* repository.stream(component, digest);
}

/**
 * Reads the bytes of a resource whose content was found to have its digest, unpacked when they are gzip data.
 *
 * @throws {Refusal} `too-large` beyond `maxBytes`, packed or unpacked.
 */
export async function readResourceBytes(
  reading: ResourceReading,
  resource: Resource,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const access = readAccess(resource.access);
  if (access.kind !== 'local') return undefined;
  const bytes = await readAll(streamLocal(reading, access.digests), maxBytes, `resource ${resource.name}`);
  return isGzip(bytes) ? gunzipBytes(bytes, maxBytes) : bytes;
}

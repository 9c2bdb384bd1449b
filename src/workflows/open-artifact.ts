import { readAll } from '../core/archive/tar.ts';
import { readAccess } from '../core/component/access.ts';
import type { Resource } from '../core/component/component-descriptor.ts';
import { isManifestType } from '../core/component/oci-manifest.ts';
import { type Digest, parseDigest } from '../core/digest.ts';
import { isArtifactSetType, unpackArtifactSet } from '../core/trust/artifact-set.ts';
import { nodeHashOf } from '../core/trust/component-digest.ts';
import { readDigestRule } from '../core/trust/resource-digest.ts';
import type { ComponentRepository, ReadResult, WantedContent } from '../ports/component-repository.ts';
import type { PlacedResource } from './differing-resources.ts';

/** An OCI artifact whose main manifest has the digest of the component descriptor, or lies in a blob that has it. */
export interface OpenArtifact {
  readonly main: Digest;
  /** @returns A part of it with the digest that it is asked for; `undefined` when it is not there, or larger than wanted. */
  read(wanted: WantedContent): Promise<Uint8Array | undefined>;
}

/** Archives of artifacts have to be read as a whole to find the manifests in them. */
const maxPackedBytes = 8 * 1024 * 1024;
const maxUnpackedBytes = 16 * 1024 * 1024;

/** @returns Whether a resource's content is an OCI artifact, as its access says. */
export function isArtifact({ access }: Resource): boolean {
  const target = readAccess(access);
  if (target.kind === 'artifact') return true;
  return target.kind === 'local' && (isManifestType(target.mediaType) || isArtifactSetType(target.mediaType));
}

/**
 * Opens the OCI artifact that a resource is, where it lies in the repository. Nothing is read of one in a registry yet.
 *
 * @returns `undefined` when it is none, is not what is signed, or is an archive of more than 8 MiB.
 * @throws {Refusal} When an archive is broken.
 */
export async function openArtifact(
  repository: ComponentRepository,
  { component, resource, size }: PlacedResource,
): Promise<OpenArtifact | undefined> {
  const signed = signedDigestOf(resource);
  const target = readAccess(resource.access);
  if (!signed) return undefined;
  if (target.kind === 'artifact') {
    return { main: signed, read: async (wanted) => bytesOf(await repository.readReferenced(target.reference, wanted)) };
  }
  if (target.kind !== 'local' || target.digests.length !== 1) return undefined;
  const [stored] = target.digests;
  if (stored === signed && isManifestType(target.mediaType)) {
    return { main: signed, read: async (wanted) => bytesOf(await repository.read(component, wanted.digest, wanted)) };
  }
  if (!stored || !isArtifactSetType(target.mediaType) || (size ?? 0) > maxPackedBytes) return undefined;
  const bytes = await readAll(repository.stream(component, stored), maxPackedBytes, `resource ${resource.name}`);
  return openSet(bytes, { signed, stored });
}

export function signedDigestOf({ digest }: Resource): Digest | undefined {
  const rule = readDigestRule(digest);
  return rule.kind === 'rule' ? parseDigest(`${nodeHashOf(rule.hash)}:${rule.value}`) : undefined;
}

interface SetDigests {
  readonly signed: Digest;
  /** Of the archive. */
  readonly stored: Digest;
}

async function openSet(packed: Uint8Array, { signed, stored }: SetDigests): Promise<OpenArtifact | undefined> {
  async function* source() {
    yield packed;
  }
  const { main, blobs } = await unpackArtifactSet(source(), maxUnpackedBytes, true);
  if (main !== signed && stored !== signed) return undefined;
  return {
    main,
    read: async ({ digest, maxBytes }) => {
      const bytes = blobs.get(digest);
      return bytes && bytes.length <= maxBytes ? bytes : undefined;
    },
  };
}

const bytesOf = (result: ReadResult): Uint8Array | undefined => (result.kind === 'read' ? result.bytes : undefined);

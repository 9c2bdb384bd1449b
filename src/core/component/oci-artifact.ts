import type { Digest } from '../digest.ts';
import { Refusal } from '../trust/reason.ts';
import { type ContentDescriptor, childrenOf, isManifestType, parseOciManifest } from './oci-manifest.ts';

/** How to get at the parts of an OCI artifact. Both throw a {@link Refusal} for a part that is missing or has other bytes. */
export interface ArtifactParts {
  readManifest(digest: Digest): Promise<Uint8Array>;
  /** @returns The part's size in bytes. */
  prove(digest: Digest): Promise<number>;
}

const maxParts = 4096;
const maxDepth = 4;

/**
 * Proves that an OCI artifact is whole: every manifest, config and layer that its main manifest leads to is there, with its digest
 * and size.
 *
 * @throws {Refusal} For the first part that is not.
 */
export async function proveArtifact(main: Digest, parts: ArtifactParts): Promise<void> {
  const seen = new Set<string>();

  async function proveManifest(digest: Digest, depth: number): Promise<number> {
    if (depth > maxDepth) throw new Refusal('too-large', `the artifact is nested more than ${maxDepth} levels deep`);
    const bytes = await parts.readManifest(digest);
    for (const child of childrenOf(parseOciManifest(bytes, `manifest ${digest}`))) {
      if (seen.has(child.digest) || isForeign(child)) continue;
      seen.add(child.digest);
      if (seen.size > maxParts) throw new Refusal('too-large', `the artifact has more than ${maxParts} parts`);
      await provePart(child, depth);
    }
    return bytes.length;
  }

  async function provePart({ mediaType, digest, size }: ContentDescriptor, depth: number): Promise<void> {
    const found = isManifestType(mediaType) ? await proveManifest(digest, depth + 1) : await parts.prove(digest);
    if (found !== size) throw new Refusal('size-mismatch', `${digest} is stated with ${size} bytes and has ${found}`);
  }

  await proveManifest(main, 1);
}

/** Layers that the law or a licence keeps at their vendor's (Windows base images). */
function isForeign({ mediaType }: ContentDescriptor): boolean {
  return /\.(?:nondistributable|foreign)\./.test(mediaType);
}

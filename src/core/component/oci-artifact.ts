import type { Digest } from '../digest.ts';
import { mapLimited } from '../map-limited.ts';
import { type Problem, Refusal } from '../trust/reason.ts';
import {
  type ContentDescriptor,
  childrenOf,
  imageManifestType,
  isManifestType,
  parseOciManifest,
} from './oci-manifest.ts';

/** How to get at the parts of an OCI artifact. Both throw a {@link Refusal} for a part that is missing or has other bytes. */
export interface ArtifactParts {
  readManifest(digest: Digest): Promise<Uint8Array>;
  /** @returns The part's size in bytes, and whether its bytes were read for that. */
  prove(digest: Digest): Promise<{ readonly size: number; readonly read: boolean }>;
}

/** What was found out about an OCI artifact. */
export interface ArtifactProof {
  /** Everything that is missing or wrong; empty when the artifact is whole. */
  readonly problems: readonly Problem[];
  /** Whether the bytes of every part were read. */
  readonly read: boolean;
}

const maxParts = 4096;
const maxDepth = 4;

/** Parts that are proved at the same time. */
const concurrency = 8;

type Part = Pick<ContentDescriptor, 'mediaType' | 'digest'> & { readonly size?: number };

/**
 * Proves that an OCI artifact is whole: every manifest, config and layer that its main manifest leads to is there, with its digest
 * and size. What is missing is found in full, so that it can be named to whoever transfers it.
 *
 * @throws What `parts` throws besides refusals.
 */
export async function proveArtifact(main: Digest, parts: ArtifactParts): Promise<ArtifactProof> {
  const top: Part = { mediaType: imageManifestType, digest: main };
  const seen = new Set([identityOf(top)]);
  const problems: Problem[] = [];
  let read = true;
  let level: readonly Part[] = [top];
  for (let depth = 1; level.length > 0; depth++) {
    const proofs = await mapLimited(level, concurrency, (part) => provePart(part, parts, depth));
    problems.push(...proofs.flatMap(({ problem }) => problem ?? []));
    read &&= proofs.every((it) => it.read);
    level = proofs
      .flatMap(({ children }) => children)
      .filter((part) => !seen.has(identityOf(part)) && seen.add(identityOf(part)));
    if (seen.size > maxParts) return { problems: [...problems, tooLarge(`has more than ${maxParts} parts`)], read };
  }
  return { problems, read };
}

interface PartProof {
  readonly children: readonly ContentDescriptor[];
  readonly read: boolean;
  readonly problem?: Problem;
}

async function provePart(part: Part, parts: ArtifactParts, depth: number): Promise<PartProof> {
  const { digest, size } = part;
  try {
    const { children, read, found } = await readPart(part, parts, depth);
    if (size === undefined || found === size) return { children, read };
    throw new Refusal('size-mismatch', `${digest} is stated with ${size} bytes and has ${found}`);
  } catch (error) {
    if (error instanceof Refusal) return { children: [], read: true, problem: error.problem };
    throw error;
  }
}

async function readPart({ mediaType, digest }: Part, parts: ArtifactParts, depth: number) {
  if (!isManifestType(mediaType)) {
    const { size, read } = await parts.prove(digest);
    return { children: [], read, found: size };
  }
  if (depth > maxDepth) throw new Refusal('too-large', `the artifact is nested more than ${maxDepth} levels deep`);
  const bytes = await parts.readManifest(digest);
  const children = childrenOf(parseOciManifest(bytes, `manifest ${digest}`));
  return { children: children.filter((it) => !foreignTypes.has(it.mediaType)), read: true, found: bytes.length };
}

/** A manifest that is also named as a plain blob must be followed all the same, and each stated size must be right. */
function identityOf({ mediaType, digest, size }: Part): string {
  return `${digest} ${size} ${isManifestType(mediaType) ? 'manifest' : 'blob'}`;
}

function tooLarge(message: string): Problem {
  return { code: 'too-large', message: `the artifact ${message}` };
}

/**
 * Layers that the law or a licence keeps at their vendor's (Windows base images).
 *
 * @see OCI image specification 1.1, layer.md, "Non-Distributable Layers"
 */
const foreignTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.layer.nondistributable.v1.tar',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
  'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
]);

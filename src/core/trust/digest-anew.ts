import type { CollectedVersion } from '../component/collected-version.ts';
import type { ComponentDescriptor, ComponentReference, ContentDigest } from '../component/component-descriptor.ts';
import { componentDigest, type HashAlgorithm } from './component-digest.ts';
import type { NormalisationAlgorithm } from './normalise.ts';

interface Algorithms {
  readonly normalisation: NormalisationAlgorithm;
  readonly hash: HashAlgorithm;
}

/**
 * Computes the digests of references that are of other algorithms than a signature anew, by those of the signature, to the last level.
 * The first library signs this form and stores the digests in the component descriptor, where the next signature by other algorithms
 * replaces them.
 *
 * @returns `undefined` when a reference has no digest, was not read, or leads back to itself.
 */
export function withDigestsAnew(collected: CollectedVersion, algorithms: Algorithms): ComponentDescriptor | undefined {
  return digestAnew(collected, algorithms, new Map());
}

/** @param known What was computed already; `undefined` for what is being computed further up. */
function digestAnew(
  { descriptor, references }: CollectedVersion,
  algorithms: Algorithms,
  known: Map<CollectedVersion, ContentDigest | undefined>,
): ComponentDescriptor | undefined {
  if (!descriptor) return undefined;
  const anew: ComponentReference[] = [];
  for (const [index, reference] of descriptor.references.entries()) {
    const found = references[index];
    if (!reference.digest || found?.kind !== 'collected') return undefined;
    const digest = isBy(algorithms, reference.digest) ? reference.digest : digestOnce(found.version, algorithms, known);
    if (!digest) return undefined;
    anew.push({ ...reference, digest });
  }
  return { ...descriptor, references: anew };
}

/** What is written by the signature's own algorithms is what was signed. */
function isBy({ normalisation, hash }: Algorithms, digest: ContentDigest): boolean {
  return digest.normalisationAlgorithm === normalisation && digest.hashAlgorithm === hash;
}

function digestOnce(
  version: CollectedVersion,
  algorithms: Algorithms,
  known: Map<CollectedVersion, ContentDigest | undefined>,
): ContentDigest | undefined {
  if (known.has(version)) return known.get(version);
  known.set(version, undefined);
  const descriptor = digestAnew(version, algorithms, known);
  const digest = descriptor && componentDigest(descriptor, algorithms.normalisation, algorithms.hash);
  known.set(version, digest);
  return digest;
}

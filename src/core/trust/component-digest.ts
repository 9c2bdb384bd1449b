import { createHash, timingSafeEqual } from 'node:crypto';
import type { ComponentDescriptor, ContentDigest } from '../component/component-descriptor.ts';
import { type NormalisationAlgorithm, normalise } from './normalise.ts';

/** The hash algorithms by their names in component descriptors, with Node's names. */
const hashes = { 'SHA-256': 'sha256', 'SHA-512': 'sha512' } as const;

export type HashAlgorithm = keyof typeof hashes;

/** @returns The algorithm, or `undefined` when it is not supported; old spellings such as `sha256` are not. */
export function parseHashAlgorithm(name: string): HashAlgorithm | undefined {
  return name === 'SHA-256' || name === 'SHA-512' ? name : undefined;
}

/** @returns The name of the algorithm in `node:crypto` and in OCI digests. */
export function nodeHashOf(algorithm: HashAlgorithm): 'sha256' | 'sha512' {
  return hashes[algorithm];
}

/** @returns The digest of the component descriptor's normal form. */
export function componentDigest(
  descriptor: ComponentDescriptor,
  normalisationAlgorithm: NormalisationAlgorithm,
  hashAlgorithm: HashAlgorithm,
): ContentDigest {
  const value = createHash(hashes[hashAlgorithm]).update(normalise(descriptor, normalisationAlgorithm)).digest('hex');
  return { hashAlgorithm, normalisationAlgorithm, value };
}

/**
 * The digest by which versions are told apart here, whatever they were signed over: two deliveries of one component version are
 * the same content exactly when it is equal.
 */
export function identityDigest(descriptor: ComponentDescriptor): ContentDigest {
  return componentDigest(descriptor, 'jsonNormalisation/v3', 'SHA-256');
}

/** One value has one spelling: an even number of lower-case hexadecimal digits. */
export function isHex(text: string): boolean {
  return /^(?:[0-9a-f]{2})+$/.test(text);
}

/** Compares without telling by its time where the difference lies. */
export function equalHex(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

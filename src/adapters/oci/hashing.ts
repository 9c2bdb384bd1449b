import { createHash, type Hash } from 'node:crypto';
import type { Digest } from '../../core/digest.ts';

/** @returns A hash of the algorithm that the digest is of. */
export function hashFor(digest: Digest): Hash {
  return createHash(digest.slice(0, digest.indexOf(':')));
}

/** Whether the hash of all bytes is that of the digest. Ends the hash. */
export function fits(digest: Digest, hash: Hash): boolean {
  return digest.endsWith(`:${hash.digest('hex')}`);
}

export function isDigestOf(digest: Digest, bytes: Uint8Array): boolean {
  return fits(digest, hashFor(digest).update(bytes));
}

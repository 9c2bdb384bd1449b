import { createHash } from 'node:crypto';
import type { Brand } from './brand.ts';

/** A content digest as the OCI image specification writes it, of one of the two registered algorithms. */
export type Digest = Brand<string, 'Digest'>;

const digestPattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/**
 * @returns The digest, or `undefined` when `text` is not lower-case `sha256:<hex>` or `sha512:<hex>` of the right length.
 * @see OCI image specification 1.1, descriptor.md, "Digests".
 */
export function parseDigest(text: string): Digest | undefined {
  return digestPattern.test(text) ? (text as Digest) : undefined;
}

/** @returns The SHA-256 digest of `bytes`; a string stands for its UTF-8 bytes. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
}

/** @returns The first twelve hexadecimal digits, as people compare digests. */
export function shortDigest(digest: string): string {
  return digest.replace(/^[^:]*:/, '').slice(0, 12);
}

/**
 * Digests a list of texts so that no two different lists share a digest: each part is preceded by its length in bytes, and the
 * whole by `domain` (a version goes into it when the parts change their meaning).
 */
export function digestOfParts(domain: string, parts: readonly string[]): Digest {
  const hash = createHash('sha256');
  for (const part of [domain, ...parts]) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return `sha256:${hash.digest('hex')}` as Digest;
}

import { createHash } from 'node:crypto';

/** @returns The hash of everything in `source`, in lower-case hexadecimal digits. */
export async function hashOf(source: AsyncIterable<Uint8Array>, algorithm: 'sha256' | 'sha512'): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of source) hash.update(chunk);
  return hash.digest('hex');
}

import { isMapping } from '../component/mapping.ts';
import type { Evidence } from './evidence.ts';

/** @returns The evidence as it lies beside the lock file: no time in it, so that the same proof gives the same bytes. */
export function printEvidenceFile(evidence: Evidence): string {
  return `${JSON.stringify(evidence, undefined, 2)}\n`;
}

/**
 * Reads the evidence of an installed version, for comparing resources in a pull request's text.
 *
 * @returns `undefined` when it is not as the bot wrote it: anybody may have edited the file, and nothing else depends on it.
 */
export function parseEvidenceFile(text: string): Evidence | undefined {
  try {
    const data: unknown = JSON.parse(text);
    return isMapping(data) && Array.isArray(data.resources) && data.resources.every(isResource)
      ? (data as unknown as Evidence)
      : undefined;
  } catch {
    return undefined;
  }
}

function isResource(data: unknown): boolean {
  if (!isMapping(data) || !isMapping(data.extraIdentity)) return false;
  const digest = data.digest === undefined || (isMapping(data.digest) && typeof data.digest.value === 'string');
  return digest && [data.name, data.version, data.type].every((it) => typeof it === 'string');
}

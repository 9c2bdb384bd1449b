import type { Evidence } from './evidence.ts';

/** @returns The evidence as it lies beside the lock file: no time in it, so that the same proof gives the same bytes. */
export function printEvidenceFile(evidence: Evidence): string {
  return `${JSON.stringify(evidence, undefined, 2)}\n`;
}

import { configurationFolder } from '../installation/places.ts';

/**
 * Takes the files that Consignee keeps for itself (lock and evidence) out of a unified diff: what is left is what runs
 * differently, and what a reviewer has to judge.
 */
export function reviewDiff(diff: string): string {
  const files = diff.split(/^(?=diff --git )/m);
  return files.filter((it) => !it.startsWith(`diff --git a/${configurationFolder}/lock/`)).join('');
}

import { type Digest, digestOfParts } from '../digest.ts';
import type { TemplateSet } from './template-set.ts';

/** @returns A digest over the names and texts of a set's files; where they came from does not count. */
export function digestOfSet({ files }: TemplateSet): Digest {
  const parts = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, { text }]) => [name, text]);
  return digestOfParts('consignee/templates/1', parts);
}

import type { Label } from '../component/component-descriptor.ts';
import { printCanonicalJson } from '../trust/canonical-json.ts';
import { type Comparable, type Difference, mapDifference, pairElements } from './element-pairs.ts';
import { printLine, printValue } from './label-text.ts';

export interface LabelFacts {
  /** As JSON in one line, cut at 200 characters. */
  readonly value: string;
  /** Whether it is part of what is signed. */
  readonly signed: boolean;
  readonly version?: string;
}

export type LabelWord = 'value' | 'signing' | 'version' | 'merge';

export type LabelDiff = { readonly name: string } & Difference<LabelFacts, LabelWord>;

/** @returns The labels that differ. Unsigned ones may share a name; then the equal ones belong together. */
export function diffLabels(before: readonly Label[], after: readonly Label[]): readonly LabelDiff[] {
  const pairs = pairElements(before.map(comparableLabel), after.map(comparableLabel));
  return pairs.flatMap((pair) => {
    if (pair.change === 'none') return [];
    const { name } = pair.change === 'removed' ? pair.before : pair.after;
    return [{ name: printLine(name), ...mapDifference(pair, factsOf) }];
  });
}

/** @returns Text that labels share exactly when nothing of them differs, in whatever order they stand. */
export function printLabels(labels: readonly Label[]): string {
  if (labels.length === 0) return '';
  const texts = labels.map((label) => JSON.stringify([label.name, comparableLabel(label).traits]));
  return JSON.stringify(texts.toSorted());
}

function comparableLabel(label: Label): Comparable<Label, LabelWord> {
  const { name, value, version = '', signing, merge = null } = label;
  return {
    element: label,
    identity: name,
    version,
    traits: [
      ['value', printCanonicalJson(value)],
      ['signing', signing ? 'signed' : ''],
      ['version', version],
      ['merge', printCanonicalJson(merge)],
    ],
  };
}

function factsOf({ value, version, signing }: Label): LabelFacts {
  return {
    value: printValue(value),
    signed: signing === true,
    ...(version !== undefined && { version: printLine(version) }),
  };
}

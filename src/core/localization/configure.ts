import type { Mapping } from '../component/mapping.ts';
import type { ConfigRules } from '../values/config-rules.ts';
import { mergeValues, valueAt } from '../values/merge-values.ts';
import { hasExpression, readRuleValue } from '../values/spiff.ts';
import { type FileNames, inFile, type Outcome, type Placement } from './placement.ts';

/** What one rule of configuration sets. */
export interface ConfiguredValue extends Placement {
  /** What it would set if people set nothing. */
  readonly byDefault: Outcome;
}

/** Works out what the rules of configuration set with people's values, as far as no expression has to be evaluated for it. */
export function configure(
  { configuration, defaults }: ConfigRules,
  values: Mapping,
  files: FileNames,
): readonly ConfiguredValue[] {
  const merged = mergeValues(defaults, values);
  return configuration.map(({ value, file, path }) => ({
    file,
    path,
    outcome: inFile(file, files, evaluate(value, merged)),
    byDefault: evaluate(value, defaults),
  }));
}

function evaluate(rule: unknown, values: Mapping): Outcome {
  const read = readRuleValue(rule);
  switch (read.kind) {
    case 'literal':
      return { kind: 'value', value: read.value };
    case 'expression':
      return { kind: 'computed', by: 'spiff' };
    case 'reference': {
      const value = valueAt(values, read.path);
      if (value === undefined) return { kind: 'fails', why: `nothing gives ${read.path.join('.')} a value` };
      return hasExpression(value) ? { kind: 'computed', by: 'spiff' } : { kind: 'value', value };
    }
  }
}

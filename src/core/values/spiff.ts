import { isMapping } from '../component/mapping.ts';

/** What can be told of a rule's value without evaluating it as spiff does. */
export type RuleValue =
  /** It stands as it is written. */
  | { readonly kind: 'literal'; readonly value: unknown }
  /** `(( a.b ))`: the value of a parameter. */
  | { readonly kind: 'reference'; readonly path: readonly string[] }
  /** Any other expression. */
  | { readonly kind: 'expression' };

const wholePattern = /^\(\(\s*([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)\s*\)\)$/;

/** Words that mean something else in spiff where a name could stand. */
const keywords: ReadonlySet<string> = new Set(
  'true false nil null none merge auto inject template temporary local default static_ips undefined'.split(' '),
);

/** @see https://github.com/mandelsoft/spiff: expressions stand in `(( ))`. */
export function readRuleValue(value: unknown): RuleValue {
  const [, name] = typeof value === 'string' ? (wholePattern.exec(value.trim()) ?? []) : [];
  const path = name?.split('.') ?? [];
  if (path.length > 0 && !keywords.has(path[0] ?? '')) return { kind: 'reference', path };
  return hasExpression(value) ? { kind: 'expression' } : { kind: 'literal', value };
}

/** @returns Whether spiff would evaluate something in it; people's values go through it as well. */
export function hasExpression(value: unknown): boolean {
  return textsIn(value).some((it) => it.includes('(('));
}

/** @returns Paths of all parameters that a rule's value may use: what looks like a name in an expression counts as one. */
export function namesIn(value: unknown): readonly (readonly string[])[] {
  const expressions = textsIn(value).filter((it) => it.includes('(('));
  return expressions.flatMap((it) =>
    [...it.matchAll(/[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*/g)].map(([name]) => name.split('.')),
  );
}

/** Keys too: spiff knows expressions in them. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isMapping(value) ? Object.entries(value).flatMap(([key, it]) => [key, ...textsIn(it)]) : [];
}

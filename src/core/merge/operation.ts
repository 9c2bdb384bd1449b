import { isMapping, type Mapping } from '../component/mapping.ts';
import { type ItemIdentity, identifyItem, indexOfItem, isList, isSameStep, type Path, type Step } from './step.ts';

/** One change that the new render brings, and people did not make. */
export type Operation =
  | { readonly kind: 'set'; readonly path: Path; readonly value: unknown }
  | { readonly kind: 'remove'; readonly path: Path }
  | {
      readonly kind: 'add';
      readonly path: Path;
      readonly value: unknown;
      /** What stands before it in the new render, nearest first, and what stands after it. */
      readonly after: readonly Step[];
      readonly before: readonly Step[];
    };

/** @returns The data with the change made; `undefined` where there is no such place in it. */
export function applyToData(data: unknown, operation: Operation, path: Path = operation.path): unknown {
  const [step, ...rest] = path;
  if (typeof step === 'string') return isMapping(data) ? inMapping(data, step, operation, rest) : undefined;
  return step !== undefined && isList(data) ? inList(data, step, operation, rest) : undefined;
}

function inList(data: readonly unknown[], step: ItemIdentity, operation: Operation, rest: Path): unknown {
  const index = indexOfItem(data, step);
  if (operation.kind === 'add' && rest.length === 0) {
    const steps = data.map((item) => identifyItem(item, step.fields));
    return index < 0 ? data.toSpliced(placeFor(operation, steps), 0, operation.value) : undefined;
  }
  if (index < 0) return undefined;
  if (rest.length === 0)
    return operation.kind === 'remove' ? data.toSpliced(index, 1) : data.with(index, operation.value);
  const inner = applyToData(data[index], operation, rest);
  return inner === undefined ? undefined : data.with(index, inner);
}

function inMapping(data: Mapping, key: string, operation: Operation, rest: Path): unknown {
  const there = Object.hasOwn(data, key);
  if (there === (operation.kind === 'add' && rest.length === 0)) return undefined;
  const others = Object.entries(data).filter(([name]) => name !== key);
  if (rest.length > 0) {
    const inner = applyToData(data[key], operation, rest);
    return inner === undefined ? undefined : asMapping([...others, [key, inner]]);
  }
  return asMapping(operation.kind === 'remove' ? others : [...others, [key, operation.value]]);
}

/** Without a prototype, as all data that is read: no key has a meaning of its own. */
function asMapping(entries: readonly (readonly [string, unknown])[]): Mapping {
  const mapping: Record<string, unknown> = Object.create(null);
  for (const [key, value] of entries) mapping[key] = value;
  return mapping;
}

/**
 * @param there What stands in the collection already.
 * @returns Before which of these it goes; their number for the end.
 */
export function placeFor(
  { after, before }: Extract<Operation, { kind: 'add' }>,
  there: readonly (Step | undefined)[],
): number {
  const indexOf = (step: Step) => there.findIndex((it) => it !== undefined && isSameStep(it, step));
  // Nearest first, and mostly there: lists may be long.
  for (const step of after) {
    const index = indexOf(step);
    if (index >= 0) return index + 1;
  }
  for (const step of before) {
    const index = indexOf(step);
    if (index >= 0) return index;
  }
  return there.length;
}

import { isMapping } from '../component/mapping.ts';
import { printFlow, printText } from '../template/print-yaml.ts';

/** One step into a document: a key of a mapping, or an item of a list by what it is called. */
export type Step = string | ItemIdentity;

/** Tells an item of a list from all others: the texts of these fields, in this order. */
export interface ItemIdentity {
  readonly fields: readonly string[];
  readonly texts: readonly string[];
}

export type Path = readonly Step[];

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export function isSameStep(one: Step, other: Step): boolean {
  return keyOf(one) === keyOf(other);
}

/** @returns A text that two steps share only when they are the same. */
export function keyOf(step: Step): string {
  return JSON.stringify(typeof step === 'string' ? step : [step.fields, step.texts]);
}

/** @returns Which item this is, by `fields`; `undefined` where one of them is no text. */
export function identifyItem(item: unknown, fields: readonly string[]): ItemIdentity | undefined {
  if (!isMapping(item)) return undefined;
  const texts = fields.map((field) => (Object.hasOwn(item, field) ? item[field] : undefined));
  return texts.every((it) => typeof it === 'string') ? { fields, texts } : undefined;
}

/** @returns Where the item stands in a list, or -1. */
export function indexOfItem(items: readonly unknown[], identity: ItemIdentity): number {
  return items.findIndex((item) => {
    const found = identifyItem(item, identity.fields);
    return found !== undefined && isSameStep(found, identity);
  });
}

/** @returns What stands at `path`, or `undefined`. */
export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    if (typeof step === 'string') value = isMapping(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    else value = isList(value) ? value[indexOfItem(value, step)] : undefined;
  }
  return value;
}

/** @returns `spec.verify[release].publicKey`, for people. */
export function printPath(path: Path): string {
  return path
    .map((step) => {
      if (typeof step !== 'string') return `[${step.texts.join(' ')}]`;
      return /^[\w-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    })
    .join('')
    .replace(/^\./, '');
}

/** @returns An entry or item as YAML in one line, for a place in braces or brackets. */
export function printInFlow(step: Step, value: unknown): string {
  const printed = printFlow(value, 'flow');
  return typeof step === 'string' ? `${printText(step, 'flow')}: ${printed}` : printed;
}

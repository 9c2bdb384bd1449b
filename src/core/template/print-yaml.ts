import { isMapping, type Mapping } from '../component/mapping.ts';
import { isAmbiguousScalar } from '../document/strict-yaml.ts';

/** What a reader of one of the two YAML versions takes for something else than a text; for `e0`, not all readers agree. */
const wordsOfYaml = /^(?:y|n|yes|no|on|off|true|false|null|e[-+]?[0-9_]+)$/i;

/** Begins with a letter, `/` or `./`, so it is no number, date, indicator or special float in any YAML version. */
const plainText = /^(?:\.?\/)?[A-Za-z](?:[\w./@+=-]|:(?=[\w./@+=-])| (?=[\w./@+=-]))*$/;

/**
 * Control characters, line separators, and characters that cannot be seen: YAML forbids some, and the others would hide what
 * is applied from those who read it. Fixed ranges, for the Unicode tables differ from machine to machine.
 */
const hidden =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff]|[\u{e0000}-\u{e0fff}]/gu;

/**
 * Prints a text so that YAML 1.1 and 1.2 read it back as the same text: as it is where that is safe, else in double quotes.
 *
 * @param text Well-formed: without half surrogate pairs.
 * @param within `flow` inside of brackets and braces, where a colon ends more than in a block.
 */
export function printText(text: string, within: 'block' | 'flow' = 'block'): string {
  const plain =
    plainText.test(text) &&
    !wordsOfYaml.test(text) &&
    !isAmbiguousScalar(text) &&
    !(within === 'flow' && text.includes(':'));
  return plain ? text : JSON.stringify(text).replace(hidden, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}

/** YAML 1.1 takes a number with an exponent for a text unless it has a point and a sign: `1e21` becomes `1.0e+21`. */
function printNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value);
  const text = String(value);
  const [digits = '', exponent] = (/[.e]/.test(text) ? text : value.toExponential()).split('e');
  if (exponent === undefined) return digits;
  return `${digits.includes('.') ? digits : `${digits}.0`}e${exponent}`;
}

type List = readonly unknown[];

const isList = (value: unknown): value is List => Array.isArray(value);

/** @returns Whether `value` has items of its own, so that it can be printed as lines. */
export function hasItems(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** Prints JSON data on one line, for any place in a YAML text. */
export function printFlow(value: unknown, within: 'block' | 'flow' = 'block'): string {
  if (isList(value)) return `[${value.map((it) => printFlow(it, 'flow')).join(', ')}]`;
  if (isMapping(value)) {
    const entries = Object.entries(value).map(([key, item]) => `${printText(key, 'flow')}: ${printFlow(item, 'flow')}`);
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  }
  if (typeof value === 'string') return printText(value, within);
  return typeof value === 'number' ? printNumber(value) : String(value);
}

/**
 * Prints JSON data in block style.
 *
 * @param indent Column of every line but the first, which is for the caller to place, counted from 0.
 * @returns Lines without a line break at the end; one line for a scalar and for what is empty.
 */
export function printBlock(value: unknown, indent: number, lineEnd = '\n'): string {
  if (!hasItems(value)) return printFlow(value);
  const separator = lineEnd + ' '.repeat(indent);
  if (isList(value)) return value.map((it) => `- ${printBlock(it, indent + 2, lineEnd)}`).join(separator);
  return Object.entries(value as Mapping)
    .map(([key, item]) => {
      const below = hasItems(item) ? lineEnd + ' '.repeat(indent + 2) : ' ';
      return `${printText(key)}:${below}${printBlock(item, indent + 2, lineEnd)}`;
    })
    .join(separator);
}

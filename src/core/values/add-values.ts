import { sameData } from '../template/json-data.ts';
import { printBlock } from '../template/print-yaml.ts';
import { findBlock, readValuesFile, type ValuesBlock } from './values-file.ts';

export type AddedValues =
  | {
      readonly kind: 'added' | 'unchanged';
      readonly text: string /** Names of the values. */;
      readonly added: readonly string[];
    }
  /** The file is not one that can be added to without guessing. `because` is a clause: "it has several documents". */
  | { readonly kind: 'left-alone'; readonly because: string };

type Values = Readonly<Record<string, unknown>>;

/**
 * Adds to a values file what an application's block does not have yet. The file belongs to people: what is there stays, byte
 * for byte and in its order, and only whole lines are added. (An empty block `{}`, which is also what this function writes when
 * there are no values, loses its braces.)
 *
 * @param text The file, or `undefined` when there is none.
 * @param key Top-level key of the block.
 * @param values By name. A name that is in the block counts as there, whatever its value.
 */
export function addMissingValues(text: string | undefined, key: string, values: Values): AddedValues {
  const file = readValuesFile(text ?? '');
  if (file.kind === 'left-alone') return { kind: 'left-alone', because: file.because };
  const before = text ?? '';
  const block = findBlock(file, key);
  if (block.kind === 'left-alone') return { kind: 'left-alone', because: block.because };
  const missing = block.kind === 'none' ? values : without(values, block.names);
  const names = Object.keys(missing);
  if (block.kind === 'block' && names.length === 0) return { kind: 'unchanged', text: before, added: [] };

  const lineEnd = before.includes('\r\n') ? '\r\n' : '\n';
  const candidates =
    block.kind === 'none'
      ? appended(before, { text: printBlock({ [key]: missing }, file.indent, lineEnd), indent: file.indent, lineEnd })
      : inserted(block, { text: printBlock(missing, block.indent, lineEnd), indent: block.indent, lineEnd });
  const wanted = { ...file.data, [key]: { ...(block.kind === 'block' ? block.data : {}), ...missing } };
  const good = candidates.find((it) => saysOnly(it, wanted));
  if (good !== undefined) return { kind: 'added', text: good, added: names };
  return { kind: 'left-alone', because: `adding to ${key} would change other values of the file` };
}

const without = (values: Values, names: readonly string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

function saysOnly(text: string, wanted: Values): boolean {
  const file = readValuesFile(text);
  return file.kind === 'file' && sameData(file.data, wanted);
}

interface Lines {
  /** Without indentation of the first line and without a line break at the end. */
  readonly text: string;
  readonly indent: number;
  readonly lineEnd: string;
}

/** At the end, after a blank line; without that where the file ends in a text that keeps its line breaks. */
function appended(before: string, lines: Lines): readonly string[] {
  const blank = before.trim() === '' || /(?:^|\n)[ \t]*\r?\n$/.test(before) ? '' : lines.lineEnd;
  return [insertAt(before, before.length, lines, blank), insertAt(before, before.length, lines)];
}

/** After the last line of the block; where that is a text that keeps its line breaks, after those. */
function inserted({ text, end, indent }: ValuesBlock, lines: Lines): readonly string[] {
  const visibleEnd = text.slice(0, end).trimEnd().length;
  return [afterLine(text, visibleEnd, indent), end].map((at) => insertAt(text, at, lines));
}

/** @returns The start of the line after the one of `offset`, and after the comments that follow it in the block. */
function afterLine(text: string, offset: number, indent: number): number {
  let at = nextLine(text, offset);
  while (/^ *#/.test(text.slice(at)) && text.slice(at).search('#') >= indent) at = nextLine(text, at);
  return at;
}

function nextLine(text: string, offset: number): number {
  const found = text.indexOf('\n', offset);
  return found < 0 ? text.length : found + 1;
}

function insertAt(before: string, at: number, { text, indent, lineEnd }: Lines, blank = ''): string {
  const head = before.slice(0, at);
  const ended = head === '' || head.endsWith('\n') ? head : head + lineEnd;
  return `${ended}${blank}${' '.repeat(indent)}${text}${lineEnd}${before.slice(at)}`;
}

import { styleText } from 'node:util';

/** Where a command writes, and what the reader's side can show. */
export interface Terminal {
  /** The result; nothing else goes there. */
  readonly out: (text: string) => void;
  /** Progress, warnings and failures. */
  readonly err: (text: string) => void;
  /** Puts a line in the place of the last one; an empty one takes it away. Only where `live`. */
  readonly progress: (line: string) => void;
  /** Whether `err` is a screen on which a line can be rewritten. */
  readonly live: boolean;
  /** Whether `out` takes colours. */
  readonly colour: boolean;
  /** Characters in a line. */
  readonly width: number;
}

const styles = ['bold', 'dim', 'green', 'yellow', 'red', 'cyan'] as const;

export type Style = (typeof styles)[number];

/**
 * Styles are private characters until they reach the screen: so every control character can be taken out on the way there, and
 * nothing that a provider, a commit or a comment says can move the cursor, hide a line or colour itself away.
 */
const firstMark = 0xf0000;
const endMark = String.fromCodePoint(firstMark + styles.length);
const marks = /[\u{f0000}-\u{f0006}]/gu;

/** @returns A function that styles text where the reader's side shows it. */
export function styler({ colour }: Pick<Terminal, 'colour'>): (style: Style, text: string) => string {
  return (style, text) =>
    colour ? `${String.fromCodePoint(firstMark + styles.indexOf(style))}${text}${endMark}` : text;
}

/** @returns `text` as it may be written to a screen: styles as the screen takes them, no other control but line ends and tabs. */
export function toScreen(text: string): string {
  const harmless = text.replace(/[^\P{Cc}\n\t]/gu, '\ufffd').replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
  const styled = /([\u{f0000}-\u{f0005}])([^\u{f0000}-\u{f0006}]*)\u{f0006}/gu;
  return harmless
    .replace(styled, (_, mark: string, inner: string) => {
      const style = styles[(mark.codePointAt(0) ?? 0) - firstMark];
      return style ? styleText(style, inner, { validateStream: false }) : inner;
    })
    .replace(marks, '');
}

/**
 * Prints rows in aligned columns, without rulers; the last column is not padded. Styles in cells do not count as width.
 *
 * @param rows The first one is the header.
 */
export function columns(rows: readonly (readonly string[])[]): string {
  const widthOf = (cell: string) => [...cell.replace(marks, '')].length;
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => widthOf(row[index] ?? ''))));
  const line = (row: readonly string[]) =>
    row.map((cell, index) => cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - widthOf(cell)))).join('   ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** Folds `text` at blanks so that no line is longer than `width`, every line after `indent` blanks. */
export function fold(
  text: string,
  { width, indent = 0 }: { readonly width: number; readonly indent?: number },
): string {
  const room = Math.max(30, width - indent);
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1] ?? '';
    if (last !== '' && last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => `${' '.repeat(indent)}${line}`).join('\n');
}

/** @returns JSON for programs: one document, indented, with a line end. Maps become objects, absent values `null`. */
export function printJson(value: unknown): string {
  const plain = (_: string, it: unknown) => (it === undefined ? null : it instanceof Map ? Object.fromEntries(it) : it);
  const escapeChar = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(value, plain, 2).replace(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, escapeChar)}\n`;
}

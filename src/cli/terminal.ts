import { stripVTControlCharacters, styleText } from 'node:util';

/** Where a command writes, and what the reader's side can show. */
export interface Terminal {
  /** The result; nothing else goes there. */
  readonly out: (text: string) => void;
  /** Progress, warnings and failures. */
  readonly err: (text: string) => void;
  /** Whether `err` is a screen on which a line can be rewritten. */
  readonly live: boolean;
  /** Whether `out` takes colours. */
  readonly colour: boolean;
  /** Characters in a line. */
  readonly width: number;
}

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

/** @returns A function that styles text where the reader's side shows it. */
export function styler({ colour }: Pick<Terminal, 'colour'>): (style: Style, text: string) => string {
  return (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
}

/**
 * Prints rows in aligned columns, without rulers; the last column is not padded. Styles in cells do not count as width.
 *
 * @param rows The first one is the header.
 */
export function columns(rows: readonly (readonly string[])[]): string {
  const widthOf = (cell: string) => [...stripVTControlCharacters(cell)].length;
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
  return `${JSON.stringify(value, (_, it) => (it === undefined ? null : it instanceof Map ? Object.fromEntries(it) : it), 2)}\n`;
}

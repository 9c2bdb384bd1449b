import { randomBytes } from 'node:crypto';
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
  /** The key of our styles (`createColourKey`); `false` where `out` takes no colours. */
  readonly colour: string | false;
  /** Characters in a line. */
  readonly width: number;
}

const styles = ['bold', 'dim', 'green', 'yellow', 'red', 'cyan'] as const;

export type Style = (typeof styles)[number];

/** U+F0000 to U+F0006 say which style begins or that one ends, U+F0010 to U+F001F are the digits of the key. */
const firstMark = 0xf0000;
const firstDigit = 0xf0010;
const endOfStyle = styles.length;
const privateCharacters = /[\u{f0000}-\u{f00ff}]/gu;

/**
 * Until they reach the screen, styles are private characters followed by a key that nobody can guess: every control character can
 * be taken out on the way there, and nothing that a provider, a commit or a comment says can move the cursor, hide a line or
 * colour itself away. Private characters without the key of this terminal never reach a screen.
 *
 * @returns A key for one terminal.
 */
export function createColourKey(): string {
  const digits = [...randomBytes(8).toString('hex')].map((digit) => firstDigit + Number.parseInt(digit, 16));
  return String.fromCodePoint(...digits);
}

/** @returns A function that styles text where the reader's side shows it. */
export function styler({ colour }: Pick<Terminal, 'colour'>): (style: Style, text: string) => string {
  const mark = (index: number) => `${String.fromCodePoint(firstMark + index)}${colour}`;
  return (style, text) => (colour === false ? text : `${mark(styles.indexOf(style))}${text}${mark(endOfStyle)}`);
}

/**
 * @param colour The key that styles were given; `false` takes every style out.
 * @returns `text` as it may be written to a screen: styles as the screen takes them, no other control but line ends and tabs.
 */
export function toScreen(text: string, colour: string | false): string {
  const harmless = text.replace(/[^\P{Cc}\n\t]/gu, '\ufffd').replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
  if (colour === false) return harmless.replace(privateCharacters, '');
  const ours = new RegExp(`([\\u{f0000}-\\u{f0006}])${colour}|[\\u{f0000}-\\u{f00ff}]`, 'gu');
  return harmless
    .replace(ours, (_, mark: string | undefined) => mark ?? '')
    .replace(/([\u{f0000}-\u{f0005}])([^\u{f0000}-\u{f0006}]*)\u{f0006}/gu, (_, mark: string, inner: string) => {
      const style = styles[(mark.codePointAt(0) ?? 0) - firstMark];
      return style ? styleText(style, inner, { validateStream: false }) : inner;
    })
    .replace(privateCharacters, '');
}

/**
 * Prints rows in aligned columns, without rulers; the last column is not padded. Styles in cells do not count as width.
 *
 * @param rows The first one is the header.
 */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, index) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[index] ?? '')), 0),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, index) => cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - widthOf(cell)))).join('   ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** @returns How many characters `text` takes on the screen; styles take none. */
function widthOf(text: string): number {
  return [...text.replace(privateCharacters, '')].length;
}

/**
 * Folds `text` at blanks so that no line is longer than `width`, every line after `indent` blanks. Line ends stay, and so do lines
 * that begin with a blank and what follows an empty line: that is an example to copy.
 */
export function fold(
  text: string,
  { width, indent = 0 }: { readonly width: number; readonly indent?: number },
): string {
  const [prose = '', ...examples] = text.split(/(?=\n\n)/);
  const lines = [
    ...prose.split('\n').flatMap((line) => foldLine(line, Math.max(30, width - indent))),
    ...examples.join('').split('\n').slice(1),
  ];
  return lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line)).join('\n');
}

function foldLine(text: string, room: number): readonly string[] {
  if (text.startsWith(' ')) return [text];
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1] ?? '';
    if (last !== '' && widthOf(last) + 1 + widthOf(word) > room) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

/** @returns As much of the first line of `text` as `width` has room for. */
export function cut(text: string, width: number): string {
  const [line = '', ...more] = text.split('\n');
  return line.length <= width && more.length === 0 ? line : `${line.slice(0, Math.max(1, width - 2)).trimEnd()} …`;
}

/**
 * @returns JSON for programs: one document, indented, with a line end. Maps become objects, absent values `null`. What `toScreen`
 *   takes out is escaped, so that programs get the text as it is.
 */
export function printJson(value: unknown): string {
  const plain = (_: string, it: unknown) => (it === undefined ? null : it instanceof Map ? Object.fromEntries(it) : it);
  const escapeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const escapeChar = (char: string) => char.split('').map(escapeUnit).join('');
  return `${JSON.stringify(value, plain, 2).replace(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069\u{f0000}-\u{f00ff}]/gu, escapeChar)}\n`;
}

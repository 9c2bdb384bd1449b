import { Lexer } from 'yaml';

/** A character that readers of YAML disagree about; line and column count from 1. */
export interface UnfitCharacter {
  /** A clause: "the character U+2028 is not allowed". */
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Control characters, line breaks of YAML 1.1 (U+0085, U+2028, U+2029; the YAML library of Kubernetes and of the OCM tools ends
 * a comment at them, ours does not), byte order marks, and CR without LF. Written as escapes in quotes all of them are fine.
 */
const unfit = /[^\P{Cc}\t\n\r]|[\u2028\u2029\ufeff]|\r(?!\n)/u;

/** @returns The first character of the text itself, comments included, that not every YAML reader takes alike. */
export function findUnfitCharacter(text: string): UnfitCharacter | undefined {
  const found = unfit.exec(text);
  if (!found) return undefined;
  const before = text.slice(0, found.index).split('\n');
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const what = code === '000D' ? 'a carriage return without a line feed' : `the character U+${code}`;
  return { message: `${what} is not allowed`, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/**
 * Tells before parsing, which takes a kilobyte of memory for each, whether a YAML text has more than `max` tokens. A text in
 * quotes or over several lines is one token, whatever it holds.
 */
export function hasMoreTokens(text: string, max: number): boolean {
  let count = 0;
  for (const _ of new Lexer().lex(text)) if (++count > max) return true;
  return false;
}

import { printCanonicalJson } from '../trust/canonical-json.ts';
import { visibleText } from './manifest-text.ts';

/** Of one text, in UTF-16 code units: providers may make theirs as long as they like. */
const maxText = 200;

/** Control characters, line ends, bidirectional and zero-width characters: they make text look like what it is not. */
const misleading = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** @returns The text in one line, well-formed, cut at 200 characters; what would mislead stands as `U+FFFD`. */
export function printLine(text: string): string {
  return cutText(text, (part) => part.replace(misleading, (it) => (/\s/.test(it) ? ' ' : '\ufffd')));
}

/** @returns Canonical JSON in one line, well-formed, cut at 200 characters; what would mislead is escaped as JSON does it. */
export function printValue(value: unknown): string {
  return cutText(printCanonicalJson(value), visibleText);
}

/** Cuts first, so that the work does not grow with the text. */
function cutText(text: string, tame: (part: string) => string): string {
  const line = tame(beginningOf(text, maxText).toWellFormed());
  const isWhole = text.length <= maxText && line.length <= maxText;
  return isWhole ? line : `${beginningOf(line, maxText - 1)}…`;
}

/** Does not split a surrogate pair. */
function beginningOf(text: string, length: number): string {
  const splits = text.length > length && /[\ud800-\udbff]/.test(text.charAt(length - 1));
  return text.slice(0, splits ? length - 1 : length);
}

import { decodeUtf8 } from './strict-yaml.ts';

export type JsonResult =
  | { readonly kind: 'parsed'; readonly value: unknown }
  | { readonly kind: 'problem'; readonly message: string };

const maxDepth = 64;

/**
 * Parses UTF-8 JSON that every reader must understand alike: no duplicate keys, no byte order mark, no half surrogate pairs, no
 * number that a double cannot hold, at most 64 levels deep. Takes time linear in the length.
 *
 * @see RFC 8259, section 4 (names within an object should be unique); RFC 7493 (I-JSON).
 */
export function parseStrictJson(bytes: Uint8Array): JsonResult {
  const text = decodeUtf8(bytes);
  if (text === undefined) return problem('it is not UTF-8 text, or begins with a byte order mark');
  if (depthOf(text) > maxDepth) return problem(`it is nested more than ${maxDepth} levels deep`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return problem(`it is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) return problem(`the key ${duplicate} stands twice in one object`);
  const number = findInexactNumber(text);
  if (number !== undefined) return problem(number);
  if (hasLoneSurrogate(value)) return problem('it holds half a surrogate pair');
  return { kind: 'parsed', value };
}

const problem = (message: string): JsonResult => ({ kind: 'problem', message });

function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed();
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, item]) => !key.isWellFormed() || hasLoneSurrogate(item));
}

/** Works on any text: texts in quotes are passed over, so that brackets in them do not count. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (char === '"') index = endOfString(text, index);
    else if (char === '{' || char === '[') deepest = Math.max(deepest, ++depth);
    else if (char === '}' || char === ']') depth--;
  }
  return deepest;
}

/** @returns The index of the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === '"') return index;
  }
  return text.length;
}

/** Expects valid JSON, in which a string before a colon is a key. @returns The first key twice in one object, as written. */
function findDuplicateKey(text: string): string | undefined {
  /** One entry per open bracket: the keys of an object, or `undefined` for an array. */
  const open: (Set<unknown> | undefined)[] = [];
  for (let index = 0; index < text.length; index++) {
    if (text[index] !== '"') {
      followBracket(open, text[index]);
      continue;
    }
    const end = endOfString(text, index);
    const written = text.slice(index, end + 1);
    index = end;
    if (colonFollows(text, end + 1) && !addKey(open.at(-1), written)) return written;
  }
  return undefined;
}

function followBracket(open: (Set<unknown> | undefined)[], char: string | undefined): void {
  if (char === '{') open.push(new Set());
  else if (char === '[') open.push(undefined);
  else if (char === '}' || char === ']') open.pop();
}

function colonFollows(text: string, start: number): boolean {
  const colon = /\s*:/y;
  colon.lastIndex = start;
  return colon.test(text);
}

/** @returns Whether the key is new; keys are compared by what they mean, not by how they are escaped. */
function addKey(keys: Set<unknown> | undefined, written: string): boolean {
  const key: unknown = JSON.parse(written);
  if (keys?.has(key)) return false;
  keys?.add(key);
  return true;
}

const maxShown = 40;

/** Expects valid JSON. @returns What is wrong with the first number that reads differently from how it is written. */
function findInexactNumber(text: string): string | undefined {
  const number = /-?\d[\d.eE+-]*/y;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '"') index = endOfString(text, index);
    number.lastIndex = index;
    const [written] = number.exec(text) ?? [];
    if (written === undefined) continue;
    const message = describeInexact(written);
    if (message !== undefined) return message;
    index += written.length - 1;
  }
  return undefined;
}

function describeInexact(written: string): string | undefined {
  const value = Number(written);
  const shown = written.length <= maxShown ? written : `${written.slice(0, maxShown)}…`;
  if (!Number.isFinite(value)) return `the number ${shown} is beyond what a double holds`;
  const isInteger = /^-?\d+$/.test(written);
  if (!isInteger || Number.isSafeInteger(value)) return undefined;
  return `the number ${shown} is beyond 2^53, where integers lose digits`;
}

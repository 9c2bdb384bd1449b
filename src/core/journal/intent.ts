import { isMapping, type Mapping } from '../component/mapping.ts';
import { type Digest, digestOfParts } from '../digest.ts';

/**
 * What the bot is about to do on a forge, as far as it takes to see later whether it was done. Of texts only their digests: what
 * people wrote has no place in a journal, and a secret that got into a text has none either.
 */
export type Intent =
  | { readonly kind: 'push'; readonly updates: readonly RefMove[] }
  | { readonly kind: 'open'; readonly head: string; readonly base: string; readonly text: string }
  | {
      readonly kind: 'update';
      readonly number: number;
      readonly title: string | undefined;
      readonly body: string | undefined;
      readonly addLabels: readonly string[];
      readonly removeLabels: readonly string[];
    }
  | { readonly kind: 'close'; readonly number: number }
  | {
      readonly kind: 'merge';
      readonly number: number;
      readonly head: string;
      readonly base: string | undefined;
      readonly text: string;
    }
  /** `marker` is the key of a comment that is kept; one that is only added has none. */
  | { readonly kind: 'comment'; readonly number: number; readonly marker: string | undefined; readonly text: string }
  | { readonly kind: 'acknowledge'; readonly comment: string }
  | {
      readonly kind: 'status';
      readonly sha: string;
      readonly context: string;
      readonly state: string;
      readonly text: string;
    }
  | { readonly kind: 'issue'; readonly marker: string; readonly title: string; readonly text: string }
  | { readonly kind: 'close-issue'; readonly number: number; readonly text: string };

/** A ref with where it is expected and where it goes; `undefined` where it does not exist. */
export interface RefMove {
  readonly ref: string;
  readonly expect: string | undefined;
  readonly to: string | undefined;
}

/**
 * @returns The digest of texts, by which they are recognised, in hexadecimal digits. Line ends and white space around a text do not
 *   count, for forges give them as they like.
 */
export function textDigest(...texts: readonly (string | undefined)[]): string {
  const parts = texts.map((it) => (it === undefined ? '-' : `+${it.replaceAll('\r\n', '\n').trim()}`));
  return hexOf(digestOfParts('consignee/text/1', parts));
}

/** @returns What makes this effect this one (reliability.md C-07), in hexadecimal digits. */
export function intentKey(repository: string, intent: Intent): string {
  return hexOf(digestOfParts('consignee/effect/1', [intent.kind, repository, ...partsOf(intent)]));
}

/** @returns The intent as JSON data; what it is made of stands under the same names. */
export function printIntent({ kind: _, ...detail }: Intent): Readonly<Record<string, unknown>> {
  return detail;
}

/** @returns `undefined` for what this version did not write. */
export function parseIntent(kind: string, detail: Mapping): Intent | undefined {
  try {
    return read(kind, detail);
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

function partsOf(intent: Intent): readonly string[] {
  switch (intent.kind) {
    case 'push':
      return intent.updates.flatMap(({ ref, expect, to }) => [ref, expect ?? '', to ?? '']);
    case 'open':
      return [intent.head, intent.base, intent.text];
    case 'update':
      return [`${intent.number}`, intent.title ?? '', intent.body ?? '', ...labelParts(intent)];
    case 'close':
      return [`${intent.number}`];
    case 'merge':
      return [`${intent.number}`, intent.head, intent.base ?? '', intent.text];
    case 'comment':
      return [`${intent.number}`, intent.marker ?? '', intent.text];
    case 'acknowledge':
      return [intent.comment];
    case 'status':
      return [intent.sha, intent.context, intent.state, intent.text];
    case 'issue':
      return [intent.marker, intent.title, intent.text];
    case 'close-issue':
      return [`${intent.number}`, intent.text];
  }
}

function labelParts({ addLabels, removeLabels }: Extract<Intent, { kind: 'update' }>): readonly string[] {
  return [`${addLabels.length}`, ...addLabels, ...removeLabels];
}

class Unreadable extends Error {}

function read(kind: string, from: Mapping): Intent | undefined {
  switch (kind) {
    case 'push':
      return { kind, updates: listIn(from, 'updates').map(moveOf) };
    case 'open':
      return { kind, head: textIn(from, 'head'), base: textIn(from, 'base'), text: textIn(from, 'text') };
    case 'update':
      return readUpdate(from);
    case 'close':
      return { kind, number: numberIn(from) };
    case 'merge':
      return {
        kind,
        number: numberIn(from),
        head: textIn(from, 'head'),
        base: wordIn(from, 'base'),
        text: textIn(from, 'text'),
      };
    case 'comment':
      return { kind, number: numberIn(from), marker: wordIn(from, 'marker'), text: textIn(from, 'text') };
    case 'acknowledge':
      return { kind, comment: textIn(from, 'comment') };
    case 'status':
      return {
        kind,
        sha: textIn(from, 'sha'),
        context: textIn(from, 'context'),
        state: textIn(from, 'state'),
        text: textIn(from, 'text'),
      };
    case 'issue':
      return { kind, marker: textIn(from, 'marker'), title: textIn(from, 'title'), text: textIn(from, 'text') };
    case 'close-issue':
      return { kind, number: numberIn(from), text: textIn(from, 'text') };
    default:
      return undefined;
  }
}

function readUpdate(from: Mapping): Intent {
  return {
    kind: 'update',
    number: numberIn(from),
    title: wordIn(from, 'title'),
    body: wordIn(from, 'body'),
    addLabels: listIn(from, 'addLabels').map(asText),
    removeLabels: listIn(from, 'removeLabels').map(asText),
  };
}

function moveOf(value: unknown): RefMove {
  if (!isMapping(value)) throw new Unreadable();
  return { ref: textIn(value, 'ref'), expect: wordIn(value, 'expect'), to: wordIn(value, 'to') };
}

function wordIn(from: Mapping, name: string): string | undefined {
  return from[name] === undefined ? undefined : textIn(from, name);
}

function textIn(from: Mapping, name: string): string {
  return asText(from[name]);
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Unreadable();
}

function numberIn({ number }: Mapping): number {
  if (typeof number === 'number') return number;
  throw new Unreadable();
}

function listIn(from: Mapping, name: string): readonly unknown[] {
  const value = from[name];
  if (Array.isArray(value)) return value;
  throw new Unreadable();
}

const hexOf = (digest: Digest): string => digest.replace(/^[^:]*:/, '');

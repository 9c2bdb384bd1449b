import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../fixtures/gitea/', import.meta.url);

/** One exchange with a real Gitea, as it was recorded. */
export interface Recording {
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown };
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export function readRecording(name: string): Recording {
  return JSON.parse(readFileSync(new URL(`api/${name}.json`, folder), 'utf8'));
}

/** One delivery of a real Gitea: the body as the bytes that were sent. */
export interface RecordedDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function readDelivery(name: string): RecordedDelivery {
  return JSON.parse(readFileSync(new URL(`webhooks/${name}.json`, folder), 'utf8'));
}

export function listRecordings(): readonly string[] {
  return readdirSync(new URL('api/', folder)).map((name) => name.replace(/\.json$/, ''));
}

/**
 * What two answers must have in common: keys and types, down to the first item of each list. An empty list and `null` say nothing of what
 * would stand there, and fit anything.
 *
 * @returns Where they differ.
 */
export function compareShapes(recorded: unknown, given: unknown, at = '$'): readonly string[] {
  if (recorded === null || given === null) return [];
  if (Array.isArray(recorded) && Array.isArray(given)) {
    return recorded.length === 0 || given.length === 0 ? [] : compareShapes(recorded[0], given[0], `${at}[0]`);
  }
  if (Array.isArray(recorded) !== Array.isArray(given) || typeof recorded !== typeof given) {
    return [`${at}: recorded ${kindOf(recorded)}, given ${kindOf(given)}`];
  }
  if (typeof recorded !== 'object' || typeof given !== 'object') return [];
  return compareKeys({ ...recorded }, { ...given }, at);
}

function compareKeys(recorded: Record<string, unknown>, given: Record<string, unknown>, at: string): readonly string[] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(given)])].filter((it) => !sometimes.has(it));
  return names.flatMap((name) => {
    if (!(name in given)) return [`${at}.${name}: missing`];
    if (!(name in recorded)) return [`${at}.${name}: not recorded`];
    return compareShapes(recorded[name], given[name], `${at}.${name}`);
  });
}

/** Shown only when there is something to count, or named after what there is. */
const sometimes = new Set(['review_comments', 'units_map', 'errors']);

const kindOf = (value: unknown) => (Array.isArray(value) ? 'a list' : typeof value);

/** Until when something is to last, as written: a time of its own, or one that counts from the command. */
export type Until =
  | { readonly kind: 'duration'; readonly seconds: number }
  | { readonly kind: 'date'; readonly at: Date };

const durationPattern = /^([1-9][0-9]{0,5})([smhd])$/;
const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** RFC 3339 with the seconds optional, and dates; a time without an offset would be another moment for every reader. */
const datePattern =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,3})?)?(?:Z|[+-][0-9]{2}:[0-9]{2}))?$/;

/**
 * @returns The time, or `undefined` when `word` is none, or names a day that is not. A date stands for its beginning in UTC.
 * @example parseUntil('12h') // { kind: 'duration', seconds: 43200 }
 * @example parseUntil('2026-12-01') // { kind: 'date', at: 2026-12-01T00:00:00Z }
 */
export function parseUntil(word: string): Until | undefined {
  const [, count, unit = ''] = durationPattern.exec(word) ?? [];
  if (count !== undefined) return { kind: 'duration', seconds: Number(count) * (secondsOf[unit] ?? 0) };
  const day = datePattern.exec(word)?.[1];
  if (day === undefined) return undefined;
  const at = new Date(word);
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(at.getTime()) || Number.isNaN(midnight.getTime())) return undefined;
  // Some readers turn the 30th of February into the 2nd of March.
  return midnight.toISOString().startsWith(day) ? { kind: 'date', at } : undefined;
}

/** @returns Whether somebody who wrote `word` most likely meant a time, so that it must not be taken for the first word of a reason. */
export function looksLikeTime(word: string): boolean {
  return /^(?:[0-9]{1,4}[-/.:][0-9]|[0-9]+[A-Za-z]+$)/.test(word);
}

/** @returns The moment, or `past` when it is over at `now`. */
export function resolveUntil(until: Until, now: Date): Date | 'past' {
  const at = until.kind === 'date' ? until.at : new Date(now.getTime() + until.seconds * 1000);
  return at > now ? at : 'past';
}

const secondsPattern = /^\s*-?\d+(?:\.\d+)?\s*$/;
const datePattern = /^\s*[A-Za-z]{3,9}, .* GMT\s*$/;

/**
 * Reads `Retry-After`: seconds or a date.
 *
 * @param now In milliseconds since 1970.
 * @returns Milliseconds to wait, not less than none; `undefined` when `text` is neither.
 * @see RFC 9110, section 10.2.3
 */
export function parseRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const wait = secondsPattern.test(text) ? Number(text) * 1000 : datePattern.test(text) ? Date.parse(text) - now : NaN;
  return Number.isNaN(wait) ? undefined : Math.max(wait, 0);
}

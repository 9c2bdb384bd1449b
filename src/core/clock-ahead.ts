/**
 * The header has whole seconds: what it says may be as much as a second old.
 *
 * @param header `Date` of an answer (RFC 9110, 6.6.1).
 * @returns By how many seconds the clock of whoever answered is ahead of ours; 0 within what cannot be told apart, `undefined` when
 *   the header says no time.
 */
export function clockAhead(header: string | undefined, sentAt: Date, receivedAt: Date): number | undefined {
  const told = Date.parse(header ?? '');
  if (Number.isNaN(told)) return undefined;
  const [earliest, latest] = [sentAt.getTime() - 1000, receivedAt.getTime()];
  if (told >= earliest && told <= latest) return 0;
  return Math.round((told - (told < earliest ? earliest : latest)) / 1000) || 0;
}

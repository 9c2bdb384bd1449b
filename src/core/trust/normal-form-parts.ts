/** @returns The extra identity, or `undefined` when it is empty: the libraries leave it out then. */
export function orAbsent(identity: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  return Object.keys(identity).length > 0 ? identity : undefined;
}

/** Rounds a time as RFC 3339 writes it to seconds, half up, and turns it into UTC. */
export function roundToSecond(time: string): string {
  const [fraction = ''] = /\.\d+/.exec(time) ?? [];
  const second = Date.parse(time.replace(fraction, ''));
  const up = fraction >= '.5' ? 1000 : 0;
  return new Date(second + up).toISOString().replace('.000Z', 'Z');
}

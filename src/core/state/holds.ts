import type { StateOwner } from './places.ts';
import { type Entry, type EntryCodec, parseStateFile, parseTime, printStateFile } from './state-file.ts';

/** Somebody wants an installation to stay as it is. */
export interface Hold extends Entry {
  /** When it ends by itself; `undefined` when only a command ends it. */
  readonly until: Date | undefined;
  /** Printable ASCII. */
  readonly reason: string | undefined;
}

const codec: EntryCodec<Hold> = {
  kind: 'holds',
  fields: ['until', 'reason'],
  print: ({ until, reason }) => ({
    ...(until && { until: until.toISOString() }),
    ...(reason !== undefined && { reason }),
  }),
  read: (entry, take) => ({
    ...entry,
    until: take.optional('until', parseTime),
    reason: take.optional('reason', (text) => (/^[ -~]{1,200}$/.test(text) ? text : undefined)),
  }),
};

export function printHolds(owner: StateOwner, holds: readonly Hold[]): string {
  return printStateFile(codec, owner, holds);
}

/** @throws {Failure} `configuration` when it cannot be read: the installation then counts as held. */
export function parseHolds(owner: StateOwner, text: string): readonly Hold[] {
  return parseStateFile(codec, owner, text);
}

/** @returns Those that have not ended: while there is one, the installation is held (reliability.md C-27). */
export function activeHolds(holds: readonly Hold[], now: Date): readonly Hold[] {
  return holds.filter(({ until }) => until === undefined || until > now);
}

/**
 * Adds a hold. Everybody has one at most: a newer one replaces the own, never that of others, so that nobody shortens what another
 * asked for. Those that have ended are dropped. Safe to repeat with the same comment.
 */
export function addHold(holds: readonly Hold[], hold: Hold, now: Date): readonly Hold[] {
  const known = hold.comment !== undefined && holds.some(({ comment }) => comment === hold.comment);
  if (known) return holds;
  return [...activeHolds(holds, now).filter(({ by }) => by.id !== hold.by.id), hold];
}

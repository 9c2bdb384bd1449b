import { parseVersion, type Version } from '../version/version.ts';
import type { StateOwner } from './places.ts';
import { type Entry, type EntryCodec, parseStateFile, printStateFile } from './state-file.ts';

/** A version that is not to be proposed for an installation. */
export interface Skip extends Entry {
  /** As spelled. */
  readonly version: Version;
}

const codec: EntryCodec<Skip> = {
  kind: 'skips',
  fields: ['version'],
  print: ({ version }) => ({ version }),
  read: (entry, take) => ({ ...entry, version: take('version', (text) => parseVersion(text)?.text) }),
};

export function printSkips(owner: StateOwner, skips: readonly Skip[]): string {
  return printStateFile(codec, owner, skips);
}

/** @throws {Failure} `configuration` when it cannot be read: no version may be proposed then. */
export function parseSkips(owner: StateOwner, text: string): readonly Skip[] {
  return parseStateFile(codec, owner, text);
}

/** @returns With the version among those that are skipped; who said so first stays. Safe to repeat. */
export function addSkip(skips: readonly Skip[], skip: Skip): readonly Skip[] {
  return skips.some(({ version }) => version === skip.version) ? skips : [...skips, skip];
}

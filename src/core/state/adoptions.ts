import type { Actor } from '../pull-request/actor.ts';
import { type CommitSha, parseCommitSha } from '../repository/commit.ts';
import type { StateOwner } from './places.ts';
import { type Entry, type EntryCodec, parseStateFile, printStateFile } from './state-file.ts';

/** Somebody took over the branch of an installation with what people changed on it. */
export interface Adoption extends Entry {
  /** Where the branch was then. */
  readonly head: CommitSha;
}

const codec: EntryCodec<Adoption> = {
  kind: 'adoptions',
  fields: ['head'],
  print: ({ head }) => ({ head }),
  read: (entry, take) => ({ ...entry, head: take('head', parseCommitSha) }),
};

export function printAdoptions(owner: StateOwner, adoptions: readonly Adoption[]): string {
  return printStateFile(codec, owner, adoptions);
}

/** @throws {Failure} `configuration` when it cannot be read. */
export function parseAdoptions(owner: StateOwner, text: string): readonly Adoption[] {
  return parseStateFile(codec, owner, text);
}

/**
 * @returns Who took over the branch as it is: what was pushed to it afterwards nobody has answered for (reliability.md A-48), nor does an
 *   adoption count for the next proposal on the branch of the same name.
 */
export function adopterOf(adoptions: readonly Adoption[], head: CommitSha): Actor | undefined {
  return adoptions.findLast((it) => it.head === head)?.by;
}

/** The newest is the one that counts. Safe to repeat with the same comment. */
export function addAdoption(adoptions: readonly Adoption[], adoption: Adoption): readonly Adoption[] {
  const known = adoption.comment !== undefined && adoptions.some(({ comment }) => comment === adoption.comment);
  return known ? adoptions : [adoption];
}

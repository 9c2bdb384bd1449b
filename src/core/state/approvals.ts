import type { Actor } from '../pull-request/actor.ts';
import { type CommitSha, parseCommitSha } from '../repository/commit.ts';
import type { StateOwner } from './places.ts';
import { type Entry, type EntryCodec, parseStateFile, printStateFile } from './state-file.ts';

/** Somebody agrees to what one commit proposes. */
export interface Approval extends Entry {
  readonly head: CommitSha;
}

const codec: EntryCodec<Approval> = {
  kind: 'approvals',
  fields: ['head'],
  print: ({ head }) => ({ head }),
  read: (entry, take) => ({ ...entry, head: take('head', parseCommitSha) }),
};

export function printApprovals(owner: StateOwner, approvals: readonly Approval[]): string {
  return printStateFile(codec, owner, approvals);
}

/** @throws {Failure} `configuration` when it cannot be read: nothing counts as approved then. */
export function parseApprovals(owner: StateOwner, text: string): readonly Approval[] {
  return parseStateFile(codec, owner, text);
}

/**
 * @returns Who approved exactly `head`, each account once (reliability.md A-48). Whether each of them still may is to be asked again
 *   before a merge.
 */
export function approversOf(approvals: readonly Approval[], head: CommitSha): readonly Actor[] {
  const byId = new Map(approvals.filter((it) => it.head === head).map(({ by }): [string, Actor] => [by.id, by]));
  return [...byId.values()];
}

/** Adds an approval, and drops those of other heads, which count no longer. Safe to repeat. */
export function addApproval(approvals: readonly Approval[], approval: Approval): readonly Approval[] {
  const same = approvals.filter(({ head }) => head === approval.head);
  return same.some(({ by }) => by.id === approval.by.id) ? same : [...same, approval];
}

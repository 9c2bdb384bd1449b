import type { Installation } from '../core/installation/installation.ts';
import type { Roles } from '../core/installation/roles.ts';
import type { Actor } from '../core/pull-request/actor.ts';
import { verifiedCheck } from '../core/pull-request/checks.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { CommitSha } from '../core/repository/commit.ts';
import { type Approval, approversOf } from '../core/state/approvals.ts';
import type { Forge } from '../ports/forge.ts';
import { authoriseActor } from './authorise-actor.ts';

interface GatesInput {
  readonly installation: Pick<Installation, 'approvals' | 'checks'>;
  readonly roles: Roles;
  readonly pullRequest: Pick<PullRequest, 'number' | 'draft'>;
  /** What is to be merged: approvals and checks of other commits count for nothing (reliability.md A-48). */
  readonly head: CommitSha;
  /** Given by command. */
  readonly approvals: readonly Approval[];
  readonly forge: Forge;
}

/** @returns What a merge of exactly this head still waits for, in words; empty when nothing is missing. Read afresh. */
export async function readGates(input: GatesInput): Promise<readonly string[]> {
  const draft = input.pullRequest.draft ? ['the pull request to be marked as ready'] : [];
  return [...draft, ...(await missingApprovals(input)), ...(await missingChecks(input))];
}

/** @returns How many approvals of this head count now: of people who may approve, by command or by a review on the forge. */
export async function countApprovals(input: GatesInput): Promise<number> {
  const { installation, head, approvals, roles, forge } = input;
  const { approvals: wanted } = installation;
  const self = await forge.people.self();
  const given = [...approversOf(approvals, head), ...(await reviewersOf(input)).approved];
  const people = [...new Map(given.map((it): [string, Actor] => [it.id, it])).values()];
  // Whether somebody may is asked again each time: rights are taken away as well.
  const allowed = people.map((actor) =>
    authoriseActor({ actor, action: 'approve', roles, approvals: wanted, headAuthors: [self.id] }, forge.people),
  );
  return (await Promise.all(allowed)).filter((it) => it.allowed).length;
}

async function missingApprovals(input: GatesInput): Promise<readonly string[]> {
  const { approvals: wanted } = input.installation;
  if (!wanted) return [];
  const count = await countApprovals(input);
  const { objecting } = await reviewersOf(input);
  return [
    ...(count >= wanted.count ? [] : [`approvals (${count} of ${wanted.count}, from ${wanted.from.join(', ')})`]),
    ...objecting.map(({ name }) => `${name}, who asked for changes`),
  ];
}

async function reviewersOf({ pullRequest, head, forge }: GatesInput) {
  const reviews = (await forge.reviews?.list(pullRequest.number)) ?? [];
  const valid = reviews.filter(({ dismissed }) => !dismissed);
  return {
    approved: valid.filter((it) => it.verdict === 'approved' && it.head === head).map(({ by }) => by),
    objecting: valid.filter(({ verdict }) => verdict === 'changes-requested').map(({ by }) => by),
  };
}

async function missingChecks({ installation, head, forge }: GatesInput): Promise<readonly string[]> {
  // The bot's own check says what this pass has just found out by itself.
  const wanted = installation.checks.filter((it) => it !== verifiedCheck);
  if (wanted.length === 0) return [];
  if (!forge.checks) return wanted.map((it) => `the check ${it}, which plain git does not have`);
  const states = new Map((await forge.checks.list(head)).map(({ context, state }) => [context, state]));
  return wanted.flatMap((it) => {
    const state = states.get(it);
    if (state === 'success') return [];
    return [`the check ${it}${state === 'failure' ? ', which failed' : ''}`];
  });
}

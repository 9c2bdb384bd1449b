import type { RiskKind } from '../core/diff/risk-kind.ts';
import type { Installation } from '../core/installation/installation.ts';
import type { Roles } from '../core/installation/roles.ts';
import type { Actor } from '../core/pull-request/actor.ts';
import { verifiedCheck } from '../core/pull-request/checks.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { CommitSha } from '../core/repository/commit.ts';
import { type Approval, approversOf } from '../core/state/approvals.ts';
import type { Forge, Review } from '../ports/forge.ts';
import { authoriseActor } from './authorise-actor.ts';

interface GatesInput {
  readonly installation: Pick<Installation, 'approvals' | 'checks'>;
  /** Risks of what is proposed on which somebody must approve, whatever `approvals` says. */
  readonly risks: readonly RiskKind[] | 'unknown';
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
  const reviews = await readReviews(input);
  return [
    ...draft,
    ...(await missingApprovals(input, reviews)),
    ...findObjections(reviews),
    ...(await missingChecks(input)),
  ];
}

/** @returns How many approvals the settings may ask for; `undefined` for none, whatever is proposed. */
export function neededApprovals({ approvals, requireApprovalOn }: Installation): number | undefined {
  return approvals?.count ?? (requireApprovalOn.length > 0 ? 1 : undefined);
}

/** @returns How many approvals of this head count now: of people who may approve, by command or by a review on the forge. */
export async function countApprovals(input: Omit<GatesInput, 'risks'>): Promise<number> {
  return countValid(input, await readReviews(input));
}

async function countValid(input: Omit<GatesInput, 'risks'>, reviews: readonly Review[]): Promise<number> {
  const { installation, head, approvals, roles, forge } = input;
  const { approvals: wanted } = installation;
  const self = await forge.people.self();
  const reviewers = reviews.filter((it) => it.verdict === 'approved' && it.head === head).map(({ by }) => by);
  const given = [...approversOf(approvals, head), ...reviewers];
  const people = [...new Map(given.map((it): [string, Actor] => [it.id, it])).values()];
  // Whether somebody may is asked again each time: rights are taken away as well.
  const allowed = people.map((actor) =>
    authoriseActor({ actor, action: 'approve', roles, approvals: wanted, headAuthors: [self.id] }, forge.people),
  );
  return (await Promise.all(allowed)).filter((it) => it.allowed).length;
}

async function missingApprovals(input: GatesInput, reviews: readonly Review[]): Promise<readonly string[]> {
  const { approvals: wanted } = input.installation;
  const { risks } = input;
  if (!wanted && risks !== 'unknown' && risks.length === 0) return [];
  const count = await countValid(input, reviews);
  if (!wanted) return count >= 1 ? [] : [`an approval, for ${describeRisks(risks)}`];
  return count >= wanted.count ? [] : [`approvals (${count} of ${wanted.count}, from ${wanted.from.join(', ')})`];
}

function describeRisks(risks: GatesInput['risks']): string {
  return risks === 'unknown'
    ? 'not all that changes could be compared'
    : `what changes has the risk ${risks.join(', ')}`;
}

/**
 * Anybody's objection counts, whether approvals are asked for or not (reliability.md C-19): the rights of reviewers are not always told,
 * and whoever may write can dismiss a review that holds things up for nothing.
 */
function findObjections(reviews: readonly Review[]): readonly string[] {
  const objecting = reviews.filter(({ verdict }) => verdict === 'changes-requested');
  return objecting.map(({ by }) => `${by.name}, who asked for changes`);
}

async function readReviews({
  pullRequest,
  forge,
}: Pick<GatesInput, 'pullRequest' | 'forge'>): Promise<readonly Review[]> {
  const reviews = (await forge.reviews?.list(pullRequest.number)) ?? [];
  return reviews.filter(({ dismissed }) => !dismissed);
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

import { type Authorisation, describeWhoMay } from '../../core/command/authorise.ts';
import { headFits } from '../../core/command/command.ts';
import { parseComment } from '../../core/command/parse-command.ts';
import type { Roles } from '../../core/installation/roles.ts';
import type { Actor } from '../../core/pull-request/actor.ts';
import type { Comment, PullRequest } from '../../core/pull-request/pull-request.ts';
import type { CommitSha } from '../../core/repository/commit.ts';
import type { Forge } from '../../ports/forge.ts';
import { authoriseActor } from '../authorise-actor.ts';

export interface Approvals {
  readonly approvedBy: readonly Actor[];
  /** Those that do not count, with the reason of each as a sentence without its end. */
  readonly uncounted: readonly string[];
  /** Who may: plain text. */
  readonly whoMay: string;
}

interface ApprovalInput {
  readonly pullRequest: PullRequest;
  /** What is to be approved: approvals of other commits count for nothing (reliability.md A-48). */
  readonly head: CommitSha;
  /** Of the base branch: nobody makes themselves somebody who may. */
  readonly roles: Roles;
  readonly forge: Forge;
}

const action = 'approve-configuration';

/** Finds who approved exactly this head, by a review or by a comment that names it, and may. Read afresh. */
export async function findApprovals({ pullRequest, head, roles, forge }: ApprovalInput): Promise<Approvals> {
  const { number } = pullRequest;
  const whoMay = describeWhoMay({ action, roles, approvals: undefined });
  const [reviews = [], comments] = await Promise.all([forge.reviews?.list(number), forge.comments.list(number)]);
  const reviewers = reviews.filter((it) => it.verdict === 'approved' && !it.dismissed && it.head === head);
  const given = [
    ...reviewers.map(({ by }) => by),
    ...comments.filter((it) => approves(it, head)).map((it) => it.author),
  ];
  const people = [...new Map(given.map((it): [string, Actor] => [it.id, it])).values()];
  if (people.length === 0) return { approvedBy: [], uncounted: [], whoMay };
  const authors = await forge.pullRequests.authorsOf(number);
  const headAuthors = authors && [...authors, pullRequest.author.id];
  const judged = await Promise.all(
    people.map(async (actor) => {
      const asked = { actor, action, roles, approvals: undefined, headAuthors } as const;
      return { actor, allowed: await authoriseActor(asked, forge.people) };
    }),
  );
  return {
    approvedBy: judged.filter(({ allowed }) => allowed.allowed).map(({ actor }) => actor),
    uncounted: judged.flatMap(({ actor, allowed }) => whyNot(actor, allowed, headAuthors !== undefined)),
    whoMay,
  };
}

/** Whoever may write can edit anybody's comment: nobody knows whose words those are (reliability.md A-46). */
function approves({ body, edited }: Comment, head: CommitSha): boolean {
  const parsed = parseComment(body, { where: 'pull-request', installation: { environment: '', application: '' } });
  if (edited || parsed.kind !== 'command' || parsed.command.verb !== 'approve') return false;
  return parsed.command.head !== undefined && headFits(parsed.command.head, head);
}

function whyNot({ name }: Actor, allowed: Authorisation, authorsKnown: boolean): readonly string[] {
  if (allowed.allowed || allowed.why === 'own-account') return [];
  const why =
    allowed.why === 'own-change'
      ? 'they opened it, or have a commit in it'
      : allowed.why === 'unknown' && !authorsKnown
        ? 'the forge does not know the accounts of all who have commits in it'
        : 'they may not, or the forge does not tell';
  return [`The approval of ${name} does not count: ${why}`];
}

import type { Branch, Decision } from '../core/installation/decision.ts';
import { gatesCheck, verifiedCheck } from '../core/pull-request/checks.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { CommitSha } from '../core/repository/commit.ts';
import type { Reason } from '../core/trust/reason.ts';
import type { WantedCheck } from '../ports/forge.ts';
import type { PassOptions, PassPorts } from './pass.ts';

interface ReportInput {
  readonly decision: Decision;
  /** As it stands after the decision was acted on. */
  readonly pullRequest: PullRequest;
  /** The branch as it was when it was decided. */
  readonly branch: Branch;
  /** Why what it proposes is not proved any more. */
  readonly fallen: readonly Reason[];
  readonly waitingFor: readonly string[];
  readonly ports: PassPorts;
  readonly options: Pick<PassOptions, 'repository' | 'only'>;
}

/**
 * Says by commit statuses where the pull request stands. What was said of a commit before is not said again: a pass without work asks
 * the forge for nothing. But where somebody or something has drawn attention to the installation, the forge is asked what it shows:
 * whoever may write can report in any name (reliability.md A-51).
 */
export async function reportChecks(input: ReportInput): Promise<void> {
  const { pullRequest, ports } = input;
  const { head: branch, headSha, state } = pullRequest;
  if (!ports.forge.checks || state !== 'open' || !headSha || isOvertaken(headSha, input)) return;
  for (const check of [verified(input), gates(input)]) {
    if (check) await report({ branch, headSha }, check, input);
  }
}

/**
 * After a push a forge may show the head of before for a moment. What was decided is not about that one, which may be somebody else's:
 * the next pass says it of the new one.
 */
function isOvertaken(head: CommitSha, { decision, branch }: ReportInput): boolean {
  const pushed = decision.kind === 'update' && !(branch.kind === 'ours' && branch.carries);
  return pushed && 'head' in branch && branch.head === head;
}

interface Reported {
  readonly branch: string;
  readonly headSha: CommitSha;
}

async function report(
  { branch, headSha }: Reported,
  check: WantedCheck,
  { ports, options }: ReportInput,
): Promise<void> {
  const { repository, only } = options;
  // One for each installation, so that the store does not grow with every commit.
  const subject = `check/${check.context}/${branch}`;
  const text = `${headSha} ${check.state} ${check.description}`;
  const known = (await ports.store.told.last(repository, subject)) === text;
  if (known && only.length === 0) return;
  await ports.forge.checks?.set(headSha, check);
  if (!known) await ports.store.told.record(repository, subject, text, ports.clock.now());
}

function verified({ decision, fallen }: ReportInput): WantedCheck | undefined {
  const say = (state: WantedCheck['state'], description: string) => ({ context: verifiedCheck, state, description });
  const [reason] = decision.kind === 'refuse' ? decision.reasons : fallen;
  if (decision.kind === 'refuse') {
    if (decision.because === 'conflict') return say('failure', 'Conflict with what people changed on the base branch');
    const concerns = decision.because === 'not-verified' || decision.because === 'content-changed';
    return concerns ? say('failure', `Not proved: ${reason?.code ?? decision.because}`) : undefined;
  }
  if (reason) return say('failure', `Not proved any more: ${reason.code}`);
  if (decision.kind !== 'leave') return say('success', 'Whole and signed, rendered from exactly this content');
  switch (decision.because) {
    case 'waiting-for-merge':
    case 'waiting-for-gates':
      return say('success', 'Whole and signed, rendered from exactly this content');
    case 'adopted':
      return say('success', 'Whole and signed; what people changed on the branch is theirs');
    case 'branch-has-other-commits':
      return say('failure', 'Has commits that Consignee did not make: /rebuild or /adopt');
    default:
      return undefined;
  }
}

function gates({ decision, waitingFor, fallen }: ReportInput): WantedCheck | undefined {
  const say = (state: WantedCheck['state'], description: string) => ({ context: gatesCheck, state, description });
  if (decision.kind === 'refuse' || fallen.length > 0) return say('failure', 'Must not be merged');
  if (decision.kind === 'leave' && decision.because === 'held') return say('pending', 'Held: /resume ends it');
  if (waitingFor.length > 0) return say('pending', `Waits for ${waitingFor.join(' and ')}`.slice(0, 140));
  return say('success', 'Nothing is missing for a merge');
}

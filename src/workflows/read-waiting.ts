import { decide } from '../core/installation/decide.ts';
import type { Observation } from '../core/installation/decision.ts';
import type { Installation } from '../core/installation/installation.ts';
import type { LockFile } from '../core/installation/lock-file.ts';
import { lockPathOf } from '../core/installation/places.ts';
import type { CommitSha } from '../core/repository/commit.ts';
import type { PassOptions, PassPorts, PassView, ProposedChange } from './pass.ts';
import { neededApprovals, readGates } from './read-gates.ts';
import { readLockAt } from './read-lock.ts';
import { findRisksToApprove } from './risk-gate.ts';
import type { Said } from './state-branch.ts';

interface WaitingInput {
  readonly installation: Installation;
  readonly observation: Observation;
  readonly installed: LockFile | undefined;
  /** What was rendered in this pass. */
  readonly change: ProposedChange | undefined;
  readonly said: Said;
  readonly view: PassView;
  readonly ports: PassPorts;
  readonly options: PassOptions;
}

/**
 * What a merge waits for is asked of the forge where it matters: where the bot would merge, and where approvals are asked for and a
 * person merges.
 */
export async function readWaiting(input: WaitingInput): Promise<readonly string[]> {
  const { installation, observation, said, view, ports } = input;
  const { pullRequest, branch } = observation;
  const head = pullRequest?.headSha;
  const wouldMerge = decide(observation).kind === 'merge';
  const asked = neededApprovals(installation) !== undefined && 'head' in branch && branch.head === head;
  if (!pullRequest || !head || !(wouldMerge || asked)) return [];
  const { roles } = view.state;
  const { approvals } = said;
  const risks = await readRisks(input, head);
  return readGates({ installation, roles, pullRequest, head, approvals, risks, forge: ports.forge });
}

async function readRisks({ installation, installed, change, ports, options }: WaitingInput, head: CommitSha) {
  // Where approvals are asked for in any case, risks ask for nothing more.
  if (installation.approvals || installation.requireApprovalOn.length === 0) return [];
  const proposed = change?.lock ?? (await readLockAt(ports.forge.content, head, lockPathOf(installation)));
  return proposed
    ? findRisksToApprove({ installation, installed, proposed }, change?.difference, { ports, options })
    : 'unknown';
}

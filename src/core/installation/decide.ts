import type { PullRequest } from '../pull-request/pull-request.ts';
import type { Selection } from '../version/select-version.ts';
import type { Version } from '../version/version.ts';
import type { Branch, Decision, Observation, Proposal, RefuseReason } from './decision.ts';

/** Decides the next step for one installation. Same observation, same decision. */
export function decide(observation: Observation): Decision {
  const decision = decideUnheld(observation);
  const { held, waitingFor } = observation;
  // A hold keeps things as they are; that something is wrong is said all the same.
  if (held !== undefined && wouldMoveOn(decision))
    return { kind: 'leave', because: 'held', detail: `${held} Otherwise: ${decision.detail}` };
  if (decision.kind !== 'merge' || waitingFor.length === 0) return decision;
  const detail = `Pull request #${decision.pullRequest} carries ${decision.version}, verified, and waits for ${waitingFor.join(' and ')}.`;
  return { kind: 'leave', because: 'waiting-for-gates', detail };
}

/** Whether something is written, or a person is asked to merge. */
function wouldMoveOn(decision: Decision): boolean {
  if (decision.kind === 'leave') return decision.because === 'waiting-for-merge';
  return decision.kind !== 'refuse';
}

function decideUnheld(observation: Observation): Decision {
  const { selection, proposal } = observation;
  const alarm = decideAlarm(observation);
  if (alarm) return alarm;
  if (selection.kind !== 'candidate') return decideWithoutCandidate(observation);
  switch (proposal.kind) {
    case 'none':
    case 'installed':
      return decideInstalled(observation);
    case 'proposed':
      return decideProposed(observation, selection.version);
    case 'refused':
      return decideRefused(observation, proposal, selection.version);
    case 'rendered':
      return decideRendered(observation, proposal, selection.version);
  }
}

/** Findings that stop everything else: a registry that went backwards, and a manifest of people's that says something else. */
function decideAlarm({ vanished, replaced, pinned, installed }: Observation): Decision | undefined {
  if (vanished.length > 0) {
    const lost = vanished.join(', ');
    return refuse(
      'version-vanished',
      `The registry lost ${lost}, which it had before. Replicate it again, or list it under "skip" to give it up.`,
    );
  }
  if (replaced.length > 0) {
    const detail = `${installed}, which is installed, has other content in the registry than when it was installed. ${askProvider}`;
    return { ...refuse('content-changed', detail), reasons: replaced };
  }
  return pinned === undefined ? undefined : refuse('pinned-otherwise', pinned);
}

function decideWithoutCandidate(observation: Observation): Decision {
  const { component, registry, selection, pullRequest } = observation;
  switch (selection.kind) {
    case 'candidate':
      throw new Error('There is a candidate.');
    case 'installed-vanished':
      return refuse('version-vanished', selection.detail);
    case 'none':
      if (selection.because === 'no-versions') {
        const detail = `${registry} has no version of ${component}. Check the name of the component, and whether the transfer ran.`;
        return refuse('no-versions', detail);
      }
      if (selection.because === 'passed-over' && pullRequest)
        return decidePassedOver(observation, selection.detail, pullRequest);
      return {
        kind: 'leave',
        because: selection.because,
        detail: pullRequest ? `${selection.detail} Pull request #${pullRequest.number} stays open.` : selection.detail,
        ...(selection.changesAt ? { changesAt: selection.changesAt } : {}),
      };
  }
}

/** People decided against everything that could be proposed, so that nothing is left for the open pull request. */
function decidePassedOver({ branch, ...observation }: Observation, why: string, { number }: PullRequest): Decision {
  if (branch.kind === 'others') return leaveToOthers(branch, { ...observation, branch });
  return { kind: 'close', pullRequest: number, detail: `${why} There is nothing left to propose.` };
}

function decideInstalled(observation: Observation): Decision {
  const { installed, selection, pullRequest, branch, edited } = observation;
  if (!pullRequest) {
    const detail = `${installed} is installed, ${whyNotOther(selection)}.${describeEdited(edited)}`;
    return { kind: 'leave', because: 'in-sync', detail };
  }
  if (branch.kind === 'others') return leaveToOthers(branch, observation);
  return {
    kind: 'close',
    pullRequest: pullRequest.number,
    detail: `${installed} is installed as wanted: there is nothing left to propose.`,
  };
}

/** @returns A sentence with a space before it; empty when nothing was edited. */
function describeEdited(edited: readonly string[]): string {
  if (edited.length === 0) return '';
  return ` Kept as people changed ${edited.length === 1 ? 'it' : 'them'}: ${edited.join(', ')}.`;
}

function whyNotOther(selection: Selection): string {
  if (selection.kind === 'candidate' && selection.reservation) {
    return `although ${selection.reservation.detail}: Consignee takes nothing back by itself; revert its merge in git to do so`;
  }
  const newer =
    selection.kind === 'candidate' ? selection.skipped.filter(({ because }) => because !== 'below-installed') : [];
  const [newest] = newer;
  return newest ? `and ${newest.version} is not taken: ${newest.detail}` : 'and nothing newer is there';
}

function decideProposed({ pullRequest }: Observation, version: Version): Decision {
  return {
    kind: 'leave',
    because: 'waiting-for-merge',
    detail: `Pull request #${pullRequest?.number} proposes ${version} and waits to be merged.`,
  };
}

function decideRendered(
  observation: Observation,
  proposal: Extract<Proposal, { kind: 'rendered' }>,
  version: Version,
): Decision {
  const { branch, pullRequest, merge } = observation;
  const obstacle = decideObstacle(proposal, version);
  if (!proposal.differs) return decideInstalled(observation);
  if (obstacle) return obstacle;
  if (branch.kind === 'others') return leaveToOthers(branch, observation);
  if (proposal.conflicts.length > 0) return decideConflict(proposal, version, pullRequest);
  if (!pullRequest) return { kind: 'open', version, detail: `${version} is ready to be proposed.` };
  const { number } = pullRequest;
  if (branch.kind === 'deleted') {
    return {
      kind: 'leave',
      because: 'branch-deleted',
      detail: `The branch of pull request #${number} was deleted again: close it to skip ${version}, or restore the branch.`,
    };
  }
  if (branch.kind === 'absent' || !branch.carries || !proposal.described) {
    return {
      kind: 'update',
      version,
      pullRequest: number,
      detail: `Pull request #${number} is brought to ${version}.`,
    };
  }
  if (merge === 'manual') return decideProposed(observation, version);
  const detail = `Pull request #${number} carries ${version}, verified: it is merged automatically.`;
  return { kind: 'merge', version, pullRequest: number, expectedHead: branch.head, detail };
}

function decideObstacle(
  { occupied, declaredElsewhere, setAside }: Extract<Proposal, { kind: 'rendered' }>,
  version: Version,
): Decision | undefined {
  if (occupied.length > 0) {
    const files = occupied.join(', ');
    return refuse(
      'files-occupied',
      `${files} would be written, but stands there with other content. Remove or rename it, so that nothing of yours is lost.`,
    );
  }
  if (declaredElsewhere.length > 0) {
    return refuse(
      'declared-elsewhere',
      `Already declared: ${declaredElsewhere.join('; ')}. Flux would refuse two of one name: remove the other one first.`,
    );
  }
  if (!setAside) return undefined;
  const by = setAside.endedBy ? ` by ${setAside.endedBy.name}` : '';
  return {
    kind: 'leave',
    because: 'set-aside',
    detail: `Pull request #${setAside.number} proposed exactly this for ${version} and was closed${by}.`,
  };
}

/** Nothing is written: a lock file that names a version beside what people keep of another one would not be true. */
function decideConflict(
  { conflicts, unmarked }: Extract<Proposal, { kind: 'rendered' }>,
  version: Version,
  pullRequest: PullRequest | undefined,
): Decision {
  const files = [...new Set(conflicts.map(({ file }) => file))].map((file) => {
    const fields = conflicts.filter((it) => it.file === file).map(({ path, because }) => path || because);
    return `${file} (${fields.join(', ')})`;
  });
  const detail =
    `${version} changes what people changed as well: ${files.join('; ')}. ` +
    'On the base branch, set each to what is proposed, or back to what was rendered last; what is to stay otherwise goes into an ' +
    'overriding template under .consignee/templates.';
  return { ...refuse('conflict', detail), conflicts, ...(unmarked && pullRequest && { mark: pullRequest.number }) };
}

function leaveToOthers(branch: Extract<Branch, { kind: 'others' }>, { pullRequest, adoptedBy }: Observation): Decision {
  const where = pullRequest ? ` of pull request #${pullRequest.number}` : '';
  const named = branch.head.slice(0, 12);
  if (adoptedBy) {
    const detail = `The branch${where} was taken over by ${adoptedBy.name}: people merge it when it is ready, or close it.`;
    return { kind: 'leave', because: 'adopted', detail };
  }
  return {
    kind: 'leave',
    because: 'branch-has-other-commits',
    detail:
      `The branch${where} has commits that Consignee did not make (${branch.commits.join(', ')}): it is left alone. ` +
      `Comment "/rebuild ${named}" to have it made anew without them, or "/adopt ${named}" to keep them and merge it yourself; ` +
      'where there are no comments, delete the branch, or merge it with git.',
  };
}

function decideRefused(
  { pullRequest, branch }: Observation,
  { because, reasons, unmarked, lookAgainAt }: Extract<Proposal, { kind: 'refused' }>,
  version: Version,
): Decision {
  const mark = unmarked && pullRequest ? { mark: pullRequest.number } : {};
  const changesAt = lookAgainAt ? { changesAt: lookAgainAt } : {};
  switch (because) {
    case 'not-verified': {
      const again = lookAgainAt ? ` It is looked at again after ${lookAgainAt.toISOString()}.` : '';
      const detail = `${version} is refused: it is not proved whole and signed.${again}`;
      return { ...refuse(because, detail), reasons, ...mark, ...changesAt };
    }
    case 'content-changed': {
      const detail = `${version} has other content than before under the same version: somebody replaced it. ${askProvider}`;
      // On somebody else's branch it may be the lock file that was changed.
      return { ...refuse(because, detail), reasons, ...(branch.kind !== 'others' && mark) };
    }
  }
}

const askProvider = 'Ask the provider, and replicate the original again.';

function refuse(because: RefuseReason, detail: string): Extract<Decision, { kind: 'refuse' }> {
  return { kind: 'refuse', because, detail, reasons: [] };
}

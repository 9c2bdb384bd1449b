import type { VersionDifference } from '../core/diff/version-difference.ts';
import { Failure } from '../core/failure.ts';
import type { Branch, Decision } from '../core/installation/decision.ts';
import type { Installation } from '../core/installation/installation.ts';
import type { LockFile } from '../core/installation/lock-file.ts';
import { branchOf } from '../core/installation/places.ts';
import { markConflict, markRefused, replaceBody } from '../core/pull-request/body.ts';
import { commitMessage, mergeMessage, trailersOf } from '../core/pull-request/commit-message.ts';
import { describeBody, describeRefused, describeTitle } from '../core/pull-request/describe.ts';
import { describeConflict, digestOfConflicts } from '../core/pull-request/describe-edits.ts';
import { ownLabel } from '../core/pull-request/labels.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import { replaceTitle } from '../core/pull-request/replace-title.ts';
import type { CommitSha } from '../core/repository/commit.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import type { Selection } from '../core/version/select-version.ts';
import type { Forge } from '../ports/forge.ts';
import { auditMerge } from './audit-merge.ts';
import { describeBroughtBack } from './brought-back.ts';
import { checkBeforeMerge } from './check-before-merge.ts';
import { findPullRequest, mergePullRequest } from './merge-pull-request.ts';
import type { PassOptions, PassPorts, ProposedChange } from './pass.ts';
import { rememberRisks } from './risk-gate.ts';

interface Act {
  readonly decision: Decision;
  readonly installation: Installation;
  readonly installed: LockFile | undefined;
  readonly base: CommitSha;
  readonly branch: Branch;
  readonly selection: Selection;
  readonly evidence: Evidence | undefined;
  readonly change: ProposedChange | undefined;
  readonly pullRequest: PullRequest | undefined;
  /** Tip of the branch with what people said, when it was decided. */
  readonly said: CommitSha | undefined;
  /** Reads afresh what a merge waits for. */
  readonly readWaiting: () => Promise<readonly string[]>;
  readonly ports: PassPorts;
  readonly options: PassOptions;
}

/**
 * Takes the decided step. Every write names what it was based on, so that a step that was overtaken changes nothing; after a
 * crash at any line the next pass finds what was done and goes on from there.
 *
 * @returns The pull request as it stands afterwards.
 * @throws {Failure} `forge-conflict` when somebody was faster.
 */
export async function actOnDecision(act: Act): Promise<PullRequest | undefined> {
  const { decision, pullRequest } = act;
  switch (decision.kind) {
    case 'leave':
      if (decision.because === 'branch-has-other-commits') await tellOfOthers(act, decision.detail);
      return pullRequest;
    case 'refuse':
      return decision.mark === undefined ? pullRequest : markPullRequest(act, decision, decision.mark);
    case 'open':
      return openPullRequest(act);
    case 'update':
      return updatePullRequest(act);
    case 'close':
      return closePullRequest(act, decision.detail);
    case 'merge': {
      const { base, said } = act;
      const { pullRequest: number, expectedHead: head } = decision;
      await checkBeforeMerge({ ...act, number, expected: { head, base, said } });
      return mergeDecided(act, decision);
    }
  }
}

/** Merges what this pass verified and rendered, and says so in its own words: title and commits can be written by others. */
async function mergeDecided(
  { change, base, options, ports }: Act,
  { pullRequest: number, expectedHead }: Extract<Decision, { kind: 'merge' }>,
): Promise<PullRequest> {
  if (!change) throw new Error('There is nothing rendered to merge.');
  const message = mergeMessage(
    number,
    describeTitle(change.content),
    trailersOf({ lock: change.lock, policyCommit: base }),
  );
  const { bot: by } = options;
  const { forge } = ports;
  const merged = await mergePullRequest({ number, expectedHead, expectedBase: base, message, by, forge });
  await auditMerge({
    ...merged,
    expectedHead,
    wanted: change.tree,
    branch: options.branch,
    base,
    content: forge.content,
  });
  return merged.pullRequest;
}

async function openPullRequest(act: Act): Promise<PullRequest> {
  const { installation, options, ports } = act;
  const { change, justPushed, difference } = await pushProposal(act);
  const { content } = change;
  const { bot: by, branch: base } = options;
  const opened = await ports.forge.pullRequests.open({
    head: branchOf(installation),
    base,
    title: describeTitle(content),
    body: describeBody(content, difference),
    labels: [ownLabel],
    by,
    justPushed,
  });
  ports.log.info('pull-request.opened', { installation: installation.name, number: opened.number });
  return opened;
}

async function updatePullRequest(act: Act): Promise<PullRequest> {
  const { pullRequest, installation, branch, options, ports } = act;
  if (!pullRequest) throw new Error('There is no pull request to update.');
  const { number } = pullRequest;
  const { bot: by } = options;
  const { change, difference } = await pushProposal(act);
  const { lock, content } = change;
  const { title, body } = await findStillOpen(number, ports.forge);
  const updated = await ports.forge.pullRequests.update(number, {
    title: replaceTitle(title, describeTitle(content), installation.name),
    body: replaceBody(body, describeBody(content, difference)),
    by,
  });
  if (updated.state === 'closed') {
    // Whoever closed it looked at the text from before.
    await ports.forge.pullRequests.update(number, { title, body, by });
    throw overtaken(updated);
  }
  if (branch.kind === 'absent')
    await ports.forge.comments.ensure(number, { ...describeBroughtBack(installation, lock.version), by });
  return updated;
}

/**
 * Whoever committed to the branch is told once, where they look, that it is left alone (reliability.md C-12). What was told is not asked
 * for again. Where there are no accounts, those who merge see it in the results of each pass.
 */
async function tellOfOthers(
  { pullRequest, options, ports }: Pick<Act, 'pullRequest' | 'options' | 'ports'>,
  body: string,
): Promise<void> {
  const { forge, store, clock } = ports;
  if (!pullRequest || !forge.checks) return;
  const { repository, bot: by } = options;
  const subject = `other-commits/${pullRequest.number}`;
  if ((await store.told.last(repository, subject)) === body) return;
  await forge.comments.ensure(pullRequest.number, { key: 'other-commits', body, by });
  await store.told.record(repository, subject, body, clock.now());
}

/** People may be about to merge what was proved once and is no longer: they are told where they look. */
export async function markPullRequest(
  { ports, options }: Pick<Act, 'ports' | 'options'>,
  { detail, reasons, conflicts }: Pick<Extract<Decision, { kind: 'refuse' }>, 'detail' | 'reasons' | 'conflicts'>,
  number: number,
): Promise<PullRequest> {
  const { forge } = ports;
  const { bot: by } = options;
  const { title, body, headSha } = await findStillOpen(number, forge);
  if (conflicts) {
    const digest = digestOfConflicts(conflicts);
    const parts = describeConflict(detail, conflicts);
    await forge.comments.ensure(number, { key: `conflict/${digest}`, body: parts.join('\n\n'), by });
    return forge.pullRequests.update(number, { title, body: markConflict(body, digest, parts), by });
  }
  const warning = describeRefused(detail, reasons);
  // Before the mark, which says that all of it was done.
  await forge.comments.ensure(number, { key: `refused/${headSha ?? ''}`, body: warning.join('\n'), by });
  return forge.pullRequests.update(number, { title, body: markRefused(body, warning), by });
}

/** What people merged or closed in the meantime keeps its text: it says what they decided on. */
async function findStillOpen(number: number, forge: Forge): Promise<PullRequest> {
  const found = await findPullRequest(forge, number);
  if (found.state === 'open') return found;
  throw overtaken(found);
}

function overtaken({ number, state }: PullRequest): Failure {
  return new Failure('forge-conflict', `Pull request #${number} was ${state} while it was brought up to date.`, {
    remedy: 'The next pass looks again.',
  });
}

interface Pushed {
  readonly change: ProposedChange;
  readonly difference: VersionDifference;
  readonly justPushed: boolean;
}

/** The comparison waits for the registry, and the push for the forge: they go side by side. */
async function pushProposal(act: Act): Promise<Pushed> {
  const { change } = act;
  if (!change) throw new Error('There is nothing rendered to propose.');
  const comparing = change.difference();
  // Where the push fails, what is being compared with is not taken away meanwhile.
  const justPushed = await pushChange(act, change).finally(() => comparing.catch(() => undefined));
  const difference = await comparing;
  await rememberRisks({ ...act, proposed: change.lock }, difference, act);
  return { change, justPushed, difference };
}

/**
 * Brings the branch to the proposed content: one commit on the tip of the base branch, whatever was there of ours before.
 *
 * @returns Whether it had to be pushed.
 */
async function pushChange(
  { installation, base, branch, ports, options }: Act,
  change: ProposedChange,
): Promise<boolean> {
  // A crash between the push and the pull request leaves a branch that carries everything already.
  if (branch.kind === 'ours' && branch.carries) return false;
  const { writer } = ports.forge;
  const now = ports.clock.now();
  const name = branchOf(installation);
  const commit = await writer.writeCommit({
    tree: change.tree,
    parents: [base],
    message: commitMessage(change.content, { lock: change.lock, policyCommit: base }),
    author: options.bot,
    at: now,
  });
  await ports.store.recordCommit(options.repository, name, commit, now);
  const expect = 'head' in branch ? branch.head : undefined;
  if ((await writer.push([{ ref: `refs/heads/${name}`, expect, to: commit }])) === 'pushed') return true;
  throw new Failure('forge-conflict', `The branch ${name} moved while it was written: somebody else pushed to it.`, {
    remedy: 'Nothing was overwritten. The next pass looks again.',
  });
}

async function closePullRequest(
  { pullRequest, installation, branch, options, ports }: Act,
  why: string,
): Promise<PullRequest | undefined> {
  if (!pullRequest) return undefined;
  const { forge } = ports;
  const now = await findPullRequest(forge, pullRequest.number);
  if (now.state !== 'open') return now;
  // With what somebody has just pushed to it, it may be worth keeping open (C-08).
  if (branch.kind === 'ours' && now.headSha !== branch.head) {
    throw new Failure('forge-conflict', `The branch of pull request #${now.number} moved before it was closed.`, {
      remedy: 'Nothing was closed. The next pass looks again.',
    });
  }
  // First the explanation, which is safe to repeat: a crash in between loses nothing.
  await forge.comments.ensure(pullRequest.number, { key: 'closed', body: `Closed: ${why}`, by: options.bot });
  const closed = await forge.pullRequests.close(pullRequest.number, options.bot);
  if (branch.kind === 'ours')
    await forge.writer.push([{ ref: `refs/heads/${branchOf(installation)}`, expect: branch.head, to: undefined }]);
  return closed;
}

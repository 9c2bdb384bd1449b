import type { Digest } from '../core/digest.ts';
import type { Proposal } from '../core/installation/decision.ts';
import type { Installation } from '../core/installation/installation.ts';
import { type LockFile, renderDigestOf } from '../core/installation/lock-file.ts';
import { branchOf, lockPathOf } from '../core/installation/places.ts';
import { parseBody } from '../core/pull-request/body.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import { policyDigestOf, type TrustPolicy } from '../core/trust/trust-policy.ts';
import type { Selection } from '../core/version/select-version.ts';
import type { Verdict } from '../ports/store.ts';
import { followsBase } from './follows-base.ts';
import type { PassOptions, PassPorts, PassView } from './pass.ts';
import type { InstallationInputs } from './read-inputs.ts';
import { readLockAt } from './read-lock.ts';

type Candidate = Extract<Selection, { kind: 'candidate' }>;

interface KnownInput {
  readonly installation: Installation;
  readonly installed: LockFile | undefined;
  /** The open pull request of the installation. */
  readonly open: PullRequest | undefined;
  readonly view: PassView;
  readonly ports: Pick<PassPorts, 'forge' | 'store'>;
  readonly options: PassOptions;
  readonly lookup: { readonly now: Date };
}

interface Known {
  readonly candidate: Candidate;
  readonly inputs: InstallationInputs;
  /** What verifying what the candidate's tag leads to came to before. */
  readonly verdict: Verdict | undefined;
}

/** The base branch, or the pull request's branch, has exactly this already, and it is proved. */
export async function findKnown(input: KnownInput, known: Known): Promise<Proposal | undefined> {
  if (isInstalled(input, known)) return { kind: 'installed' };
  const { open, installation } = input;
  if (!open || installation.merge === 'automatic') return undefined;
  const lock = await readOwnLock(input, open);
  if (!lock || !isFromInputs(lock, known) || !isProved(lock, known)) return undefined;
  return describes(open, known.candidate, renderDigestOf(lock)) ? { kind: 'proposed' } : undefined;
}

function isInstalled({ installed, lookup }: KnownInput, known: Known): boolean {
  if (!installed || !isFromInputs(installed, known)) return false;
  const { candidate, inputs } = known;
  const same = installed.manifest === candidate.manifest && isUnder(inputs.policy, installed, lookup.now);
  return same || isProved(installed, known);
}

function isFromInputs(lock: LockFile, { candidate, inputs }: Known): boolean {
  return lock.version === candidate.version && lock.inputs === inputs.digest;
}

function isProved({ digest }: LockFile, { verdict }: Known): boolean {
  const evidence = verdict?.evidence;
  return evidence?.verdict === 'verified' && evidence.digest?.value === digest.value;
}

/** @returns The lock file of the proposal when its branch is one commit that the bot recorded and would write again now. */
async function readOwnLock(
  { installation, installed, view, ports, options }: KnownInput,
  { headSha }: PullRequest,
): Promise<LockFile | undefined> {
  if (!headSha) return undefined;
  const recorded = await ports.store.recordedCommits(options.repository, branchOf(installation));
  if (!recorded.has(headSha)) return undefined;
  const { content } = ports.forge;
  const [head] = await content.readCommits({ to: headSha, limit: 1 });
  const [parent, second] = head?.parents ?? [];
  if (!parent || second) return undefined;
  const proposed = await readLockAt(content, headSha, lockPathOf(installation));
  if (!proposed) return undefined;
  const { state } = view;
  const follows = await followsBase({ installation, installed, proposed, head: headSha, parent, state, content });
  return follows ? proposed : undefined;
}

/** Whether the version was proved under this policy when it was proposed, and no key was revoked by its date since. */
function isUnder(policy: TrustPolicy, { policy: locked }: LockFile, now: Date): boolean {
  const anchors = policy.signatures.flatMap(({ anyOf }) => anyOf);
  const expired = anchors.some(({ revoked }) => revoked instanceof Date && revoked <= now);
  return !expired && locked === policyDigestOf(policy);
}

/** @returns Whether the text of the pull request is about this version and these files, and does not say that they are refused. */
export function describes(open: PullRequest | undefined, { version }: Candidate, render: Digest): boolean {
  const said = open && parseBody(open.body);
  return said?.version === version && said.render === render && !said.refused;
}

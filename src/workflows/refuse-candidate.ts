import type { Proposal } from '../core/installation/decision.ts';
import type { LockFile } from '../core/installation/lock-file.ts';
import { parseBody } from '../core/pull-request/body.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import type { Selection } from '../core/version/select-version.ts';

type Candidate = Extract<Selection, { kind: 'candidate' }>;

type Refused = Extract<Proposal, { kind: 'refused' }>;

interface Refusing {
  /** The open pull request of the installation. */
  readonly open: PullRequest | undefined;
  readonly selection: Selection;
  /** When it is looked at again by itself. */
  readonly lookAgainAt?: Date | undefined;
}

/** @returns The proposal of a candidate that is not proved. */
export function notVerified(reasons: Evidence['reasons'], { lookAgainAt, ...refusing }: Refusing): Refused {
  const again = lookAgainAt ? { lookAgainAt } : {};
  return { kind: 'refused', because: 'not-verified', reasons, unmarked: isUnmarked(refusing), ...again };
}

/** Whether people may still take the open pull request for proved. */
function isUnmarked({ open, selection }: Refusing): boolean {
  const said = open && parseBody(open.body);
  return selection.kind === 'candidate' && said?.version === selection.version && !said.refused;
}

type FindingRefusal = Refusing & { readonly installed: LockFile | undefined; readonly proposed: LockFile | undefined };

/** @returns Why a candidate is not proposed, or `undefined` when nothing stands against it. */
export function findRefusal(
  evidence: Evidence,
  candidate: Candidate,
  { installed, proposed, ...refusing }: FindingRefusal,
): Refused | undefined {
  if (evidence.verdict === 'refused') return notVerified(evidence.reasons, refusing);
  if (evidence.version !== candidate.version) {
    const message = `the tag ${candidate.tag} stands for ${candidate.version}, and the component descriptor says ${evidence.version}`;
    const where = `${evidence.component}:${candidate.tag}`;
    return notVerified([{ code: 'identity-mismatch', message, where }], refusing);
  }
  const known = installed ?? proposed;
  if (!known || known.digest.value === evidence.digest?.value) return undefined;
  const reasons = changedReasons(known, evidence, installed ? 'installed' : 'proposed');
  return { kind: 'refused', because: 'content-changed', reasons, unmarked: isUnmarked(refusing) };
}

function changedReasons(
  { component, version, digest }: LockFile,
  evidence: Evidence,
  was: 'installed' | 'proposed',
): Evidence['reasons'] {
  const message = `it was ${was} with the digest ${digest.value} and now has ${evidence.digest?.value}, signed all the same`;
  return [{ code: 'digest-mismatch', message, where: `${component}:${version}` }];
}

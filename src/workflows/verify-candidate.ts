import type { CollectedVersion } from '../core/component/collected-version.ts';
import type { Digest } from '../core/digest.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import type { TrustPolicy } from '../core/trust/trust-policy.ts';
import { verdictKeyOf } from '../core/trust/verdict-key.ts';
import type { ComponentRepository } from '../ports/component-repository.ts';
import type { RegistryMemory, TagAddress, Verdict } from '../ports/store.ts';
import { resolveTag, type TagLookup } from './resolve-tag.ts';
import { collectAndVerify } from './verify-component-version.ts';

const minute = 60_000;

/** Registries delete what nothing refers to any more: presence is proved anew after a day. */
const verifiedMilliseconds = 24 * 60 * minute;

const longestWait = 60 * minute;

export interface CandidateVerification {
  readonly address: TagAddress;
  /** Where the tag leads. */
  readonly manifest: Digest | undefined;
  readonly policy: TrustPolicy;
  readonly installed: boolean;
  readonly now: Date;
  readonly registries: RegistryMemory;
}

/** @returns What was found out about exactly this content under exactly this policy, as long as it counts. */
export async function findVerdict(verification: CandidateVerification): Promise<Verdict | undefined> {
  const { address, manifest, policy, installed, now, registries } = verification;
  const verdict = await registries.verdict(address, verdictKeyOf(policy, { now, installed }));
  if (!verdict || verdict.manifest !== manifest || verdict.at > now) return undefined;
  return now < endOf(verdict, installed) ? verdict : undefined;
}

/** A delivery that is under way is looked for again soon, one that stays incomplete less and less often. */
function endOf({ at, refusals, evidence }: Verdict, installed: boolean): Date {
  if (refusals > 0) return new Date(at.getTime() + Math.min(longestWait, minute * 2 ** (refusals - 1)));
  // What is installed outlives the certificates that it was signed with.
  const ends = installed ? [] : evidence.signatures.flatMap(({ validUntil }) => validUntil ?? []);
  return new Date(Math.min(at.getTime() + verifiedMilliseconds, ...ends.map((it) => Date.parse(it))));
}

/** @returns When a refused candidate is looked at again by itself. */
export function nextLook(verdict: Verdict): Date {
  return endOf(verdict, false);
}

export interface CandidateOutcome {
  readonly evidence: Evidence;
  readonly collected: CollectedVersion;
  /** When it is looked at again by itself, if it was refused. */
  readonly lookAgainAt?: Date;
}

interface Reading {
  /** Of what was listed; only when it was replaced meanwhile, it is opened anew. */
  readonly lookup: TagLookup;
  readonly open: () => Promise<ComponentRepository>;
  readonly readResources: readonly string[];
}

/**
 * Collects and verifies what the candidate's tag leads to now, and remembers the verdict: when something is read anyway, looking up
 * the tag costs nothing.
 *
 * @throws {Failure} As `collectAndVerify`.
 */
export async function verifyCandidate(
  verification: CandidateVerification,
  { readResources, lookup, open }: Reading,
): Promise<CandidateOutcome> {
  const { address, policy, installed, now, registries } = verification;
  const { component, tag } = address;
  const manifest = await resolveTag(address, { ...lookup, anew: true });
  let next = async () => lookup.repository;
  const openNext = (): Promise<ComponentRepository> => {
    const opening = next();
    next = open;
    return opening;
  };
  const { collected, evidence } = await collectAndVerify(
    openNext,
    { component, tag, readResources, ...(manifest && { manifest }) },
    { policy, now, installed },
  );
  if (!evidence.manifest) return { evidence, collected };
  const key = verdictKeyOf(policy, { now, installed });
  const before = await registries.verdict(address, key);
  const refusals =
    evidence.verdict === 'refused' ? 1 + (before?.manifest === evidence.manifest ? before.refusals : 0) : 0;
  const verdict = { manifest: evidence.manifest, evidence, at: now, refusals };
  if (lookup.record) await registries.recordVerdict(address, key, verdict);
  return { evidence, collected, ...(refusals > 0 && { lookAgainAt: nextLook(verdict) }) };
}

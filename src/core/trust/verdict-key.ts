import { type Digest, digestOfParts } from '../digest.ts';
import { policyDigestOf, type TrustPolicy } from './trust-policy.ts';

/** Dates of a trust policy that have passed change its verdicts, so they are part of what verdicts are kept by. */
export interface VerdictMoment {
  readonly now: Date;
  /** Whether the version is installed already: then retired keys count as well. */
  readonly installed: boolean;
}

/** @returns One digest over everything besides the content that decides how it is judged. */
export function verdictKeyOf(policy: TrustPolicy, { now, installed }: VerdictMoment): Digest {
  const anchors = policy.signatures.flatMap(({ anyOf }) => anyOf);
  const dates = anchors.flatMap(({ retired, revoked }) => [
    ...(retired && !installed ? [retired] : []),
    ...(revoked instanceof Date ? [revoked] : []),
  ]);
  const passed = dates.filter((it) => it <= now).map((it) => it.toISOString());
  return digestOfParts('consignee/verdict/1', [
    policyDigestOf(policy),
    installed ? 'installed' : 'new',
    ...[...new Set(passed)].toSorted(),
  ]);
}

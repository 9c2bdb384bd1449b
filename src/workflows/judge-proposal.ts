import type { Installation } from '../core/installation/installation.ts';
import type { LockFile } from '../core/installation/lock-file.ts';
import { lockPathOf } from '../core/installation/places.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import { type Reason, Refusal } from '../core/trust/reason.ts';
import { policyDigestOf, type TrustPolicy } from '../core/trust/trust-policy.ts';
import { versionToTag } from '../core/version/version.ts';
import type { PassOptions, PassPorts } from './pass.ts';
import { readLockAt } from './read-lock.ts';
import { readTrustPolicy } from './read-trust-policy.ts';
import { resolveTag, type TagLookup } from './resolve-tag.ts';
import { findVerdict, verifyCandidate } from './verify-candidate.ts';

interface JudgeInput {
  readonly installation: Installation;
  readonly installed: LockFile | undefined;
  readonly pullRequest: PullRequest;
  /** Files of the base branch under `.consignee/`. */
  readonly texts: ReadonlyMap<string, string>;
  readonly lookup: TagLookup;
  readonly ports: Pick<PassPorts, 'forge' | 'repositories'>;
  readonly options: Pick<PassOptions, 'floor'>;
}

/**
 * Judges what a pull request's own lock file proposes by the trust policy of the base branch, whatever else is there: people may
 * merge it while the bot looks at something newer.
 *
 * @returns Why it is not proved now; empty when it is, or when the pull request proposes nothing that can be read.
 */
export async function judgeProposal(input: JudgeInput): Promise<readonly Reason[]> {
  const { installation, installed, pullRequest, texts, lookup, ports, options } = input;
  const { headSha } = pullRequest;
  const lock = headSha && (await readLockAt(ports.forge.content, headSha, lockPathOf(installation)));
  if (!lock) return [];
  const policy = readTrustPolicy(installation, texts, options.floor);
  const { component, registry } = installation;
  const { version } = lock;
  const address = { registry: registry.url, component, tag: versionToTag(version) ?? version };
  const where = `${component}:${version}`;
  try {
    const manifest = await resolveTag(address, lookup);
    if (!manifest) return judgeGone(lock, policy, { where, now: lookup.now });
    const { now, registries } = lookup;
    const verification = { address, manifest, policy, installed: installed?.version === version, now, registries };
    const known = lookup.anew ? undefined : await findVerdict(verification);
    const { evidence } = known ?? (await verify(verification, input));
    if (evidence.verdict === 'refused' || evidence.digest?.value === lock.digest.value) return evidence.reasons;
    const message = `it was proposed with the digest ${lock.digest.value} and now has ${evidence.digest?.value}`;
    return [{ code: 'digest-mismatch', message, where }];
  } catch (error) {
    if (error instanceof Refusal) return [{ ...error.problem, where }];
    throw error;
  }
}

function verify(
  verification: Parameters<typeof verifyCandidate>[0],
  { lookup, ports, installation }: Pick<JudgeInput, 'lookup' | 'ports' | 'installation'>,
) {
  const open = () => ports.repositories.open(installation.registry.url);
  return verifyCandidate(verification, { lookup, open, readResources: [] });
}

/** What the registry has no more is an alarm of its own; under the policy that it was proposed under, it was proved. */
function judgeGone(
  { policy: locked }: LockFile,
  policy: TrustPolicy,
  { where, now }: { readonly where: string; readonly now: Date },
): readonly Reason[] {
  const dates = policy.signatures.flatMap(({ anyOf }) => anyOf).flatMap(({ retired, revoked }) => [retired, revoked]);
  const passed = dates.some((it) => it instanceof Date && it <= now);
  if (locked === policyDigestOf(policy) && !passed) return [];
  const message =
    'the registry does not have it any more, so it cannot be proved under the trust policy that holds now';
  return [{ code: 'version-not-found', message, where }];
}

import type { CollectedVersion } from '../component/collected-version.ts';
import type { ComponentDescriptor } from '../component/component-descriptor.ts';
import { identityDigest } from './component-digest.ts';
import type { Evidence, SignatureEvidence } from './evidence.ts';
import { judgeContent } from './judge-content.ts';
import { parsePublicKey } from './public-key.ts';
import type { Reason } from './reason.ts';
import { checkSignature, type UsableKey } from './signature.ts';
import type { RequiredSignature, TrustPolicy } from './trust-policy.ts';

export interface VerifyOptions {
  readonly now: Date;
  /** Whether this version is installed already: then keys that are retired still count. */
  readonly installed: boolean;
}

/**
 * Proves a component version: its identity, every required signature, the digests of all it refers to, and that its content is
 * there. Finds everything that is wrong, not just the first thing.
 *
 * @throws {Failure} `configuration` when the policy has a key that is none. Bad content is never thrown.
 */
export function verifyComponentVersion(
  collected: CollectedVersion,
  policy: TrustPolicy,
  options: VerifyOptions,
): Evidence {
  const required = readKeys(policy);
  const { component, manifest, descriptor } = collected;
  const version = descriptor?.version ?? collected.version;
  const where = `${component}:${version}`;
  const signatures = required.map((it) => judgeSignature(descriptor, it, { policy, options, where }));
  const content = judgeContent(collected, where, policy);
  const reasons: readonly Reason[] = [
    ...missingAnchors(policy, where),
    ...collected.problems.map((problem) => ({ ...problem, where })),
    ...signatures.flatMap(({ reason }) => reason ?? []),
    ...content.reasons,
  ];
  return {
    component,
    version,
    ...(descriptor && { digest: identityDigest(descriptor) }),
    ...(manifest && { manifest }),
    signatures: signatures.map(({ evidence }) => evidence),
    resources: content.resources,
    references: content.references,
    verdict: reasons.length === 0 && descriptor ? 'verified' : 'refused',
    reasons,
    warnings: content.warnings,
  };
}

/** @throws {Failure} `configuration` when the policy has a key that is none. */
export function checkTrustPolicy(policy: TrustPolicy): void {
  readKeys(policy);
}

interface RequiredKeys {
  readonly name: string;
  readonly keys: readonly UsableKey[];
}

function readKeys({ signatures }: TrustPolicy): readonly RequiredKeys[] {
  return signatures.map(({ name, anyOf }) => ({
    name,
    keys: anyOf.map(({ pem, source, retired }) => ({ ...parsePublicKey(pem, source), retired })),
  }));
}

/** Nothing is trusted for want of somebody to trust. */
function missingAnchors({ signatures, allowUnsigned }: TrustPolicy, where: string): readonly Reason[] {
  if (signatures.length === 0 && !allowUnsigned) {
    return [{ code: 'no-trust-anchor', message: 'no signature is required of it, so nothing says whose it is', where }];
  }
  return signatures.flatMap(({ name, anyOf }: RequiredSignature) =>
    anyOf.length > 0
      ? []
      : [{ code: 'no-trust-anchor', message: 'no key is given for it', where: `${where} signature ${name}` } as const],
  );
}

interface Judging {
  readonly policy: TrustPolicy;
  readonly options: VerifyOptions;
  readonly where: string;
}

function judgeSignature(
  descriptor: ComponentDescriptor | undefined,
  { name, keys }: RequiredKeys,
  { policy, options, where }: Judging,
): { readonly evidence: SignatureEvidence; readonly reason?: Reason } {
  if (!descriptor) return { evidence: { name, verdict: 'refused' } };
  const place = `${where} signature ${name}`;
  const signature = descriptor.signatures.find((it) => it.name === name);
  if (!signature) {
    const others = descriptor.signatures.map((it) => it.name).join(', ');
    const message = others
      ? `it is not there; there are: ${others}`
      : 'it is not there; there are no signatures at all';
    return { evidence: { name, verdict: 'refused' }, reason: { code: 'not-signed', message, where: place } };
  }
  const { algorithm } = signature;
  if (keys.length === 0) return { evidence: { name, verdict: 'refused', algorithm } };
  const result = checkSignature(descriptor, signature, { keys, normalisations: policy.normalisations, ...options });
  const evidence = { name, verdict: result.kind, algorithm, ...(result.digest && { digest: result.digest }) };
  if (result.kind === 'verified') return { evidence: { ...evidence, keyFingerprint: result.key.fingerprint } };
  return { evidence, reason: { code: result.code, message: result.message, where: place } };
}

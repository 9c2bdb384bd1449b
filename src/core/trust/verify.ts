import type { CollectedVersion } from '../component/collected-version.ts';
import type { Occasion } from './anchor-term.ts';
import { identityDigest } from './component-digest.ts';
import { printDistinguishedName } from './distinguished-name.ts';
import type { Evidence, SignatureEvidence } from './evidence.ts';
import { judgeContent } from './judge-content.ts';
import { publicKeyOf } from './public-key.ts';
import type { Reason } from './reason.ts';
import { type Admission, checkSignature } from './signature.ts';
import type { AnchorTerm, RequiredSignature, TrustPolicy } from './trust-policy.ts';
import { readAnchors, type UsableAnchors } from './usable-anchors.ts';

/** When it is judged, and whether this version is installed already: then what was retired, or expired since, still counts. */
export type VerifyOptions = Occasion;

/**
 * Proves a component version: its identity, every required signature, the digests of all it refers to, and that its content is
 * there. Finds everything that is wrong, not just the first thing.
 *
 * @throws {Failure} `configuration` when the policy has a key that is none, or cannot be satisfied. Bad content is never thrown.
 */
export async function verifyComponentVersion(
  collected: CollectedVersion,
  policy: TrustPolicy,
  options: VerifyOptions,
): Promise<Evidence> {
  const required = readAnchors(policy);
  const revokedKeys = [...(policy.revokedKeys ?? []), ...findRevoked(required, options.now)];
  const { component, manifest, descriptor } = collected;
  const version = descriptor?.version ?? collected.version;
  const where = `${component}:${version}`;
  const signatures = await Promise.all(
    required.map((it) => judgeSignature(collected, it, { policy: { ...policy, revokedKeys }, options, where })),
  );
  const content = judgeContent(collected, where, policy);
  const reasons: readonly Reason[] = [
    ...missingAnchors(policy, where),
    ...collected.problems.map((problem) => ({ ...problem, where })),
    ...signatures.flatMap(({ reason }) => reason ?? []),
    ...tooFewSigners(
      signatures.map(({ evidence }) => evidence),
      policy,
      where,
    ),
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

/** A key that is revoked for one signature admits nothing by another one, nor by a certificate that it has. */
function findRevoked(required: readonly UsableAnchors[], now: Date): readonly string[] {
  const isRevoked = ({ revoked }: AnchorTerm) => revoked === true || (revoked !== undefined && revoked <= now);
  return required.flatMap(({ keys, roots }) => [
    ...keys.filter(isRevoked).map((it) => it.fingerprint),
    ...roots
      .filter(isRevoked)
      .flatMap(({ certificates }) => certificates.map((it) => publicKeyOf(it.publicKey, '').fingerprint)),
  ]);
}

/** @throws {Failure} `configuration` when the policy has a key that is none, or cannot be satisfied. */
export function checkTrustPolicy(policy: TrustPolicy): void {
  readAnchors(policy);
}

/** Nothing is trusted for want of somebody to trust. */
function missingAnchors({ signatures, allowUnsigned }: TrustPolicy, where: string): readonly Reason[] {
  if (signatures.length === 0 && !allowUnsigned) {
    return [{ code: 'no-trust-anchor', message: 'no signature is required of it, so nothing says whose it is', where }];
  }
  return signatures.flatMap(({ name, anyOf }: RequiredSignature) =>
    anyOf.length > 0
      ? []
      : [
          {
            code: 'no-trust-anchor',
            message: 'neither a key nor a root certificate is given for it',
            where: `${where} signature ${name}`,
          } as const,
        ],
  );
}

/** One key is one signer, under however many names it signs. */
function tooFewSigners(
  signatures: readonly SignatureEvidence[],
  { minimumSigners = 1 }: TrustPolicy,
  where: string,
): readonly Reason[] {
  const keys = new Set(signatures.map(({ keyFingerprint }) => keyFingerprint));
  const allHold = signatures.every(({ verdict }) => verdict === 'verified');
  if (signatures.length === 0 || !allHold || keys.size >= minimumSigners) return [];
  const message = `its signatures are made with ${keys.size} different keys, and the operator requires ${minimumSigners}`;
  return [{ code: 'too-few-signers', message, where }];
}

interface Judging {
  readonly policy: TrustPolicy;
  readonly options: VerifyOptions;
  readonly where: string;
}

async function judgeSignature(
  collected: CollectedVersion,
  { name, keys, roots }: UsableAnchors,
  { policy, options, where }: Judging,
): Promise<{ readonly evidence: SignatureEvidence; readonly reason?: Reason }> {
  const { descriptor } = collected;
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
  if (keys.length + roots.length === 0) return { evidence: { name, verdict: 'refused', algorithm } };
  const { normalisations, algorithms, revokedKeys = [] } = policy;
  const result = await checkSignature({ ...collected, descriptor }, signature, {
    keys,
    roots,
    normalisations,
    algorithms,
    revokedKeys,
    ...options,
  });
  const evidence = { name, verdict: result.kind, algorithm, ...(result.digest && { digest: result.digest }) };
  if (result.kind === 'verified') return { evidence: { ...evidence, ...describeAdmission(result) } };
  return { evidence, reason: { ...result.problem, where: place } };
}

function describeAdmission({ key, anchor, certificate, validUntil }: Admission) {
  return {
    keyFingerprint: key.fingerprint,
    anchor,
    ...(certificate && {
      certificate: {
        subject: printDistinguishedName(certificate.subject),
        issuer: printDistinguishedName(certificate.issuer),
        serialNumber: certificate.x509.serialNumber.toLowerCase(),
        notAfter: certificate.notAfter.toISOString(),
        publicKey: key.key.export({ type: 'spki', format: 'pem' }).toString(),
      },
    }),
    ...(validUntil && { validUntil: validUntil.toISOString() }),
  };
}

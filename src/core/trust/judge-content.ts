import type { CollectedReference, CollectedVersion } from '../component/collected-version.ts';
import type { ComponentReference, ContentDigest } from '../component/component-descriptor.ts';
import { componentDigest, equalHex, isHex, parseHashAlgorithm } from './component-digest.ts';
import type { ReferenceEvidence, ResourceEvidence } from './evidence.ts';
import { parseNormalisationAlgorithm } from './normalise.ts';
import type { Problem, Reason, ReasonCode } from './reason.ts';
import { judgeResource } from './resource-digest.ts';
import type { TrustPolicy } from './trust-policy.ts';

export interface ContentJudgement {
  readonly resources: readonly ResourceEvidence[];
  readonly references: readonly ReferenceEvidence[];
  /** Digests that are missing come first, then references, then content. */
  readonly reasons: readonly Reason[];
  /** What policy takes, and people should know. */
  readonly warnings: readonly Reason[];
}

const nothing: ContentJudgement = { resources: [], references: [], reasons: [], warnings: [] };

/** Holds everything that a component version consists of against the digests it states, through all its references. */
export function judgeContent(
  collected: CollectedVersion,
  where: string,
  policy: Pick<TrustPolicy, 'externalAccess'>,
): ContentJudgement {
  const { warnings, ...judged } = judgeVersion(collected, where, new Set());
  if (policy.externalAccess === 'warn') return { ...judged, warnings };
  return { ...judged, reasons: [...judged.reasons, ...warnings], warnings: [] };
}

/** @param seen Versions that are judged already: many may refer to one, and each is judged once. */
function judgeVersion(collected: CollectedVersion, where: string, seen: Set<CollectedVersion>): ContentJudgement {
  const { descriptor } = collected;
  seen.add(collected);
  if (!descriptor) return nothing;
  const resources = descriptor.resources.map((resource, index) => {
    const judged = judgeResource(resource, collected.resources[index] ?? { kind: 'not-read' });
    const { name, version, type, extraIdentity, digest } = resource;
    const evidence = { name, version, type, extraIdentity, ...(digest && { digest }), proof: judged.proof };
    const place = { where: `${where} resource ${name}` };
    const reasons = judged.problems.map((problem) => ({ ...problem, ...place }));
    return { evidence, reasons, warnings: judged.warning ? [{ ...judged.warning, ...place }] : [] };
  });
  const references = descriptor.references.map((reference, index) =>
    judgeReference(reference, collected.references[index], { where, seen }),
  );
  const reasons = [...references.flatMap((it) => it.reasons), ...resources.flatMap((it) => it.reasons)];
  const isEarly = ({ code }: Reason): boolean => code === 'digest-missing';
  return {
    resources: resources.map(({ evidence }) => evidence),
    references: references.map(({ evidence }) => evidence),
    reasons: [...reasons.filter(isEarly), ...reasons.filter((it) => !isEarly(it))],
    warnings: [...references.flatMap((it) => it.warnings), ...resources.flatMap((it) => it.warnings)],
  };
}

interface Judging {
  readonly where: string;
  readonly seen: Set<CollectedVersion>;
}

function judgeReference(
  reference: ComponentReference,
  collected: CollectedReference | undefined,
  { where, seen }: Judging,
): { readonly evidence: ReferenceEvidence } & Pick<ContentJudgement, 'reasons' | 'warnings'> {
  const { name, componentName, version } = reference;
  const target = `${where} > ${componentName}:${version}`;
  const known = collected?.kind === 'collected' ? collected.version : undefined;
  const digest = judgeDigest(reference.digest, known);
  const own = [
    ...(digest.problem ? [digest.problem] : []),
    ...(collected?.kind === 'problem' ? [collected.problem] : []),
  ].map((problem) => ({ ...problem, where: target }));

  const repeated = known !== undefined && seen.has(known);
  const content = known && !repeated ? judgeVersion(known, target, seen) : nothing;
  const found = known && !repeated ? known.problems.map((problem) => ({ ...problem, where: target })) : [];
  return {
    evidence: {
      name,
      component: componentName,
      version,
      ...(digest.computed && { digest: digest.computed }),
      ...(repeated && { repeated }),
      resources: content.resources,
      references: content.references,
    },
    reasons: [...found, ...own, ...content.reasons],
    warnings: content.warnings,
  };
}

interface DigestJudgement {
  readonly computed?: ContentDigest;
  readonly problem?: Problem;
}

/** The digest of a referenced component version is always computed from what was read, never taken from it. */
function judgeDigest(stated: ContentDigest | undefined, collected: CollectedVersion | undefined): DigestJudgement {
  if (!stated)
    return wrong('digest-missing', 'the reference has no digest, so another component version could stand there');
  const hash = parseHashAlgorithm(stated.hashAlgorithm);
  const normalisation = parseNormalisationAlgorithm(stated.normalisationAlgorithm);
  if (!hash || !normalisation) {
    const kind = JSON.stringify([stated.hashAlgorithm, stated.normalisationAlgorithm]);
    return wrong('unsupported-algorithm', `the digest of the reference is of the kind ${kind}`);
  }
  if (!isHex(stated.value)) {
    return wrong('malformed', 'the digest of the reference is not written in lower-case hexadecimal digits');
  }
  if (!collected?.descriptor) return {};
  const computed = componentDigest(collected.descriptor, normalisation, hash);
  if (equalHex(computed.value, stated.value)) return { computed };
  const message = `the reference has the digest ${stated.value}, and the component descriptor has ${computed.value}`;
  return { computed, ...wrong('digest-mismatch', message) };
}

function wrong(code: ReasonCode, message: string): DigestJudgement {
  return { problem: { code, message } };
}

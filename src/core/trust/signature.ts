import { constants, verify } from 'node:crypto';
import type { CollectedVersion } from '../component/collected-version.ts';
import type { ComponentDescriptor, ContentDigest, Signature } from '../component/component-descriptor.ts';
import { endOf, judgeTerm } from './anchor-term.ts';
import type { Certificate } from './certificate.ts';
import { type ChainRules, judgeChain, readChain, type UsableRoots } from './certificate-chain.ts';
import {
  componentDigest,
  equalHex,
  type HashAlgorithm,
  isHex,
  nodeHashOf,
  parseHashAlgorithm,
} from './component-digest.ts';
import { withDigestsAnew } from './digest-anew.ts';
import { type NormalisationAlgorithm, normalise, parseNormalisationAlgorithm } from './normalise.ts';
import type { PublicKey } from './public-key.ts';
import type { Problem, ReasonCode } from './reason.ts';
import { readSignatureValue, type SignatureValue } from './signature-value.ts';
import type { AnchorTerm } from './trust-policy.ts';

/** A pinned key that counts, and until when. */
export interface UsableKey extends PublicKey, AnchorTerm {
  readonly source: string;
}

export interface SignatureRules extends ChainRules {
  readonly keys: readonly UsableKey[];
  readonly roots: readonly UsableRoots[];
  /** Normalisation algorithms that count; absent: all supported ones. */
  readonly normalisations: readonly string[] | undefined;
  /** Signature algorithms that count; absent: all supported ones. */
  readonly algorithms: readonly string[] | undefined;
}

/** Who made a signature, and who says that this counts. */
export interface Admission {
  readonly kind: 'verified';
  /** The pinned key, or that of the signing certificate. */
  readonly key: PublicKey;
  /** Where the pinned key or the root certificates came from. */
  readonly anchor: string;
  readonly certificate: Certificate | undefined;
  /** The first moment at which the verdict may change. */
  readonly validUntil: Date | undefined;
}

type Judgement = Admission | { readonly kind: 'refused'; readonly problem: Problem };

export type SignatureResult = Judgement & {
  /** Recomputed by the algorithms that the signature names. */
  readonly digest?: ContentDigest;
};

/** Judges one signature of a component descriptor by the anchors of policy. What the signature says about itself decides nothing. */
export async function checkSignature(
  collected: CollectedVersion & { readonly descriptor: ComponentDescriptor },
  signature: Signature,
  rules: SignatureRules,
): Promise<SignatureResult> {
  const { descriptor } = collected;
  const { digest } = signature;
  const misfit = judgeAdmitted(signature, rules);
  if (misfit) return { kind: 'refused', problem: misfit };
  const normalisation = parseNormalisationAlgorithm(digest.normalisationAlgorithm);
  if (!normalisation) {
    return refused('unsupported-algorithm', `it is made over the normal form ${quote(digest.normalisationAlgorithm)}`);
  }
  const hash = parseHashAlgorithm(digest.hashAlgorithm);
  if (!hash) return refused('unsupported-algorithm', `it is made with the hash ${quote(digest.hashAlgorithm)}`);
  const read = readSignatureValue(signature);
  if (read.kind === 'problem') return { kind: 'refused', problem: read.problem };
  if (!isHex(digest.value)) return refused('malformed', 'its digest is not written in lower-case hexadecimal digits');

  const algorithms = { normalisation, hash };
  const computed = componentDigest(descriptor, normalisation, hash);
  const covered = equalHex(digest.value, computed.value) ? descriptor : findCovered(collected, digest, algorithms);
  if (!covered) {
    const message = `it is made for the digest ${digest.value}, and the component descriptor has ${computed.value}`;
    return { ...refused('signature-invalid', message + transferHint(descriptor)), digest: computed };
  }
  const message = Buffer.from(normalise(covered, normalisation));
  const judgement = await findAdmission({ ...read.value, signature, message, hash }, rules);
  return { ...judgement, digest: componentDigest(covered, normalisation, hash) };
}

/** The digests of the references are held against their content in any case, whichever of the two forms is signed. */
function findCovered(
  collected: CollectedVersion,
  digest: ContentDigest,
  algorithms: { readonly normalisation: NormalisationAlgorithm; readonly hash: HashAlgorithm },
): ComponentDescriptor | undefined {
  const anew = withDigestsAnew(collected, algorithms);
  if (!anew) return undefined;
  const { value } = componentDigest(anew, algorithms.normalisation, algorithms.hash);
  return equalHex(digest.value, value) ? anew : undefined;
}

/** What policy admits goes before what is supported: the answer is the same in every version of the program. */
function judgeAdmitted(
  { algorithm, digest }: Signature,
  { normalisations, algorithms }: SignatureRules,
): Problem | undefined {
  if (normalisations && !normalisations.includes(digest.normalisationAlgorithm)) {
    const message = `it is made over ${quote(digest.normalisationAlgorithm)}; policy admits ${normalisations.join(', ')}`;
    return { code: 'policy-normalisation', message };
  }
  if (algorithms && !algorithms.includes(algorithm)) {
    const message = `it is of the algorithm ${quote(algorithm)}; policy admits ${algorithms.join(', ')}`;
    return { code: 'policy-algorithm', message };
  }
  return undefined;
}

interface Check extends SignatureValue {
  readonly signature: Signature;
  /** The bytes that were hashed and signed. */
  readonly message: Uint8Array;
  readonly hash: HashAlgorithm;
}

/** Looks for an anchor that admits the signature; when none does, what stands against the one that is nearest to it. */
async function findAdmission(check: Check, rules: SignatureRules): Promise<Judgement> {
  const byKey = judgeByKeys(check, rules);
  if (byKey.kind === 'verified' || rules.roots.length === 0) return byKey;
  const isByKnownKey = byKey.problem.code === 'key-retired' || byKey.problem.code === 'key-revoked';
  const byChain = await judgeByRoots(check, rules);
  return byChain.kind === 'refused' && isByKnownKey ? byKey : byChain;
}

/** Of several keys that made the signature, one that still counts is taken. */
function judgeByKeys(check: Check, { keys, revokedKeys, ...occasion }: SignatureRules): Judgement {
  const sound = keys.filter(({ flaw }) => !flaw);
  let against: Problem | undefined;
  for (const key of sound.filter((it) => isMadeWith(check, it))) {
    const ended = judgeTerm(key, occasion);
    const revocation = revokedKeys.includes(key.fingerprint) ? revokedElsewhere(key) : undefined;
    const problem = ended?.code === 'key-revoked' ? ended : (revocation ?? ended);
    if (!problem) return { kind: 'verified', key, anchor: key.source, certificate: undefined, validUntil: endOf(key) };
    against ??= problem;
  }
  if (against) return { kind: 'refused', problem: against };
  const [first] = keys;
  if (sound.length === 0 && first?.flaw)
    return refused(first.flaw.code, `the key ${first.source} ${first.flaw.message}`);
  const names = sound.map(({ source }) => source).join(', ');
  return refused('signature-invalid', `it is not made with ${names}, or not for this content`);
}

function revokedElsewhere({ source, fingerprint }: UsableKey): Problem {
  return {
    code: 'key-revoked',
    message: `it is made with ${source}, whose key ${fingerprint} is revoked`,
  };
}

async function judgeByRoots(check: Check, rules: SignatureRules): Promise<Judgement> {
  if (!check.certificates) {
    return refused(
      'certificate-untrusted',
      'it carries no certificates, and only signatures that carry some are trusted',
    );
  }
  const chain = await readChain(check.certificates);
  if ('code' in chain) return { kind: 'refused', problem: chain };
  const { name, issuer } = check.signature;
  let against: Problem = { code: 'certificate-untrusted', message: 'no root certificate is given for it' };
  for (const roots of rules.roots) {
    const result = await judgeChain(chain, { name, issuer }, { ...rules, roots });
    if (result.kind === 'trusted') return judgeByLeaf(check, roots, result);
    // That no path leads to one of several roots says less than what is wrong with a path to another.
    if (against.code === 'certificate-untrusted') against = result.problem;
  }
  return { kind: 'refused', problem: against };
}

function judgeByLeaf(
  check: Check,
  { source }: UsableRoots,
  { leaf, validUntil }: { readonly leaf: Certificate; readonly validUntil: Date | undefined },
): Judgement {
  if (isMadeWith(check, leaf.key)) {
    return { kind: 'verified', key: leaf.key, anchor: source, certificate: leaf, validUntil };
  }
  return refused(
    'signature-invalid',
    `it is not made with the key of its certificate ${leaf.label}, or not for this content`,
  );
}

/** Salts of any length are taken: signers use the longest, verifiers of the specification any. */
function isMadeWith({ algorithm, message, hash, bytes }: Check, { key }: PublicKey): boolean {
  const padding =
    algorithm === 'RSASSA-PSS'
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO }
      : { padding: constants.RSA_PKCS1_PADDING };
  return verify(nodeHashOf(hash), message, { key, ...padding }, bytes);
}

/** The one common way in which honest content loses its signature. */
function transferHint({ creationTime, resources }: ComponentDescriptor): string {
  const copied = resources.some(
    ({ type, digest }) => /^(?:oci|helm)/i.test(type) && digest?.normalisationAlgorithm === 'genericBlobDigest/v1',
  );
  if (creationTime !== undefined || !copied) return '';
  return (
    ' (it looks copied by version 2 of the OCM command line with --copy-resources, which drops the creation time and changes' +
    ' the digests of images: transfer it with version 1, or have it signed again afterwards)'
  );
}

function refused(code: ReasonCode, message: string) {
  return { kind: 'refused', problem: { code, message } } as const;
}

const quote = (text: string): string => JSON.stringify(text);

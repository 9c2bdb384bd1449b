import { constants, verify } from 'node:crypto';
import type { ComponentDescriptor, ContentDigest, Signature } from '../component/component-descriptor.ts';
import {
  componentDigest,
  equalHex,
  type HashAlgorithm,
  isHex,
  nodeHashOf,
  parseHashAlgorithm,
} from './component-digest.ts';
import { type NormalisationAlgorithm, normalise, parseNormalisationAlgorithm } from './normalise.ts';
import type { PublicKey } from './public-key.ts';
import type { ReasonCode } from './reason.ts';

/** A key that counts, and until when it counts for something new. */
export interface UsableKey extends PublicKey {
  readonly retired: Date | undefined;
}

export interface SignatureRules {
  readonly keys: readonly UsableKey[];
  /** Normalisation algorithms that count; absent: all supported ones. */
  readonly normalisations: readonly string[] | undefined;
  readonly now: Date;
  /** Whether the version is installed already: then retired keys count as well. */
  readonly installed: boolean;
}

export type SignatureResult =
  | { readonly kind: 'verified'; readonly key: PublicKey; readonly digest: ContentDigest }
  | { readonly kind: 'refused'; readonly code: ReasonCode; readonly message: string; readonly digest?: ContentDigest };

type Padding = 'pkcs1' | 'pss';

const paddings: ReadonlyMap<string, { readonly mediaType: string; readonly padding: Padding }> = new Map([
  ['RSASSA-PKCS1-V1_5', { mediaType: 'application/vnd.ocm.signature.rsa', padding: 'pkcs1' }],
  ['RSASSA-PSS', { mediaType: 'application/vnd.ocm.signature.rsa.pss', padding: 'pss' }],
]);

const pemType = 'application/x-pem-file';

/** Judges one signature of a component descriptor by pinned keys. What the signature says about itself decides nothing. */
export function checkSignature(
  descriptor: ComponentDescriptor,
  signature: Signature,
  rules: SignatureRules,
): SignatureResult {
  const { digest } = signature;
  if (rules.normalisations && !rules.normalisations.includes(digest.normalisationAlgorithm)) {
    const admitted = rules.normalisations.join(', ');
    return refused(
      'policy-normalisation',
      `it is made over ${quote(digest.normalisationAlgorithm)}; policy admits ${admitted}`,
    );
  }
  const normalisation = parseNormalisationAlgorithm(digest.normalisationAlgorithm);
  if (!normalisation) {
    return refused('unsupported-algorithm', `it is made over the normal form ${quote(digest.normalisationAlgorithm)}`);
  }
  const hash = parseHashAlgorithm(digest.hashAlgorithm);
  if (!hash) return refused('unsupported-algorithm', `it is made with the hash ${quote(digest.hashAlgorithm)}`);
  const value = readValue(signature);
  if (value.kind === 'refused') return value;
  if (!isHex(digest.value)) return refused('malformed', 'its digest is not written in lower-case hexadecimal digits');

  const computed = componentDigest(descriptor, normalisation, hash);
  if (!equalHex(digest.value, computed.value)) {
    const message = `it is made for the digest ${digest.value}, and the component descriptor has ${computed.value}`;
    return { ...refused('signature-invalid', message + transferHint(descriptor)), digest: computed };
  }
  return { ...findKey(descriptor, { ...value, normalisation, hash }, rules), digest: computed };
}

interface SignatureValue {
  readonly padding: Padding;
  readonly bytes: Uint8Array;
}

function readValue({ algorithm, mediaType, value }: Signature) {
  const known = paddings.get(algorithm);
  if (!known) return refused('unsupported-algorithm', `it is of the algorithm ${quote(algorithm)}`);
  if (mediaType === pemType) {
    return value.includes('-----BEGIN SIGNATURE-----')
      ? refused('unsupported-algorithm', 'it is in PEM form, which is not supported yet')
      : refused('malformed', 'its media type says PEM, and its value is none');
  }
  if (mediaType !== known.mediaType) {
    return refused('unsupported-algorithm', `its media type ${quote(mediaType)} is not that of ${algorithm}`);
  }
  if (!isHex(value)) return refused('malformed', 'its value is not written in lower-case hexadecimal digits');
  return { kind: 'read', padding: known.padding, bytes: Buffer.from(value, 'hex') } as const;
}

interface Check extends SignatureValue {
  readonly normalisation: NormalisationAlgorithm;
  readonly hash: HashAlgorithm;
}

/** Looks for a key that made the signature; of several that did, one that still counts for something new. */
function findKey(descriptor: ComponentDescriptor, check: Check, { keys, now, installed }: SignatureRules) {
  const message = Buffer.from(normalise(descriptor, check.normalisation));
  const sound = keys.filter(({ flaw }) => !flaw);
  const makers = sound.filter(({ key }) => {
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
    const padding = check.padding === 'pss' ? pss : { padding: constants.RSA_PKCS1_PADDING };
    return verify(nodeHashOf(check.hash), message, { key, ...padding }, check.bytes);
  });
  const maker = makers.find(({ retired }) => installed || !retired || now < retired);
  if (maker) return { kind: 'verified', key: maker } as const;
  const [retired] = makers;
  if (retired) {
    const since = retired.retired?.toISOString();
    return refused('key-retired', `it is made with ${retired.source}, which admits nothing new since ${since}`);
  }
  const [first] = keys;
  if (sound.length === 0 && first?.flaw)
    return refused(first.flaw.code, `the key ${first.source} ${first.flaw.message}`);
  const names = sound.map(({ source }) => source).join(', ');
  return refused('signature-invalid', `it is not made with ${names}, or not for this content`);
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
  return { kind: 'refused', code, message } as const;
}

const quote = (text: string): string => JSON.stringify(text);

import type { Signature } from '../component/component-descriptor.ts';
import { isHex } from './component-digest.ts';
import { parsePemSignature } from './pem-signature.ts';
import type { Problem, ReasonCode } from './reason.ts';

export const signatureAlgorithms = ['RSASSA-PKCS1-V1_5', 'RSASSA-PSS'] as const;

export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

/** The bytes of a signature, and the certificates that came with them. */
export interface SignatureValue {
  readonly algorithm: SignatureAlgorithm;
  readonly bytes: Uint8Array;
  /** In DER; `undefined` when the signature is of a form that carries none. */
  readonly certificates: readonly Uint8Array[] | undefined;
}

export type SignatureValueResult =
  | { readonly kind: 'read'; readonly value: SignatureValue }
  | { readonly kind: 'problem'; readonly problem: Problem };

const mediaTypes: Readonly<Record<SignatureAlgorithm, string>> = {
  'RSASSA-PKCS1-V1_5': 'application/vnd.ocm.signature.rsa',
  'RSASSA-PSS': 'application/vnd.ocm.signature.rsa.pss',
};

/** Of signatures that bring the certificates of their key. */
export const pemType = 'application/x-pem-file';

/** Reads the value of a signature. What it says about itself must agree, or two readers may take it for two things. */
export function readSignatureValue({ algorithm, mediaType, value }: Signature): SignatureValueResult {
  const known = signatureAlgorithms.find((it) => it === algorithm);
  if (!known) return problem('unsupported-algorithm', describeUnknown(algorithm, mediaType));
  if (mediaType === pemType) return readPem(value, known);
  if (mediaType !== mediaTypes[known]) {
    const message = `its media type ${JSON.stringify(mediaType)} is not that of ${algorithm}`;
    return problem('unsupported-algorithm', message);
  }
  if (!isHex(value)) return problem('malformed', 'its value is not written in lower-case hexadecimal digits');
  return { kind: 'read', value: { algorithm: known, bytes: Buffer.from(value, 'hex'), certificates: undefined } };
}

function readPem(text: string, algorithm: SignatureAlgorithm): SignatureValueResult {
  const result = parsePemSignature(text);
  if (result.kind === 'problem') return result;
  const { pem } = result;
  if (pem.algorithm !== undefined && pem.algorithm !== algorithm) {
    const message = `it is of the algorithm ${algorithm}, and its PEM header says ${JSON.stringify(pem.algorithm)}`;
    return problem('signature-invalid', message);
  }
  return { kind: 'read', value: { algorithm, bytes: pem.value, certificates: pem.certificates } };
}

function describeUnknown(algorithm: string, mediaType: string): string {
  const written = `it is of the algorithm ${JSON.stringify(algorithm)}`;
  const families = [
    { family: 'Sigstore', pattern: /sigstore/i },
    { family: 'GPG', pattern: /gpg|pgp/i },
  ];
  const found = families.find(({ pattern }) => pattern.test(algorithm) || pattern.test(mediaType));
  const remedy = `${signatureAlgorithms.join(' and ')} are verified`;
  return found
    ? `${written}; ${found.family} signatures are not supported, only ${remedy}`
    : `${written}; only ${remedy}`;
}

function problem(code: ReasonCode, message: string): SignatureValueResult {
  return { kind: 'problem', problem: { code, message } };
}

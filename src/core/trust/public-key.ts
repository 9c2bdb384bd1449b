import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Digest, digestOf } from '../digest.ts';
import { Failure } from '../failure.ts';

export interface PublicKey {
  readonly key: KeyObject;
  /** SHA-256 of the key's SubjectPublicKeyInfo. */
  readonly fingerprint: Digest;
  /** Where it came from, for messages. */
  readonly source: string;
  /** Why signatures by this key do not count, whoever made them. */
  readonly flaw: { readonly code: 'key-too-weak' | 'unsupported-algorithm'; readonly message: string } | undefined;
}

const minimumBits = 2048;
const minimumExponent = 65_537n;

/**
 * Reads a public key from PEM text: `PUBLIC KEY` or `RSA PUBLIC KEY`. A certificate is none: its dates and its issuer would count
 * for nothing.
 *
 * @param source Where it came from, for messages: a file name.
 * @throws {Failure} `configuration` when the text is no public key, or holds more than one.
 */
export function parsePublicKey(pem: string, source: string): PublicKey {
  const labels = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map(([, label]) => label);
  const [label, second] = labels;
  if (label?.includes('PRIVATE KEY')) throw noKey(source, 'holds a private key, which nobody but the signer may have');
  if (label === 'CERTIFICATE') {
    const remedy = 'Give the public key alone, or name the certificate of a root as "rootCertificate" (--root-ca).';
    throw noKey(source, 'holds a certificate where a public key is wanted', remedy);
  }
  if (second !== undefined) throw noKey(source, 'holds more than one key');
  if (label !== 'PUBLIC KEY' && label !== 'RSA PUBLIC KEY') throw noKey(source, 'holds no public key in PEM form');
  try {
    return publicKeyOf(createPublicKey(pem), source);
  } catch (error) {
    throw noKey(source, `holds a public key that cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

/** @returns The key with its fingerprint and what is wrong with it. */
export function publicKeyOf(key: KeyObject, source: string): PublicKey {
  return { key, source, fingerprint: digestOf(key.export({ type: 'spki', format: 'der' })), flaw: findFlaw(key) };
}

const oneKey = 'Give a file with the PEM text of one RSA public key.';

function noKey(source: string, message: string, remedy = oneKey): Failure {
  return new Failure('configuration', `${source} ${message}.`, { remedy, place: { file: source } });
}

function findFlaw({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): PublicKey['flaw'] {
  if (asymmetricKeyType !== 'rsa') {
    return { code: 'unsupported-algorithm', message: `is of type ${asymmetricKeyType}, not RSA` };
  }
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  if (modulusLength < minimumBits) {
    return { code: 'key-too-weak', message: `has ${modulusLength} bits; ${minimumBits} are the least` };
  }
  if (publicExponent < minimumExponent || publicExponent % 2n === 0n) {
    return {
      code: 'key-too-weak',
      message: `has the public exponent ${publicExponent}; ${minimumExponent} is the least`,
    };
  }
  return undefined;
}

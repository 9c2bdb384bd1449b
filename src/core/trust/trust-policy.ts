import { type Digest, digestOfParts } from '../digest.ts';
import { printCanonicalJson } from './canonical-json.ts';

/** What must hold before a component version is taken as the provider's. */
export interface TrustPolicy {
  /** Every one must be there and hold. Never empty unless `allowUnsigned`. */
  readonly signatures: readonly RequiredSignature[];
  /** How many different keys must have made the required signatures; absent: one. */
  readonly minimumSigners?: number;
  /** Normalisation algorithms that count; absent: all supported ones. */
  readonly normalisations?: readonly string[];
  /** Signature algorithms that count; absent: all supported ones. */
  readonly algorithms?: readonly string[];
  /** Fingerprints of keys that count for nothing, wherever they turn up. */
  readonly revokedKeys?: readonly string[];
  /** The operator's alone: content without required signatures is taken when everything else holds. */
  readonly allowUnsigned: boolean;
  /** What becomes of content that lies outside of the configured registries; absent: it is refused. */
  readonly externalAccess?: 'refuse' | 'warn';
}

export interface RequiredSignature {
  readonly name: string;
  /** One of these must have admitted it. */
  readonly anyOf: readonly TrustAnchor[];
}

export type TrustAnchor = TrustedKey | TrustedRoots;

/** How long an anchor counts. */
export interface AnchorTerm {
  /** Where it came from, for messages: a file name. */
  readonly source: string;
  /** From this moment on it admits what is installed and rollbacks, but nothing new. */
  readonly retired?: Date;
  /** From this moment on, or always when `true`, it admits nothing at all, installed or not. */
  readonly revoked?: Date | true;
}

export interface TrustedKey extends AnchorTerm {
  /** PEM text: `PUBLIC KEY` or `RSA PUBLIC KEY`. */
  readonly pem: string;
}

/** Root certificates, to one of which the chain in a signature must lead. */
export interface TrustedRoots extends AnchorTerm {
  /** PEM text of one or more self-signed certificates. */
  readonly roots: string;
  /** The distinguished name that the signing certificate must have; absent: its common name must be the signature's name. */
  readonly issuer?: string;
}

/**
 * @returns A digest over everything in the policy that can change a verdict, by which verdicts can be stored. Neither the order of
 *   anything nor the names of files change it.
 */
export function policyDigestOf(policy: TrustPolicy): Digest {
  const {
    signatures,
    minimumSigners = 1,
    normalisations,
    algorithms,
    revokedKeys = [],
    allowUnsigned,
    externalAccess = 'refuse',
  } = policy;
  const required = signatures.map(({ name, anyOf }) => ({ name, anyOf: unordered(anyOf.map(contentOf)) }));
  const content = {
    signatures: unordered(required),
    minimumSigners,
    normalisations: normalisations && unordered(normalisations),
    algorithms: algorithms && unordered(algorithms),
    revokedKeys: unordered(revokedKeys),
    allowUnsigned,
    externalAccess,
  };
  return digestOfParts('consignee/trust-policy/1', [printCanonicalJson(content)]);
}

function contentOf(anchor: TrustAnchor) {
  const { retired, revoked } = anchor;
  return {
    ...('pem' in anchor
      ? { key: pemBodies(anchor.pem) }
      : { roots: unordered(pemBodies(anchor.roots)), issuer: anchor.issuer }),
    retired: retired?.toISOString(),
    revoked: revoked === true || revoked?.toISOString(),
  };
}

/** What stands around the blocks of PEM text, and how it is broken into lines, means nothing. */
function pemBodies(text: string): readonly string[] {
  const blocks = text.match(/-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g) ?? [text];
  return blocks.map((block) => block.replace(/\s/g, ''));
}

/** @returns The items as texts in one order, each once. */
function unordered(items: readonly unknown[]): readonly string[] {
  return [...new Set(items.map(printCanonicalJson))].toSorted();
}

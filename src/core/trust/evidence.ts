import type { ContentDigest } from '../component/component-descriptor.ts';
import type { ComponentName } from '../component/component-name.ts';
import type { Digest } from '../digest.ts';
import type { Reason } from './reason.ts';

/** What was proved about one component version, and what was not. This is also the JSON of `consignee verify`. */
export interface Evidence {
  readonly component: ComponentName;
  /** As the component descriptor spells it; as asked for when there is none. */
  readonly version: string;
  /**
   * The digest of the normalised component descriptor, always by jsonNormalisation/v3 and SHA-256, whatever was signed: the
   * identity of the content. Absent when there is no component descriptor.
   */
  readonly digest?: ContentDigest;
  /** The manifest that carried it in this component repository: a hint for finding changes, not an identity. */
  readonly manifest?: Digest;
  /** One per required signature name. */
  readonly signatures: readonly SignatureEvidence[];
  readonly resources: readonly ResourceEvidence[];
  readonly references: readonly ReferenceEvidence[];
  readonly verdict: 'verified' | 'refused';
  /** Empty when verified; otherwise in the order of verification, the first being the first to put right. */
  readonly reasons: readonly Reason[];
  /** What policy takes, and people should know. */
  readonly warnings: readonly Reason[];
}

export interface SignatureEvidence {
  readonly name: string;
  readonly verdict: 'verified' | 'refused';
  readonly algorithm?: string;
  /** Recomputed by the algorithms that the signature names. */
  readonly digest?: ContentDigest;
  /** SHA-256 of the key's SubjectPublicKeyInfo, for the key that verified the signature. */
  readonly keyFingerprint?: Digest;
  /** Where the pinned key or the root certificate that admitted it came from: a file name. */
  readonly anchor?: string;
  /** The certificate of the signing key, when a root certificate admitted it. */
  readonly certificate?: CertificateEvidence;
  /**
   * When the anchor is retired or revoked, or a certificate of the chain expires, whichever is first: from then on the version is to be
   * judged anew. As ISO 8601 in UTC; absent when nothing ends.
   */
  readonly validUntil?: string;
}

export interface CertificateEvidence {
  /** As RFC 4514 writes distinguished names. */
  readonly subject: string;
  readonly issuer: string;
  /** In hexadecimal digits. */
  readonly serialNumber: string;
  /** As ISO 8601 in UTC. */
  readonly notAfter: string;
  /** PEM text of the key. */
  readonly publicKey: string;
}

export interface ResourceEvidence {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly extraIdentity: Readonly<Record<string, string>>;
  readonly digest?: ContentDigest;
  /**
   * `content`: the bytes were read and have the signed digest; `present`: the registry has content under the signed digest, whose
   * bytes were not all read; `pinned`: the access names the signed digest, the content lies outside of what could be read; `none`:
   * the resource has no content; `unproved`: none of these (a reason or warning says why).
   */
  readonly proof: 'content' | 'present' | 'pinned' | 'none' | 'unproved';
}

export interface ReferenceEvidence {
  readonly name: string;
  readonly component: ComponentName;
  readonly version: string;
  /** Digest of the referenced component descriptor, recomputed by the algorithms that the reference names. */
  readonly digest?: ContentDigest;
  /** The component version stands further up already; its resources and references are not repeated. */
  readonly repeated?: true;
  readonly resources: readonly ResourceEvidence[];
  readonly references: readonly ReferenceEvidence[];
}

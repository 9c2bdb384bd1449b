/** What must hold before a component version is taken as the provider's. */
export interface TrustPolicy {
  /** Every one must be there and hold. Never empty unless `allowUnsigned`. */
  readonly signatures: readonly RequiredSignature[];
  /** Normalisation algorithms that count; absent: all supported ones. */
  readonly normalisations?: readonly string[];
  /** The operator's alone: content without required signatures is taken when everything else holds. */
  readonly allowUnsigned: boolean;
  /** What becomes of content that lies outside of the configured registries. Default: `refuse`. */
  readonly externalAccess?: 'refuse' | 'warn';
}

export interface RequiredSignature {
  readonly name: string;
  /** One of these keys must have made it. */
  readonly anyOf: readonly TrustedKey[];
}

export interface TrustedKey {
  /** PEM text: `PUBLIC KEY`, `RSA PUBLIC KEY` or `CERTIFICATE` (of which only the key is used). */
  readonly pem: string;
  /** Where it came from, for messages: a file name. */
  readonly source: string;
  /** From this moment on the key admits what is installed and rollbacks, but nothing new. */
  readonly retired?: Date;
}

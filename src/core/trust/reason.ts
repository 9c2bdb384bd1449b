/**
 * Why content is refused. The codes are stable: they stand in JSON output, in pull requests and in the documentation, and the
 * shared cases of the reference implementations use them.
 */
export type ReasonCode =
  | 'ambiguous-scalar'
  | 'blob-missing'
  | 'certificate-expired'
  | 'certificate-untrusted'
  | 'certificate-usage'
  | 'digest-mismatch'
  | 'digest-missing'
  | 'identity-mismatch'
  | 'issuer-mismatch'
  | 'issuer-missing'
  | 'key-retired'
  | 'key-revoked'
  | 'key-too-weak'
  | 'leaves-the-registry'
  | 'malformed'
  | 'no-trust-anchor'
  | 'not-signed'
  | 'number-out-of-range'
  | 'policy-algorithm'
  | 'policy-normalisation'
  | 'reference-cycle'
  | 'reference-unresolved'
  | 'resource-missing'
  | 'resource-unreachable'
  | 'signature-invalid'
  | 'size-mismatch'
  | 'too-few-signers'
  | 'too-large'
  | 'unsupported-algorithm'
  | 'version-not-found';

/** One reason, in words that can be sent to the provider as they are. */
export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
  /** The thing that is wrong, from the outside in: `ocm.software/demos/podinfo:v1.0.0 resource image`. */
  readonly where: string;
}

/** What is wrong with one thing, without saying which. */
export type Problem = Pick<Reason, 'code' | 'message'>;

/** Thrown while content is taken apart; whoever collects the content turns it into a reason. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ReasonCode;

  constructor(code: ReasonCode, message: string) {
    super(message);
    this.code = code;
  }

  get problem(): Problem {
    return { code: this.code, message: this.message };
  }
}

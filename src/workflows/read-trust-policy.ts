import { Failure } from '../core/failure.ts';
import type { Installation, VerificationAnchor } from '../core/installation/installation.ts';
import { configurationFolder } from '../core/installation/places.ts';
import type { TrustAnchor, TrustPolicy } from '../core/trust/trust-policy.ts';
import { checkTrustPolicy } from '../core/trust/verify.ts';

/** What the operator demands beyond what a repository says. */
export interface OperatorFloor {
  readonly allowsUnsigned: (component: string) => boolean;
  /** Whether content may lie outside of the configured registries. */
  readonly allowsExternalAccess: (component: string) => boolean;
  /** How many different keys must have made the required signatures. */
  readonly minimumSigners: number;
  readonly normalisations: readonly string[] | undefined;
  readonly algorithms: readonly string[] | undefined;
  /** Fingerprints of keys that count for nothing. */
  readonly revokedKeys: readonly string[];
}

/**
 * Brings together the signatures that an installation requires with the keys and root certificates that lie in the repository.
 *
 * @throws {Failure} `configuration` when files are missing, naming all of them, when one is not what it should be, or when no content
 *   could satisfy the policy.
 */
export function readTrustPolicy(
  { name, component, verify }: Pick<Installation, 'name' | 'component' | 'verify'>,
  texts: ReadonlyMap<string, string>,
  floor: OperatorFloor,
): TrustPolicy {
  refuseMissing(name, verify, texts);
  const { minimumSigners, normalisations, algorithms, revokedKeys } = floor;
  const policy = {
    signatures: verify.map(({ signature, anyOf }) => ({
      name: signature,
      anyOf: anyOf.map((anchor) => readAnchor(anchor, texts)),
    })),
    minimumSigners,
    revokedKeys,
    allowUnsigned: floor.allowsUnsigned(component),
    externalAccess: floor.allowsExternalAccess(component) ? ('warn' as const) : ('refuse' as const),
    ...(normalisations && { normalisations }),
    ...(algorithms && { algorithms }),
  };
  checkTrustPolicy(policy);
  return policy;
}

function refuseMissing(installation: string, verify: Installation['verify'], texts: ReadonlyMap<string, string>): void {
  const missing = verify.flatMap(({ anyOf }) => anyOf.map(pathOf)).filter((path) => !texts.has(path));
  const [first] = missing;
  if (first === undefined) return;
  throw new Failure(
    'configuration',
    `The configuration of ${installation} names ${missing.join(', ')}, which is not there.`,
    {
      place: { file: first },
      remedy:
        'Commit the provider\'s public key or root certificate there, or correct the path under "verify" (it is relative to .consignee/).',
    },
  );
}

function pathOf(anchor: VerificationAnchor): string {
  return `${configurationFolder}/${'publicKey' in anchor ? anchor.publicKey : anchor.rootCertificate}`;
}

function readAnchor(anchor: VerificationAnchor, texts: ReadonlyMap<string, string>): TrustAnchor {
  const { retired, revoked } = anchor;
  const source = pathOf(anchor);
  const text = texts.get(source) ?? '';
  const term = { source, ...(retired && { retired }), ...(revoked && { revoked }) };
  if ('publicKey' in anchor) return { pem: text, ...term };
  return { roots: text, ...term, ...(anchor.issuer !== undefined && { issuer: anchor.issuer }) };
}

import { Failure } from '../core/failure.ts';
import type { Installation } from '../core/installation/installation.ts';
import { configurationFolder } from '../core/installation/places.ts';
import type { TrustPolicy } from '../core/trust/trust-policy.ts';

/** What the operator demands beyond what a repository says. */
export interface OperatorFloor {
  readonly allowsUnsigned: (component: string) => boolean;
  readonly normalisations: readonly string[] | undefined;
}

/**
 * Brings together the signatures that an installation requires with the keys that lie in the repository.
 *
 * @throws {Failure} `configuration` when key files are missing, naming all of them.
 */
export function readTrustPolicy(
  { name, component, verify }: Pick<Installation, 'name' | 'component' | 'verify'>,
  texts: ReadonlyMap<string, string>,
  floor: OperatorFloor,
): TrustPolicy {
  const missing: string[] = [];
  const keyAt = (file: string): string => {
    const path = `${configurationFolder}/${file}`;
    const pem = texts.get(path);
    if (pem === undefined) missing.push(path);
    return pem ?? '';
  };
  const signatures = verify.map(({ signature, anyOf }) => ({
    name: signature,
    anyOf: anyOf.map(({ publicKey, retired }) => ({
      pem: keyAt(publicKey),
      source: `${configurationFolder}/${publicKey}`,
      ...(retired ? { retired } : {}),
    })),
  }));
  if (missing.length > 0) {
    throw new Failure(
      'configuration',
      `The configuration of ${name} names ${missing.join(', ')}, which is not there.`,
      {
        place: { file: missing[0] ?? '' },
        remedy:
          'Commit the provider\'s public key there, or correct the path under "verify" (it is relative to .consignee/).',
      },
    );
  }
  const { normalisations } = floor;
  return { signatures, allowUnsigned: floor.allowsUnsigned(component), ...(normalisations ? { normalisations } : {}) };
}

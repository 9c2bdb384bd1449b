import type { Certificate } from './certificate.ts';
import { verifiesWith } from './root-certificate.ts';

/** From the signing certificate to a trusted root. */
export type CertificatePath = readonly [Certificate, ...Certificate[]];

/** Bounds what a crowd of authorities that certify each other costs. */
const maxSteps = 200;
const maxPaths = 8;

/**
 * Finds ways from a signing certificate to trusted roots through the other certificates of its signature, in whatever order these
 * come. Only names and signatures are looked at: each path must still be judged.
 *
 * @returns The shortest ways first.
 */
export function findPaths(
  leaf: Certificate,
  others: readonly Certificate[],
  roots: readonly Certificate[],
): readonly CertificatePath[] {
  const found: CertificatePath[] = [];
  const issues = rememberIssuers();
  let steps = 0;
  let frontier: readonly CertificatePath[] = [[leaf]];
  while (frontier.length > 0) {
    const taken = frontier.slice(0, maxSteps - steps);
    steps += taken.length;
    found.push(...taken.flatMap((path) => extend(path, roots, issues)));
    frontier = taken.flatMap((path) => extend(path, withoutKeysOf([...path, ...roots], others), issues));
  }
  return found.slice(0, maxPaths);
}

type Issues = (issuer: Certificate, certificate: Certificate) => boolean;

/** @returns The path with each of `issuers` that certifies its last certificate. */
function extend(path: CertificatePath, issuers: readonly Certificate[], issues: Issues): readonly CertificatePath[] {
  return issuers
    .filter((issuer) => issues(issuer, path.at(-1) ?? path[0]))
    .map((issuer): CertificatePath => [...path, issuer]);
}

/** A path that comes back to a key is a circle. */
function withoutKeysOf(used: readonly Certificate[], others: readonly Certificate[]): readonly Certificate[] {
  const keys = new Set(used.map(({ key }) => key.fingerprint));
  return others.filter(({ key }) => !keys.has(key.fingerprint));
}

/** Checks each pair once. */
function rememberIssuers(): Issues {
  const known = new Map<Certificate, Map<Certificate, boolean>>();
  return (issuer, certificate) => {
    const answers = known.get(issuer) ?? new Map<Certificate, boolean>();
    known.set(issuer, answers);
    const answer =
      answers.get(certificate) ??
      (issuer.x509.subject === certificate.x509.issuer && verifiesWith(certificate.x509, issuer.x509));
    answers.set(certificate, answer);
    return answer;
  };
}

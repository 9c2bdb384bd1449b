import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrustPolicy } from '../../src/core/trust/trust-policy.ts';

const folder = join(import.meta.dirname, '../fixtures/ocm');

/** One of the shared cases, for which the verdicts of the reference implementations are known. */
export interface OcmCase {
  readonly id: string;
  readonly family: string;
  /** What it is about. */
  readonly tests: string;
  /** Path below the folder of the cases. */
  readonly archive: string;
  readonly form: 'directory' | 'tar' | 'tgz' | 'registry-dump';
  readonly component: string;
  readonly version: string;
  /** Where a registry was dumped: host and base path. */
  readonly repository?: string;
  readonly verify: {
    readonly signatures: readonly string[];
    readonly publicKeys?: Readonly<Record<string, string>>;
    readonly rootCertificates?: readonly string[];
    readonly issuer?: string;
    readonly policy?: { readonly normalisations: readonly string[] };
  };
  readonly expected: 'verified' | 'refused';
  readonly reason?: string;
  readonly digests?: readonly {
    readonly normalisation: string;
    readonly hash: string;
    readonly value: string;
    readonly text?: string;
  }[];
}

/** The day on which the certificates of the cases were made. */
export const caseTime = new Date('2026-11-21T12:00:00Z');

export const ocmCases: readonly OcmCase[] = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));

/** @returns Path of the archive of a case, or of another file of the cases. */
export const casePath = (file: string): string => join(folder, file);

export const caseText = (file: string): string => readFileSync(casePath(file), 'utf8');

export function policyOfCase({ verify }: OcmCase): TrustPolicy {
  const { signatures, publicKeys = {}, rootCertificates = [], issuer, policy } = verify;
  const roots = rootCertificates.map((source) => ({ roots: caseText(source), source, ...(issuer && { issuer }) }));
  return {
    signatures: signatures.map((name) => {
      const source = publicKeys[name];
      return { name, anyOf: [...(source ? [{ pem: caseText(source), source }] : []), ...roots] };
    }),
    allowUnsigned: false,
    ...(policy && { normalisations: policy.normalisations }),
  };
}

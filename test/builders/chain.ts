import { X509Certificate } from 'node:crypto';
import { judgeChain, readChain, type UsableRoots } from '../../src/core/trust/certificate-chain.ts';
import { type DistinguishedName, parseDistinguishedName } from '../../src/core/trust/distinguished-name.ts';
import {
  type CertificateOptions,
  createAuthority,
  createLeaf,
  createRsaKeys,
  type TestCertificate,
} from './certificate.ts';

/** The certificates of these builders are valid for the whole year. */
export const now = new Date('2026-11-21T12:00:00Z');
/** Of all certificates for signing. */
export const keys = createRsaKeys();
export const root = createAuthority('root');
export const between = createAuthority('between', { issuer: root });
export function leafOf(issuer: TestCertificate, options: CertificateOptions = {}): TestCertificate {
  return createLeaf(issuer, { keys, ...options });
}

/** A certificate for signing, from `between`. */
export const good = leafOf(between);

export interface Judging {
  readonly roots?: readonly TestCertificate[];
  readonly wanted?: string;
  readonly stated?: string;
  readonly signature?: string;
  readonly at?: Date;
  readonly installed?: boolean;
  readonly revokedKeys?: readonly string[];
  readonly term?: Pick<UsableRoots, 'retired' | 'revoked'>;
}

/** @returns `trusted until` and the time, or the code and the message against it. */
export async function judge(certificates: readonly TestCertificate[], judging: Judging = {}): Promise<string> {
  const {
    roots = [root],
    wanted,
    stated,
    signature = 'release',
    at = now,
    installed = false,
    revokedKeys = [],
  } = judging;
  const chain = await readChain(certificates.map(({ der }) => der));
  if ('code' in chain) return `${chain.code}: ${chain.message}`;
  const usable = {
    source: 'root.pem',
    certificates: roots.map(({ der }) => new X509Certificate(der)),
    issuer: wanted === undefined ? undefined : nameOf(wanted),
    ...judging.term,
  };
  const claim = { name: signature, issuer: stated };
  const result = await judgeChain(chain, claim, { roots: usable, now: at, installed, revokedKeys });
  if (result.kind === 'refused') return `${result.problem.code}: ${result.problem.message}`;
  return `trusted until ${result.validUntil?.toISOString()}`;
}

function nameOf(text: string): DistinguishedName {
  const name = parseDistinguishedName(text);
  if (!name) throw new Error(text);
  return name;
}

/** A chain with another intermediate certificate. */
export function chainThrough(options: CertificateOptions): readonly TestCertificate[] {
  const authority = createAuthority('through', { issuer: root, ...options });
  return [leafOf(authority), authority];
}

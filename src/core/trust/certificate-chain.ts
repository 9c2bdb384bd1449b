import type { X509Certificate } from 'node:crypto';
import { endOf, judgeTerm, type Occasion } from './anchor-term.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { type CertificatePath, findPaths } from './certificate-path.ts';
import { commonNameOf, type DistinguishedName, parseDistinguishedName, sameName } from './distinguished-name.ts';
import { judgePath } from './judge-path.ts';
import type { Problem } from './reason.ts';
import { isSelfSigned } from './root-certificate.ts';
import type { AnchorTerm } from './trust-policy.ts';

/** Root certificates that count, ready for use. */
export interface UsableRoots extends AnchorTerm {
  readonly certificates: readonly X509Certificate[];
  /** The name that the signing certificate must have; absent: its common name must be the signature's. */
  readonly issuer: DistinguishedName | undefined;
}

/** What a signature says about who made it. */
export interface ChainClaim {
  /** Name of the signature. */
  readonly name: string;
  /** As the signature states it. */
  readonly issuer: string | undefined;
}

export interface ChainRules extends Occasion {
  /** Fingerprints of keys that count for nothing. */
  readonly revokedKeys: readonly string[];
}

export type ChainResult =
  | { readonly kind: 'trusted'; readonly leaf: Certificate; readonly validUntil: Date | undefined }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** @returns The certificates of a signature, or what is wrong with them. */
export async function readChain(
  encoded: readonly Uint8Array[],
): Promise<readonly [Certificate, ...Certificate[]] | Problem> {
  const read = await readCertificates(encoded);
  if (read.length < encoded.length)
    return { code: 'malformed', message: 'it carries a certificate that cannot be read' };
  const [leaf, ...others] = read;
  if (!leaf) return untrusted('it carries no certificate, and only signatures that carry one are trusted');
  const { flaw, source } = leaf.key;
  if (flaw) return { code: flaw.code, message: `the key of the certificate ${source} ${flaw.message}` };
  if (isSelfSigned(leaf.x509)) return untrusted(`the certificate ${leaf.label} is self-signed`);
  return [leaf, ...others];
}

/**
 * Judges the certificates of a signature by trusted roots. That the key of the first certificate made the signature is for the
 * caller to find out.
 */
export async function judgeChain(
  [leaf, ...others]: readonly [Certificate, ...Certificate[]],
  claim: ChainClaim,
  { roots, ...rules }: ChainRules & { readonly roots: UsableRoots },
): Promise<ChainResult> {
  const paths = findPaths(leaf, others, await readCertificates(roots.certificates.map(({ raw }) => raw)));
  const { path, problem } = await choosePath(paths, leaf, rules);
  if (!path) return refused(problem ?? untrusted(`no certificates lead from ${leaf.label} to ${roots.source}`));
  const misfit = judgeTerm(roots, rules) ?? judgeName(leaf, claim, roots.issuer);
  if (misfit) return refused(misfit);
  return {
    kind: 'trusted',
    leaf,
    validUntil: endOf(
      roots,
      path.map(({ notAfter }) => notAfter),
    ),
  };
}

/** @returns Those that can be read. */
async function readCertificates(encoded: readonly Uint8Array[]): Promise<readonly Certificate[]> {
  const read = await Promise.all(encoded.map(readCertificate));
  return read.filter((it) => it !== undefined);
}

interface Choice {
  readonly path?: CertificatePath;
  /** What is wrong with the first path, when there is one. */
  readonly problem?: Problem;
}

/** Content that is installed stays admitted when its certificate expires: the chain is judged as of that moment. */
async function choosePath(
  paths: readonly CertificatePath[],
  { notAfter }: Certificate,
  { now, installed, revokedKeys }: ChainRules,
): Promise<Choice> {
  const at = installed && notAfter < now ? notAfter : now;
  let first: Problem | undefined;
  for (const path of paths) {
    const problem = await judgePath(path, { at, revokedKeys });
    if (!problem) return { path };
    first ??= problem;
  }
  return first ? { problem: first } : {};
}

/**
 * A signature may state who made it, as the subject of its certificate (first command line) or as its issuer (second). What it states
 * must be true; whom to expect is policy's to say.
 */
function judgeName(
  { subject, issuer, label }: Certificate,
  claim: ChainClaim,
  wanted: DistinguishedName | undefined,
): Problem | undefined {
  const stated = claim.issuer === undefined ? undefined : parseDistinguishedName(claim.issuer);
  if (claim.issuer !== undefined && !(stated && (sameName(stated, subject) || sameName(stated, issuer)))) {
    const message = `it states the issuer ${JSON.stringify(claim.issuer)}, and its certificate is ${label}`;
    return { code: 'issuer-mismatch', message };
  }
  if (!wanted) {
    const message = `its certificate is ${label}, whose common name is not ${JSON.stringify(claim.name)}, the signature's name`;
    return commonNameOf(subject) === claim.name ? undefined : { code: 'issuer-mismatch', message };
  }
  if (!sameName(wanted, subject)) {
    return { code: 'issuer-mismatch', message: `its certificate is ${label}, which is not the wanted name` };
  }
  return stated ? undefined : { code: 'issuer-missing', message: 'it states no issuer, and policy wants one' };
}

const untrusted = (message: string): Problem => ({ code: 'certificate-untrusted', message });

const refused = (problem: Problem): ChainResult => ({ kind: 'refused', problem });

import type { Certificate } from './certificate.ts';
import type { CertificatePath } from './certificate-path.ts';
import type { PublicKey } from './public-key.ts';
import type { Problem, ReasonCode } from './reason.ts';

const codeSigning = '1.3.6.1.5.5.7.3.3';
const anyUsage = '2.5.29.37.0';

/**
 * Judges a path of certificates: dates, what each may be used for, how long it may be. That each is signed by the next is known.
 *
 * @param path From the signing certificate to the trusted root.
 * @returns What is wrong with it, or `undefined`.
 * @see RFC 5280, section 6; stricter where it leaves a choice: usages must be stated, name constraints are refused
 */
export async function judgePath(
  path: CertificatePath,
  { at, revokedKeys }: { readonly at: Date; readonly revokedKeys: readonly string[] },
): Promise<Problem | undefined> {
  const [leaf] = path;
  return (
    firstOf(path, (certificate) => findRevocation(certificate, revokedKeys)) ??
    firstOf(path, findFlaw) ??
    firstOf(path.slice(1), (authority, index) => findAuthorityFault(authority, index, path.length)) ??
    findLeafFault(leaf) ??
    firstOf(path, (certificate) => findDateFault(certificate, at)) ??
    (await findOtherFault(path, at))
  );
}

function firstOf(
  certificates: readonly Certificate[],
  find: (certificate: Certificate, index: number) => Problem | undefined,
): Problem | undefined {
  for (const [index, certificate] of certificates.entries()) {
    const problem = find(certificate, index);
    if (problem) return problem;
  }
  return undefined;
}

function findRevocation({ key, label }: Certificate, revokedKeys: readonly string[]): Problem | undefined {
  return revokedKeys.includes(key.fingerprint)
    ? fault('key-revoked', label, `has the key ${key.fingerprint}, which is revoked`)
    : undefined;
}

function findFlaw({ flaw, key, label }: Certificate): Problem | undefined {
  if (flaw) return fault('certificate-untrusted', label, flaw);
  if (key.flaw?.code === 'key-too-weak') return fault('key-too-weak', label, `has a key that ${key.flaw.message}`);
  return isStrong(key.key) ? undefined : fault('key-too-weak', label, 'has a key of a type that is not strong enough');
}

const strongCurves: readonly unknown[] = ['prime256v1', 'secp384r1', 'secp521r1'];

/** Authorities may have keys of other types than those that sign content. */
function isStrong({ asymmetricKeyType, asymmetricKeyDetails }: PublicKey['key']): boolean {
  switch (asymmetricKeyType) {
    case 'rsa':
      return true;
    case 'rsa-pss':
      return (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
    case 'ec':
      return strongCurves.includes(asymmetricKeyDetails?.namedCurve);
    default:
      return asymmetricKeyType === 'ed25519' || asymmetricKeyType === 'ed448';
  }
}

/** @param below How many authorities stand between this one and the signing certificate. */
function findAuthorityFault(
  { label, isAuthority, pathLength, keyUsage, extendedKeyUsage }: Certificate,
  below: number,
  length: number,
): Problem | undefined {
  if (!isAuthority) return fault('certificate-untrusted', label, 'is not of a certificate authority');
  if (below > pathLength) {
    const message = `has the path length ${pathLength}, and ${below} authorities stand below it`;
    return fault('certificate-untrusted', label, message);
  }
  // Self-made roots often state no usage, and the operator chose them.
  const isRoot = below === length - 2;
  if (!(keyUsage?.certificateSigning ?? isRoot)) {
    return fault('certificate-usage', label, 'may not be used for signing certificates');
  }
  const fits = extendedKeyUsage?.some((usage) => usage === codeSigning || usage === anyUsage) ?? true;
  return fits
    ? undefined
    : fault('certificate-usage', label, 'may not be used for issuing certificates that sign code');
}

function findLeafFault({ label, isAuthority, keyUsage, extendedKeyUsage }: Certificate): Problem | undefined {
  if (isAuthority)
    return fault('certificate-usage', label, 'is of a certificate authority, which must not sign content');
  if (!keyUsage?.digitalSignature) return fault('certificate-usage', label, 'may not be used for digital signatures');
  return extendedKeyUsage?.includes(codeSigning)
    ? undefined
    : fault('certificate-usage', label, 'may not be used for code signing');
}

function findDateFault({ label, notBefore, notAfter }: Certificate, at: Date): Problem | undefined {
  if (at < notBefore) return fault('certificate-expired', label, `is valid only from ${notBefore.toISOString()} on`);
  return at > notAfter ? fault('certificate-expired', label, `expired on ${notAfter.toISOString()}`) : undefined;
}

/** What only pkijs knows: certificate policies and their mappings. It judges everything else a second time. */
async function findOtherFault(path: CertificatePath, at: Date): Promise<Problem | undefined> {
  const { CertificateChainValidationEngine } = await import('pkijs');
  const [leaf] = path;
  const certificates = path.map(({ parsed }) => parsed);
  const engine = new CertificateChainValidationEngine({
    certs: certificates.slice(0, -1).reverse(),
    trustedCerts: certificates.slice(-1),
    checkDate: at,
    // By itself it would follow any chain in the signature, and not come back from a circle.
    findIssuer: async (certificate) => certificates.slice(certificates.indexOf(certificate) + 1).slice(0, 1),
  });
  const { result, resultMessage } = await engine.verify();
  return result
    ? undefined
    : fault('certificate-untrusted', leaf.label, `does not lead to a trusted root: ${resultMessage}`);
}

function fault(code: ReasonCode, label: string, message: string): Problem {
  return { code, message: `the certificate ${label} ${message}` };
}

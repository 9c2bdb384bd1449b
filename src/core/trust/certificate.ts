import { X509Certificate } from 'node:crypto';
import type { Extension, Certificate as ParsedCertificate } from 'pkijs';
import { type DistinguishedName, type NameAttribute, printDistinguishedName } from './distinguished-name.ts';
import { type PublicKey, publicKeyOf } from './public-key.ts';

/** A certificate as a chain is judged by it. */
export interface Certificate {
  readonly x509: X509Certificate;
  readonly parsed: ParsedCertificate;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  /** The subject, for messages. */
  readonly label: string;
  readonly key: PublicKey;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly isAuthority: boolean;
  /** How many authorities may stand between this one and the signing certificate; infinity when any number may. */
  readonly pathLength: number;
  /** Bits of the key usage from the left; `undefined` when the certificate does not state it. */
  readonly keyUsage: KeyUsage | undefined;
  /** Object identifiers; `undefined` when the certificate does not state it. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** What is wrong with the certificate itself, whatever chain it stands in. */
  readonly flaw: string | undefined;
}

export interface KeyUsage {
  readonly digitalSignature: boolean;
  readonly certificateSigning: boolean;
}

type Pkijs = typeof import('pkijs');

const extensions = {
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** Extensions that may be critical: they are judged here or by pkijs, or mean nothing for signatures. */
const understood: ReadonlySet<string> = new Set([
  extensions.keyUsage,
  extensions.basicConstraints,
  extensions.extendedKeyUsage,
  '2.5.29.14', // subject key identifier
  '2.5.29.17', // subject alternative name
  '2.5.29.32', // certificate policies
  '2.5.29.33', // policy mappings
  '2.5.29.35', // authority key identifier
  '2.5.29.36', // policy constraints
  '2.5.29.54', // inhibit any policy
]);

const rsaPss = '1.2.840.113549.1.1.10';
const strongSignatures: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.11', // sha256WithRSAEncryption
  '1.2.840.113549.1.1.12', // sha384WithRSAEncryption
  '1.2.840.113549.1.1.13', // sha512WithRSAEncryption
  '1.2.840.10045.4.3.2', // ecdsa-with-SHA256
  '1.2.840.10045.4.3.3', // ecdsa-with-SHA384
  '1.2.840.10045.4.3.4', // ecdsa-with-SHA512
  '1.3.101.112', // Ed25519
]);
const strongHashes: ReadonlySet<string> = new Set([
  '2.16.840.1.101.3.4.2.1', // SHA-256
  '2.16.840.1.101.3.4.2.2', // SHA-384
  '2.16.840.1.101.3.4.2.3', // SHA-512
]);

/**
 * Reads a certificate in DER. OpenSSL and pkijs must both take it.
 *
 * @returns `undefined` when it is none.
 * @see RFC 5280
 */
export async function readCertificate(der: Uint8Array): Promise<Certificate | undefined> {
  // Loaded when the first chain is met: it costs more than everything else at start.
  const pkijs = await import('pkijs');
  try {
    const x509 = new X509Certificate(der);
    if (!x509.raw.equals(der)) return undefined;
    return describe(x509, pkijs.Certificate.fromBER(new Uint8Array(der)), pkijs);
  } catch {
    return undefined;
  }
}

function describe(x509: X509Certificate, parsed: ParsedCertificate, pkijs: Pkijs): Certificate {
  const found = parsed.extensions ?? [];
  const parsedOf = (id: string): unknown => found.find(({ extnID }) => extnID === id)?.parsedValue;
  const constraints = parsedOf(extensions.basicConstraints);
  const usages = parsedOf(extensions.extendedKeyUsage);
  const subject = readName(parsed.subject.typesAndValues);
  return {
    x509,
    parsed,
    subject,
    issuer: readName(parsed.issuer.typesAndValues),
    label: printDistinguishedName(subject),
    key: publicKeyOf(x509.publicKey, printDistinguishedName(subject)),
    notBefore: parsed.notBefore.value,
    notAfter: parsed.notAfter.value,
    isAuthority: constraints instanceof pkijs.BasicConstraints && constraints.cA,
    pathLength:
      constraints instanceof pkijs.BasicConstraints
        ? numberOf(constraints.pathLenConstraint)
        : Number.POSITIVE_INFINITY,
    keyUsage: readKeyUsage(found),
    extendedKeyUsage: usages instanceof pkijs.ExtKeyUsage ? usages.keyPurposes : undefined,
    flaw: findExtensionFlaw(found) ?? findSignatureFlaw(parsed, pkijs),
  };
}

/** @throws {TypeError} When a value is no text: whoever reads the certificate takes it for none. */
function readName(attributes: ParsedCertificate['subject']['typesAndValues']): DistinguishedName {
  return attributes.map(({ type, value }): NameAttribute => {
    const text: unknown = value.valueBlock.value;
    if (typeof text !== 'string') throw new TypeError(`the attribute ${type} is no text`);
    return { type, value: text };
  });
}

/** A number that pkijs keeps as an ASN.1 object is larger than any chain. */
function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.POSITIVE_INFINITY;
}

/** Digital signature is the first bit from the left of a bit string, certificate signing the sixth (RFC 5280, 4.2.1.3). */
function readKeyUsage(found: readonly Extension[]): KeyUsage | undefined {
  const extension = found.find(({ extnID }) => extnID === extensions.keyUsage);
  if (!extension) return undefined;
  const [tag, , , bits = 0] = extension.extnValue.valueBlock.valueHexView;
  const stated = tag === 0x03 ? bits : 0;
  return { digitalSignature: (stated & 0x80) !== 0, certificateSigning: (stated & 0x04) !== 0 };
}

function findExtensionFlaw(found: readonly Extension[]): string | undefined {
  const ids = found.map(({ extnID }) => extnID);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) return `has the extension ${twice} twice`;
  if (ids.includes(extensions.nameConstraints)) return 'has name constraints, which are not supported';
  const unknown = found.find(({ critical, extnID }) => critical && !understood.has(extnID));
  if (unknown) return `has the critical extension ${unknown.extnID}, which is not known here`;
  const broken = found.find(({ extnID, parsedValue }) => understood.has(extnID) && isBroken(parsedValue));
  return broken && `has the extension ${broken.extnID}, which cannot be read`;
}

/** As pkijs marks what is no DER at all, and what is not of the form of the extension. */
function isBroken(value: object | null | undefined): boolean {
  return !value || 'parsingError' in value;
}

function findSignatureFlaw({ signatureAlgorithm }: ParsedCertificate, pkijs: Pkijs): string | undefined {
  const { algorithmId, algorithmParams } = signatureAlgorithm;
  if (strongSignatures.has(algorithmId)) return undefined;
  const message = `is signed with the algorithm ${algorithmId}, which is too weak or not known here`;
  if (algorithmId !== rsaPss || algorithmParams === undefined) return message;
  const { hashAlgorithm } = new pkijs.RSASSAPSSParams({ schema: algorithmParams });
  return strongHashes.has(hashAlgorithm.algorithmId) ? undefined : message;
}

import { X509Certificate } from 'node:crypto';
import { Failure } from '../failure.ts';

const remedy = 'Give a file with the PEM text of self-signed certificates of certificate authorities.';

/**
 * Reads certificates that are trusted as roots from PEM text. An intermediate certificate is no root: whoever issued it would be
 * trusted unseen.
 *
 * @param source Where they came from, for messages: a file name.
 * @throws {Failure} `configuration` when the text has anything but such certificates, or none.
 */
export function parseRootCertificates(pem: string, source: string): readonly X509Certificate[] {
  const labels = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map(([, label]) => label);
  const stray = labels.find((label) => label !== 'CERTIFICATE');
  if (stray?.includes('PRIVATE KEY')) throw noRoot(source, 'holds a private key, which nobody but its owner may have');
  if (stray !== undefined) throw noRoot(source, `holds a ${stray} where root certificates are wanted`);
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 || blocks.length < labels.length) throw noRoot(source, 'holds no certificate in PEM form');
  return blocks.map((block) => parseRoot(block, source));
}

function parseRoot(block: string, source: string): X509Certificate {
  const certificate = readCertificate(block, source);
  if (!isSelfSigned(certificate)) throw noRoot(source, 'holds a certificate that is not self-signed, so it is no root');
  if (!certificate.ca) throw noRoot(source, 'holds a certificate that is not of a certificate authority');
  return certificate;
}

function readCertificate(block: string, source: string): X509Certificate {
  try {
    return new X509Certificate(block);
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw noRoot(source, `holds a certificate that cannot be read: ${reason}`);
  }
}

/** @returns Whether the certificate names itself as its issuer and is signed with its own key. */
export function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && verifiesWith(certificate, certificate);
}

/** @returns Whether the certificate is signed with the key of the other one. */
export function verifiesWith(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

function noRoot(source: string, message: string): Failure {
  return new Failure('configuration', `${source} ${message}.`, { remedy, place: { file: source } });
}

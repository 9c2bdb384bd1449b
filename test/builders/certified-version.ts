import { sign } from 'node:crypto';
import { componentDigest } from '../../src/core/trust/component-digest.ts';
import { normalise } from '../../src/core/trust/normalise.ts';
import type { PublishedVersion } from '../../src/ports/archive-writer.ts';
import { pemOf, type TestCertificate } from './certificate.ts';
import { type DescriptorData, parseData } from './component-version.ts';
import { rewritten } from './rewritten-version.ts';

const algorithm = 'RSASSA-PKCS1-V1_5';

/** @returns The version with one signature `release`, by the key of an RSA certificate, which comes with it. */
export function certified(version: PublishedVersion, certificate: TestCertificate): PublishedVersion {
  return rewritten(version, (data) => ({ ...data, signatures: [signatureOf(data, certificate)] }));
}

function signatureOf(data: DescriptorData, { pem, privateKey }: TestCertificate) {
  const descriptor = parseData(data);
  const value = sign('sha256', Buffer.from(normalise(descriptor, 'jsonNormalisation/v3')), privateKey);
  const block = pemOf('SIGNATURE', value, `Signature Algorithm: ${algorithm}\n\n`);
  return {
    name: 'release',
    digest: componentDigest(descriptor, 'jsonNormalisation/v3', 'SHA-256'),
    signature: { algorithm, mediaType: 'application/x-pem-file', value: block + pem },
  };
}

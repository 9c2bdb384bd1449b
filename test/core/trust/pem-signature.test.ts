import { describe, expect, test } from 'vitest';
import { maxCertificates, parsePemSignature } from '../../../src/core/trust/pem-signature.ts';
import { pemOf } from '../../builders/certificate.ts';

const bytes = Buffer.from('the value of a signature, long enough for two lines of PEM text');
const header = 'Signature Algorithm: RSASSA-PSS\n\n';
const certificate = pemOf('CERTIFICATE', Buffer.from('certificate'));

describe('a signature in PEM form', () => {
  test('is a block SIGNATURE, and blocks CERTIFICATE', () => {
    const text = pemOf('SIGNATURE', bytes, header) + certificate + certificate;
    expect(parsePemSignature(text)).toEqual({
      kind: 'read',
      pem: {
        value: bytes,
        algorithm: 'RSASSA-PSS',
        certificates: [Buffer.from('certificate'), Buffer.from('certificate')],
      },
    });
  });

  test('may have no header, no certificates, and other line breaks', () => {
    const read = { kind: 'read', pem: { value: bytes, certificates: [] } };
    expect(parsePemSignature(pemOf('SIGNATURE', bytes))).toStrictEqual(read);
    expect(parsePemSignature(pemOf('SIGNATURE', bytes, header.replace(': ', ':')))).toMatchObject({
      pem: { algorithm: 'RSASSA-PSS' },
    });
    expect(parsePemSignature(pemOf('SIGNATURE', bytes).replaceAll('\n', '\r\n'))).toEqual(read);
    expect(parsePemSignature(`\n${pemOf('SIGNATURE', bytes)}\n`)).toEqual(read);
    expect(parsePemSignature(pemOf('SIGNATURE', bytes).trimEnd())).toEqual(read);
    expect(parsePemSignature(pemOf('SIGNATURE', bytes, header).replaceAll('\n', '\r\n'))).toMatchObject({
      pem: { algorithm: 'RSASSA-PSS' },
    });
  });

  const signature = pemOf('SIGNATURE', bytes);
  test.each([
    ['nothing', '', 'SIGNATURE'],
    ['S-69 two signatures', signature + signature, '"SIGNATURE" after the SIGNATURE'],
    ['certificates alone', certificate, 'does not begin with a SIGNATURE block'],
    ['certificates first', certificate + signature, 'does not begin with a SIGNATURE block'],
    ['a private key', signature + pemOf('PRIVATE KEY', bytes), '"PRIVATE KEY"'],
    ['text before', `hello\n${signature}`, 'PEM blocks alone'],
    ['text between', `${signature}hello\n${certificate}`, 'PEM blocks alone'],
    ['text after', `${signature}hello`, 'PEM blocks alone'],
    ['a block without an end', signature.replace('-----END SIGNATURE-----', ''), 'PEM blocks alone'],
    ['a block with another end', signature.replace('END SIGNATURE', 'END CERTIFICATE'), 'PEM blocks alone'],
    ['S-14 junk in base64', signature.replace('\n', '\n!!'), 'strict base64'],
    ['base64 with blanks', signature.replace('\n', '\n '), 'strict base64'],
    ['base64 that ends early', signature.replace(/.\n-----END/, '\n-----END'), 'strict base64'],
    ['base64 with bits to spare', '-----BEGIN SIGNATURE-----\nQR==\n-----END SIGNATURE-----\n', 'strict base64'],
    ['base64 with a header behind it', signature.replace('\n-----END', '\n:\n-----END'), 'strict base64'],
    ['an empty signature', pemOf('SIGNATURE', Buffer.alloc(0)), 'strict base64'],
    ['another header', pemOf('SIGNATURE', bytes, 'Proc-Type: 4,ENCRYPTED\n\n'), 'strict base64'],
    ['a header without an empty line', pemOf('SIGNATURE', bytes, header.trimEnd()), 'strict base64'],
    ['two headers', pemOf('SIGNATURE', bytes, `Signature Algorithm: a\n${header}`), 'strict base64'],
    ['junk in a certificate', signature + certificate.replace('\n', '\n!'), 'CERTIFICATE block'],
    ['a header in a certificate', signature + pemOf('CERTIFICATE', bytes, header), 'CERTIFICATE block'],
  ])('is not read from %s', (_what, text, message) => {
    expect(parsePemSignature(text)).toEqual({
      kind: 'problem',
      problem: { code: 'malformed', message: expect.stringContaining(message) },
    });
  });

  test('carries ten certificates at most', () => {
    const read = parsePemSignature(signature + certificate.repeat(maxCertificates));
    expect(read).toMatchObject({ kind: 'read' });
    expect(parsePemSignature(signature + certificate.repeat(maxCertificates + 1))).toEqual({
      kind: 'problem',
      problem: { code: 'too-large', message: 'it carries 11 certificates; 10 are the most' },
    });
  });

  test('of a megabyte of dashes is refused at once', () => {
    expect(parsePemSignature(`-----BEGIN SIGNATURE-----\n${'-'.repeat(1_000_000)}`)).toMatchObject({ kind: 'problem' });
    expect(parsePemSignature(' '.repeat(1_000_000))).toMatchObject({ kind: 'problem' });
  });
});

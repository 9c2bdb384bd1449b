import { describe, expect, test } from 'vitest';
import { readCertificate } from '../../../src/core/trust/certificate.ts';
import {
  type CertificateOptions,
  codeSigning,
  createAuthority,
  createCertificate,
  createRsaKeys,
  identifier,
  sequence,
  tagged,
} from '../../builders/certificate.ts';

const issuer = createAuthority('root');

async function read(options: CertificateOptions) {
  const certificate = await readCertificate(createCertificate({ issuer, ...options }).der);
  if (!certificate) throw new Error('the certificate cannot be read');
  return certificate;
}

const flawOf = async (options: CertificateOptions) => (await read(options)).flaw;

describe('a certificate', () => {
  test('is read with all it says', async () => {
    const keys = createRsaKeys();
    expect(
      await read({
        name: [
          ['O', 'Example Works'],
          ['CN', 'release'],
        ],
        keys,
        from: '2026-02-01T00:00:00Z',
        to: '2026-03-01T00:00:00Z',
        authority: true,
        pathLength: 2,
        keyUsage: 0x80,
        extendedKeyUsage: [codeSigning],
      }),
    ).toMatchObject({
      subject: [
        { type: '2.5.4.10', value: 'Example Works' },
        { type: '2.5.4.3', value: 'release' },
      ],
      issuer: [{ type: '2.5.4.3', value: 'root' }],
      label: 'CN=release,O=Example Works',
      key: { source: 'CN=release,O=Example Works', flaw: undefined },
      notBefore: new Date('2026-02-01T00:00:00Z'),
      notAfter: new Date('2026-03-01T00:00:00Z'),
      isAuthority: true,
      pathLength: 2,
      keyUsage: { digitalSignature: true, certificateSigning: false },
      extendedKeyUsage: [codeSigning],
      flaw: undefined,
    });
  });

  test('may say nothing about its use', async () => {
    expect(await read({})).toMatchObject({
      isAuthority: false,
      pathLength: Number.POSITIVE_INFINITY,
      keyUsage: undefined,
      extendedKeyUsage: undefined,
      flaw: undefined,
    });
    expect(await read({ authority: true })).toMatchObject({ pathLength: Number.POSITIVE_INFINITY });
  });

  test.each([
    [0x80, true, false],
    [0x04, false, true],
    [0x84, true, true],
    [0x7b, false, false],
  ])('with the key usage %i', async (keyUsage, digitalSignature, certificateSigning) => {
    expect((await read({ keyUsage })).keyUsage).toEqual({ digitalSignature, certificateSigning });
  });

  const neither = { digitalSignature: false, certificateSigning: false };
  test.each([
    ['of no bits', tagged(0x03, Buffer.from([0]))],
    ['that is no bit string', tagged(0x04, Buffer.from([0, 0x84]))],
  ])('with a key usage %s may be used for nothing', async (_what, value) => {
    const extensions = [{ id: '2.5.29.15', critical: true, value }];
    expect((await read({ extensions })).keyUsage).toEqual(neither);
  });

  test('with a path length beyond any chain has none', async () => {
    const value = sequence(tagged(0x01, Buffer.from([0xff])), tagged(0x02, Buffer.alloc(9, 0x7f)));
    const extensions = [{ id: '2.5.29.19', critical: true, value }];
    expect(await read({ extensions })).toMatchObject({ isAuthority: true, pathLength: Number.POSITIVE_INFINITY });
  });

  test('of a name that is no text is none', async () => {
    const name = [['CN', tagged(0x03, Buffer.from([0, 1]))]] as const;
    expect(await readCertificate(createCertificate({ name }).der)).toBeUndefined();
  });
});

describe('an extension', () => {
  test.each([
    ['subject key identifier', '2.5.29.14', tagged(0x04, Buffer.from([1]))],
    ['subject alternative name', '2.5.29.17', sequence(tagged(0x82, Buffer.from('example.org')))],
    ['certificate policies', '2.5.29.32', sequence(sequence(identifier('1.2.3')))],
    ['policy mappings', '2.5.29.33', sequence(sequence(identifier('1.2.3'), identifier('1.2.4')))],
    ['authority key identifier', '2.5.29.35', sequence(tagged(0x80, Buffer.from([1])))],
    ['policy constraints', '2.5.29.36', sequence(tagged(0x80, Buffer.from([0])))],
    ['inhibit any policy', '2.5.29.54', tagged(0x02, Buffer.from([0]))],
  ])('may be critical when it is understood: %s', async (_what, id, value) => {
    expect(await flawOf({ extensions: [{ id, critical: true, value }] })).toBeUndefined();
  });

  test.each([
    [{ id: '1.2.3', critical: true, value: tagged(0x05) }, 'has the critical extension 1.2.3, which is not known here'],
    [{ id: '1.2.3', critical: false, value: tagged(0x05) }, undefined],
    [{ id: '1.2.3', critical: false, value: Buffer.from([0x30]) }, undefined],
    [
      { id: '2.5.29.35', critical: false, value: Buffer.from([0x30]) },
      'has the extension 2.5.29.35, which cannot be read',
    ],
    [{ id: '2.5.29.19', critical: true, value: tagged(0x05) }, 'has the extension 2.5.29.19, which cannot be read'],
  ])('%j', async (extension, flaw) => {
    expect(await flawOf({ extensions: [extension] })).toBe(flaw);
  });

  test('that restricts names is not supported, critical or not', async () => {
    expect(await flawOf({ nameConstraints: true })).toBe('has name constraints, which are not supported');
    const value = sequence(tagged(0xa0, sequence(tagged(0x82, Buffer.from('example.org')))));
    const extensions = [{ id: '2.5.29.30', critical: false, value }];
    expect(await flawOf({ extensions })).toBe('has name constraints, which are not supported');
  });

  test('stands there once', async () => {
    const extension = { id: '1.2.3', critical: false, value: tagged(0x05) };
    expect(await flawOf({ extensions: [extension, extension] })).toBe('has the extension 1.2.3 twice');
  });
});

describe('a signature of the algorithm', () => {
  const weak = (id: string) => `is signed with the algorithm ${id}, which is too weak or not known here`;

  test.each([
    ['1.2.840.113549.1.1.11', undefined],
    ['1.2.840.113549.1.1.12', undefined],
    ['1.2.840.113549.1.1.13', undefined],
    ['1.2.840.10045.4.3.2', undefined],
    ['1.2.840.10045.4.3.3', undefined],
    ['1.2.840.10045.4.3.4', undefined],
    ['1.3.101.112', undefined],
    ['1.2.840.113549.1.1.4', weak('1.2.840.113549.1.1.4')],
    ['1.2.840.113549.1.1.5', weak('1.2.840.113549.1.1.5')],
    ['1.2.840.10045.4.1', weak('1.2.840.10045.4.1')],
  ])('%s: %s', async (id, flaw) => {
    expect(await flawOf({ algorithm: sequence(identifier(id)) })).toBe(flaw);
  });

  const pss = '1.2.840.113549.1.1.10';
  const hashes = (id: string) => sequence(tagged(0xa0, sequence(identifier(id))));
  test.each([
    ['SHA-256', [hashes('2.16.840.1.101.3.4.2.1')], undefined],
    ['SHA-384', [hashes('2.16.840.1.101.3.4.2.2')], undefined],
    ['SHA-512', [hashes('2.16.840.1.101.3.4.2.3')], undefined],
    ['SHA-1', [hashes('1.3.14.3.2.26')], weak(pss)],
    ['the default, which is SHA-1', [sequence()], weak(pss)],
    ['no parameters', [], weak(pss)],
  ])('RSASSA-PSS with %s', async (_what, parameters, flaw) => {
    expect(await flawOf({ algorithm: sequence(identifier(pss), ...parameters) })).toBe(flaw);
  });

  test('another one with the parameters of RSASSA-PSS', async () => {
    const algorithm = sequence(identifier('1.2.840.113549.1.1.5'), hashes('2.16.840.1.101.3.4.2.1'));
    expect(await flawOf({ algorithm })).toBe(weak('1.2.840.113549.1.1.5'));
  });
});

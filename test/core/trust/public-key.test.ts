import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parsePublicKey } from '../../../src/core/trust/public-key.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/ocm/keys', name), 'utf8');
const pem = (key: { export(options: { type: 'spki'; format: 'pem' }): string | Buffer }) =>
  key.export({ type: 'spki', format: 'pem' }).toString();

describe('a public key', () => {
  test('has one fingerprint in every form', () => {
    const pkcs1 = parsePublicKey(read('ocm-signing.pub'), 'a');
    const spki = parsePublicKey(pem(pkcs1.key), 'b');
    expect(spki.fingerprint).toBe(pkcs1.fingerprint);
    expect(pkcs1).toMatchObject({ flaw: undefined, source: 'a' });
  });

  /** A number of so many bits, in the form of JSON web keys. */
  const numberOf = (bits: number, last = 1) => {
    const bytes = Buffer.alloc(Math.ceil(bits / 8), 0xff);
    bytes[0] = 0xff >> (bytes.length * 8 - bits);
    bytes[bytes.length - 1] = last;
    return bytes;
  };
  const rsaKey = (modulus: Buffer, exponent: number) => {
    const [n, e] = [modulus, Buffer.from(exponent.toString(16).padStart(6, '0'), 'hex')];
    const key = { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') };
    return pem(createPublicKey({ key, format: 'jwk' }));
  };

  test.each([
    [2048, 65_537, undefined],
    [2048, 65_539, undefined],
    [4096, 65_537, undefined],
    [2047, 65_537, 'has 2047 bits; 2048 are the least'],
    [1024, 65_537, 'has 1024 bits; 2048 are the least'],
    [2048, 65_535, 'has the public exponent 65535; 65537 is the least'],
    [2048, 65_538, 'has the public exponent 65538; 65537 is the least'],
    [2048, 3, 'has the public exponent 3; 65537 is the least'],
  ])('of RSA with %i bits and the exponent %i: %s', (bits, exponent, message) => {
    const flaw = message === undefined ? undefined : { code: 'key-too-weak', message };
    expect(parsePublicKey(rsaKey(numberOf(bits), exponent), 'x').flaw).toEqual(flaw);
  });

  test.each([
    ['rsa-1024.pub', 'has 1024 bits'],
    ['exponent-1.pub', 'has the public exponent 1;'],
  ])('%s does not count', (name, message) => {
    const flaw = { code: 'key-too-weak', message: expect.stringContaining(message) };
    expect(parsePublicKey(read(name), name).flaw).toEqual(flaw);
  });

  test('that is not of RSA does not count', () => {
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    const flaw = { code: 'unsupported-algorithm', message: 'is of type ec, not RSA' };
    expect(parsePublicKey(pem(curve), 'x').flaw).toEqual(flaw);
  });

  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const oneKey = 'Give a file with the PEM text of one RSA public key.';
  const secret = 'holds a private key, which nobody but the signer may have';
  test.each([
    ['nothing', '', 'holds no public key in PEM form', oneKey],
    ['something else', 'hello', 'holds no public key in PEM form', oneKey],
    ['a private key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), secret, oneKey],
    ['an old private key', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(), secret, oneKey],
    [
      'a certificate',
      read('leaf.pem'),
      'holds a certificate where a public key is wanted',
      'Give the public key alone, or name the certificate of a root as "rootCertificate" (--root-ca).',
    ],
    ['two keys', read('ocm-signing.pub') + read('other.pub'), 'holds more than one key', oneKey],
    [
      'a broken key',
      read('ocm-signing.pub').replace(/\n.{20}/, '\n'),
      'holds a public key that cannot be read: ',
      oneKey,
    ],
    [
      'another kind of block',
      read('ocm-signing.pub').replaceAll('RSA PUBLIC KEY', 'DSA KEY'),
      'holds no public key in PEM form',
      oneKey,
    ],
    [
      'a key after a word',
      `x${read('ocm-signing.pub')}`.replace('RSA PUBLIC', 'EC PUBLIC'),
      'holds no public key',
      oneKey,
    ],
  ])('is not read from %s', (_what, text, message, remedy) => {
    expect(() => parsePublicKey(text, 'keys/release.pub')).toThrow(
      expect.objectContaining({
        name: 'Failure',
        code: 'configuration',
        message: expect.stringMatching(`^keys/release.pub ${message}.*\\.$`),
        remedy,
        place: { file: 'keys/release.pub' },
      }),
    );
  });
});

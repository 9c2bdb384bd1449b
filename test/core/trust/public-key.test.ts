import { generateKeyPairSync } from 'node:crypto';
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

  test.each([
    ['rsa-1024.pub', 'key-too-weak', '1024'],
    ['exponent-1.pub', 'key-too-weak', 'exponent 1'],
  ])('%s does not count', (name, code, message) => {
    expect(parsePublicKey(read(name), name).flaw).toEqual({ code, message: expect.stringContaining(message) });
  });

  test('of exponent 3, or not of RSA, does not count', () => {
    const three = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey;
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    expect(parsePublicKey(pem(three), 'x').flaw?.code).toBe('key-too-weak');
    expect(parsePublicKey(pem(curve), 'x').flaw?.code).toBe('unsupported-algorithm');
  });

  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  test.each([
    ['nothing', ''],
    ['something else', 'hello'],
    ['a private key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['an old private key', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['a certificate', read('leaf.pem')],
    ['two keys', read('ocm-signing.pub') + read('other.pub')],
    ['a broken key', read('ocm-signing.pub').replace(/\n.{20}/, '\n')],
    ['another kind of block', read('ocm-signing.pub').replaceAll('RSA PUBLIC KEY', 'DSA KEY')],
  ])('is not read from %s', (_what, text) => {
    expect(() => parsePublicKey(text, 'keys/release.pub')).toThrow(
      expect.objectContaining({
        name: 'Failure',
        code: 'configuration',
        message: expect.stringContaining('keys/release.pub'),
      }),
    );
  });
});

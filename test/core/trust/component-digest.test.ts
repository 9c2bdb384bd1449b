import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  componentDigest,
  equalHex,
  identityDigest,
  isHex,
  nodeHashOf,
  parseHashAlgorithm,
} from '../../../src/core/trust/component-digest.ts';
import { hashOf } from '../../../src/core/trust/hash-of.ts';
import { normalise } from '../../../src/core/trust/normalise.ts';
import { descriptorData, parseData } from '../../builders/component-version.ts';

const descriptor = parseData(descriptorData());

test.each([
  ['SHA-256', 'sha256'],
  ['SHA-512', 'sha512'],
] as const)('%s is the hash of a normal form', (hash, name) => {
  expect(parseHashAlgorithm(hash)).toBe(hash);
  expect(nodeHashOf(hash)).toBe(name);
  const v4 = 'jsonNormalisation/v4alpha1';
  const value = createHash(name).update(normalise(descriptor, v4)).digest('hex');
  expect(componentDigest(descriptor, v4, hash)).toEqual({ hashAlgorithm: hash, normalisationAlgorithm: v4, value });
});

test.each(['sha256', 'SHA256', 'SHA-1', 'SHA-384', ''])('%j is no hash that is supported', (name) => {
  expect(parseHashAlgorithm(name)).toBeUndefined();
});

test('versions are told apart by one digest, whatever is signed', () => {
  expect(identityDigest(descriptor)).toEqual(componentDigest(descriptor, 'jsonNormalisation/v3', 'SHA-256'));
});

test.each([
  ['00', true],
  ['0123456789abcdef', true],
  ['', false],
  ['0', false],
  ['000', false],
  ['0A', false],
  ['0g', false],
  ['00 ', false],
  ['00\n', false],
  [' 00', false],
  ['0x', false],
])('that %j are hexadecimal digits is %s', (text, is) => {
  expect(isHex(text)).toBe(is);
});

test('digits are equal or not, of whatever number', () => {
  expect(equalHex('00ff', '00ff')).toBe(true);
  expect(equalHex('00ff', '00fe')).toBe(false);
  expect(equalHex('00ff', '00')).toBe(false);
  expect(equalHex('', '00')).toBe(false);
});

test('a stream has the hash of all its bytes', async () => {
  const bytes = Buffer.from('good morning');
  async function* chunks() {
    yield bytes.subarray(0, 4);
    yield bytes.subarray(4);
  }
  for (const name of ['sha256', 'sha512'] as const) {
    expect(await hashOf(chunks(), name)).toBe(createHash(name).update(bytes).digest('hex'));
  }
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseRootCertificates } from '../../../src/core/trust/root-certificate.ts';
import { policyDigestOf, type TrustAnchor, type TrustPolicy } from '../../../src/core/trust/trust-policy.ts';
import { readAnchors } from '../../../src/core/trust/usable-anchors.ts';
import {
  createAuthority,
  createCertificate,
  createLeaf,
  identifier,
  pemOf,
  sequence,
  tagged,
} from '../../builders/certificate.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/ocm/keys', name), 'utf8');
const first: TrustAnchor = { pem: read('ocm-signing.pub'), source: 'first.pub' };
const second: TrustAnchor = { pem: read('other.pub'), source: 'second.pub' };
const third = read('leaf-key.pub');
const root: TrustAnchor = { roots: read('root.pem'), source: 'root.pem' };

function policy(changes: Partial<TrustPolicy> = {}): TrustPolicy {
  return { signatures: [{ name: 'release', anyOf: [first, second, root] }], allowUnsigned: false, ...changes };
}

const withAnchors = (...anyOf: readonly TrustAnchor[]) => policy({ signatures: [{ name: 'release', anyOf }] });

describe('the digest of a trust policy', () => {
  const revokedKeys = ['sha256:aa', 'sha256:bb'];
  const normalisations = ['jsonNormalisation/v3', 'jsonNormalisation/v2'];
  const other = { name: 'other', anyOf: [first] };
  const two = policy({ signatures: [...policy().signatures, other], revokedKeys, normalisations });

  test.each<[string, TrustPolicy, TrustPolicy]>([
    ['the order of anchors', policy(), withAnchors(root, second, first)],
    [
      'the order of everything else',
      two,
      policy({
        signatures: [other, ...policy().signatures],
        revokedKeys: revokedKeys.toReversed(),
        normalisations: normalisations.toReversed(),
      }),
    ],
    ['names of files', policy(), withAnchors({ ...first, source: 'moved.pub' }, second, root)],
    [
      'text around a key',
      policy(),
      withAnchors({ ...first, pem: `a key\n${first.pem.replaceAll('\n', '\r\n')}` }, second, root),
    ],
    [
      'the order of root certificates',
      withAnchors({ ...root, roots: read('root.pem') + read('other-root.pem') }),
      withAnchors({ ...root, roots: read('other-root.pem') + read('root.pem') }),
    ],
    ['what holds anyway', policy(), policy({ minimumSigners: 1, revokedKeys: [], externalAccess: 'refuse' })],
  ])('does not depend on %s', (_what, a, b) => {
    expect(policyDigestOf(a)).toBe(policyDigestOf(b));
  });

  const retired = new Date('2026-12-01T00:00:00Z');
  test('depends on everything that can change a verdict', () => {
    const all: readonly TrustPolicy[] = [
      policy(),
      withAnchors(),
      withAnchors(first),
      withAnchors(second),
      withAnchors(root),
      withAnchors({ ...root, roots: read('other-root.pem') }),
      withAnchors({ ...root, roots: read('root.pem') + read('other-root.pem') }),
      withAnchors({ ...root, issuer: 'CN=a' }),
      withAnchors({ ...root, issuer: 'CN=b' }),
      withAnchors({ ...first, retired }),
      withAnchors({ ...first, retired: new Date('2026-12-02T00:00:00Z') }),
      withAnchors({ ...first, revoked: retired }),
      withAnchors({ ...first, revoked: true }),
      policy({ signatures: [{ name: 'other', anyOf: [first, second, root] }] }),
      policy({ signatures: [...policy().signatures, other] }),
      policy({ signatures: [] }),
      policy({ minimumSigners: 2 }),
      policy({ normalisations: ['jsonNormalisation/v3'] }),
      policy({ normalisations: [] }),
      policy({ algorithms: ['RSASSA-PSS'] }),
      policy({ algorithms: ['RSASSA-PKCS1-V1_5'] }),
      policy({ revokedKeys: ['sha256:aa'] }),
      policy({ allowUnsigned: true }),
      policy({ externalAccess: 'warn' }),
    ];
    expect(new Set(all.map(policyDigestOf)).size).toBe(all.length);
  });
});

describe('anchors', () => {
  test('are read with their dates', () => {
    const retired = new Date('2026-12-01T00:00:00Z');
    const [anchors] = readAnchors(withAnchors({ ...first, retired }, { ...root, revoked: true, issuer: 'CN=a' }));
    expect(anchors).toMatchObject({
      name: 'release',
      keys: [{ source: 'first.pub', retired, fingerprint: expect.stringMatching(/^sha256:/) }],
      roots: [
        { source: 'root.pem', revoked: true, issuer: [{ type: '2.5.4.3', value: 'a' }], certificates: [{ ca: true }] },
      ],
    });
  });

  test.each<[string, TrustPolicy, string, string | undefined]>([
    [
      'a key twice for one signature',
      withAnchors(first, { ...first, source: 'copy.pub' }),
      'The key copy.pub is named twice for the signature release',
      'copy.pub',
    ],
    [
      'an issuer that is no name',
      withAnchors({ ...root, issuer: 'release' }),
      'The issuer "release" for root.pem is no distinguished name',
      undefined,
    ],
    ['an empty issuer', withAnchors({ ...root, issuer: '' }), 'The issuer "" for root.pem', undefined],
    ['S-27 no signer at all', policy({ minimumSigners: 0 }), 'number of signers 0', undefined],
    ['half a signer', policy({ minimumSigners: 1.5 }), 'number of signers 1.5', undefined],
    [
      'more signers than there are keys',
      policy({
        minimumSigners: 2,
        signatures: [
          { name: 'a', anyOf: [first] },
          { name: 'b', anyOf: [first] },
        ],
      }),
      'The signatures a, b can be made by 1 different keys, and the operator requires 2',
      'first.pub',
    ],
    [
      'a certificate as a key',
      withAnchors({ pem: read('leaf.pem'), source: 'leaf.pem' }),
      'leaf.pem holds a certificate where a public key is wanted',
      'leaf.pem',
    ],
    [
      'a key as a root certificate',
      withAnchors({ roots: first.pem, source: 'first.pub' }),
      'first.pub holds a RSA PUBLIC KEY where root certificates are wanted',
      'first.pub',
    ],
  ])('are not %s', (_what, trust, message, file) => {
    expect(() => readAnchors(trust)).toThrow(
      expect.objectContaining({
        name: 'Failure',
        code: 'configuration',
        message: expect.stringContaining(message),
        remedy: expect.stringMatching(/^[A-Z].*\.$/),
        place: file === undefined ? undefined : { file },
      }),
    );
  });

  test.each([
    [1, ['a', 'a']],
    [1, ['a', 'a', 'a']],
    [2, ['a', 'ab']],
    [2, ['ab', 'a']],
    [2, ['ab', 'ab', 'ab']],
    [2, ['a', 'a', 'abc']],
    [3, ['ab', 'a', 'bc']],
    [3, ['abc', 'ab', 'a']],
  ])('stand for %i signers at most, as %j', (signers, sets) => {
    const pems = new Map([
      ['a', first.pem],
      ['b', second.pem],
      ['c', third],
    ]);
    const signatures = sets.map((letters, index) => ({
      name: `s${index}`,
      anyOf: [...letters].map((letter) => ({ pem: pems.get(letter) ?? '', source: letter })),
    }));
    expect(readAnchors(policy({ signatures, minimumSigners: signers }))).toHaveLength(sets.length);
    expect(() => readAnchors(policy({ signatures, minimumSigners: signers + 1 }))).toThrow(
      `can be made by ${signers} different keys`,
    );
  });

  test('may be few where root certificates stand for any number of keys, or where nothing is required', () => {
    const signatures = [
      { name: 'a', anyOf: [first] },
      { name: 'b', anyOf: [root] },
    ];
    expect(readAnchors(policy({ minimumSigners: 2, signatures }))).toHaveLength(2);
    expect(readAnchors(policy({ minimumSigners: 2, signatures: [] }))).toEqual([]);
    const keys = [
      { name: 'a', anyOf: [first] },
      { name: 'b', anyOf: [second] },
    ];
    expect(readAnchors(policy({ minimumSigners: 2, signatures: keys }))).toHaveLength(2);
  });
});

describe('root certificates', () => {
  const authority = createAuthority('root');
  const between = createAuthority('between', { issuer: authority });
  const unknownKey = sequence(sequence(identifier('1.2.3')), tagged(0x03, Buffer.from([0, 1])));

  test('may be several in one file', () => {
    expect(parseRootCertificates(`comment\n${authority.pem}\n${createAuthority('b').pem}`, 'x')).toHaveLength(2);
  });

  test.each([
    ['nothing', '', 'holds no certificate in PEM form'],
    ['something else', 'hello', 'holds no certificate in PEM form'],
    ['a certificate that is cut short', authority.pem.slice(0, 200), 'holds no certificate in PEM form'],
    ['two, of which one is cut short', authority.pem + authority.pem.slice(0, 200), 'holds no certificate in PEM form'],
    ['broken bytes', pemOf('CERTIFICATE', Buffer.from('hello')), 'holds a certificate that cannot be read'],
    ['a private key', `${authority.pem}${pemOf('PRIVATE KEY', Buffer.from('a'))}`, 'holds a private key'],
    ['an intermediate certificate', between.pem, 'holds a certificate that is not self-signed, so it is no root'],
    ['a root and an intermediate certificate', authority.pem + between.pem, 'is not self-signed'],
    [
      'one of the right name by another key',
      createAuthority('root', { issuer: createAuthority('root') }).pem,
      'is not self-signed',
    ],
    ['a certificate for signing', createLeaf(authority).pem, 'is not self-signed'],
    [
      'one that is signed with its own key under another name',
      createAuthority('root', { keys: between, issuer: { ...between, name: [['CN', 'other']] } }).pem,
      'is not self-signed',
    ],
    ['one whose key nobody knows', createAuthority('root', { publicKeyInfo: unknownKey }).pem, 'is not self-signed'],
    [
      'a self-signed certificate for signing',
      createCertificate({ authority: false }).pem,
      'is not of a certificate authority',
    ],
  ])('are not read from %s', (_what, text, message) => {
    expect(() => parseRootCertificates(text, 'keys/root.pem')).toThrow(
      expect.objectContaining({
        name: 'Failure',
        code: 'configuration',
        message: expect.stringContaining(`keys/root.pem ${message.startsWith('is') ? 'holds' : message}`),
        remedy: expect.stringContaining('self-signed certificates of certificate authorities'),
        place: { file: 'keys/root.pem' },
      }),
    );
    expect(() => parseRootCertificates(text, 'keys/root.pem')).toThrow(message);
  });
});

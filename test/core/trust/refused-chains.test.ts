import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { publicKeyOf } from '../../../src/core/trust/public-key.ts';
import {
  anyUsage,
  codeSigning,
  createAuthority,
  createCertificate,
  createCurveKeys,
  createLeaf,
  createRsaKeys,
  serverAuthentication,
  type TestCertificate,
} from '../../builders/certificate.ts';
import { between, chainThrough, good, type Judging, judge, keys, leafOf, now, root } from '../../builders/chain.ts';

const none = undefined as never;

describe('a chain is refused', () => {
  const foreign = createAuthority('foreign');
  const one = createAuthority('one', { issuer: root, pathLength: 0 });
  const twoBelowOne = createAuthority('two', { issuer: one });
  const loopA = createAuthority('a', { keys: createCurveKeys() });
  const loopB = createAuthority('b', { issuer: loopA });
  const loopBack = createAuthority('a', { keys: loopA, issuer: loopB });

  test.each<[string, readonly TestCertificate[], Judging, string]>([
    [
      'S-60 to another root',
      [good, between],
      { roots: [foreign] },
      'certificate-untrusted: no certificates lead from CN=release,O=Example Works to root.pem',
    ],
    [
      'to a root of the right name and another key',
      [good, between],
      { roots: [createAuthority('root')] },
      'certificate-untrusted: no certificates lead',
    ],
    ...(['secp112r1', 'secp224r1', 'prime192v1'] as const).map(
      (curve): [string, readonly TestCertificate[], Judging, string] => [
        `through an authority with a key on ${curve}`,
        chainThrough({ keys: generateKeyPairSync('ec', { namedCurve: curve }) }),
        {},
        'key-too-weak: ',
      ],
    ),
    ['without its intermediate certificate', [good], {}, 'certificate-untrusted: no certificates lead'],
    [
      'that goes round in a circle',
      [leafOf(loopB), loopB, loopBack, loopA],
      {},
      'certificate-untrusted: no certificates lead',
    ],
    [
      'S-59 of a self-signed certificate',
      [createLeaf(none, { keys, issuer: none })],
      {},
      'certificate-untrusted: the certificate CN=release,O=Example Works is self-signed',
    ],
    [
      'of a self-signed certificate that is the root',
      [
        createCertificate({
          name: [['CN', 'release']],
          keys,
          authority: true,
          keyUsage: 0x84,
          extendedKeyUsage: [codeSigning],
        }),
      ],
      {},
      'is self-signed',
    ],
    [
      'S-61 without code signing',
      [leafOf(root, { extendedKeyUsage: none })],
      {},
      'certificate-usage: the certificate CN=release,O=Example Works may not be used for code signing',
    ],
    [
      'for another purpose',
      [leafOf(root, { extendedKeyUsage: [serverAuthentication] })],
      {},
      'certificate-usage: the certificate CN=release,O=Example Works may not be used for code signing',
    ],
    ['for any purpose', [leafOf(root, { extendedKeyUsage: [anyUsage] })], {}, 'may not be used for code signing'],
    [
      'without a key usage',
      [leafOf(root, { keyUsage: none })],
      {},
      'certificate-usage: the certificate CN=release,O=Example Works may not be used for digital signatures',
    ],
    ['with another key usage', [leafOf(root, { keyUsage: 0x20 })], {}, 'may not be used for digital signatures'],
    [
      'of an authority',
      [leafOf(root, { authority: true, keyUsage: 0x84 })],
      {},
      'certificate-usage: the certificate CN=release,O=Example Works is of a certificate authority',
    ],
    [
      'S-63 through what is no authority',
      chainThrough({ authority: false }),
      {},
      'certificate-untrusted: the certificate CN=through is not of a certificate authority',
    ],
    [
      'through what does not say that it is an authority',
      chainThrough({ authority: none }),
      {},
      'certificate-untrusted: the certificate CN=through is not of a certificate authority',
    ],
    [
      'through an authority without a key usage',
      chainThrough({ keyUsage: none }),
      {},
      'certificate-usage: the certificate CN=through may not be used for signing certificates',
    ],
    [
      'through an authority with another key usage',
      chainThrough({ keyUsage: 0x80 }),
      {},
      'certificate-usage: the certificate CN=through may not be used for signing certificates',
    ],
    [
      'through an authority for servers',
      chainThrough({ extendedKeyUsage: [serverAuthentication] }),
      {},
      'certificate-usage: the certificate CN=through may not be used for issuing certificates that sign code',
    ],
    [
      'S-64 that is too long',
      [leafOf(twoBelowOne), twoBelowOne, one],
      {},
      'certificate-untrusted: the certificate CN=one has the path length 0, and 1 authorities stand below it',
    ],
    [
      'below a root that wants no authority between',
      [good, between],
      { roots: [createAuthority('root', { keys: root, pathLength: 0 })] },
      'has the path length 0',
    ],
    [
      'S-62 that has expired',
      [leafOf(root, { to: '2026-11-21T11:59:59Z' })],
      {},
      'certificate-expired: the certificate CN=release,O=Example Works expired on 2026-11-21T11:59:59.000Z',
    ],
    [
      'S-62 that is not valid yet',
      [leafOf(root, { from: '2026-11-21T12:00:01Z' })],
      {},
      'certificate-expired: the certificate CN=release,O=Example Works is valid only from 2026-11-21T12:00:01.000Z on',
    ],
    [
      'with an expired intermediate certificate',
      chainThrough({ to: '2026-11-20T00:00:00Z' }),
      {},
      'certificate-expired: the certificate CN=through expired',
    ],
    [
      'with an expired root',
      [good, between],
      { roots: [createAuthority('root', { keys: root, to: '2026-11-20T00:00:00Z' })] },
      'certificate-expired: the certificate CN=root expired',
    ],
    [
      'S-67 with a key that is not RSA',
      [createLeaf(root)],
      {},
      'unsupported-algorithm: the key of the certificate CN=release,O=Example Works is of type ec, not RSA',
    ],
    [
      'with a weak key',
      [createLeaf(root, { keys: createRsaKeys(1024) })],
      {},
      'key-too-weak: the key of the certificate CN=release,O=Example Works has 1024 bits',
    ],
    [
      'through an authority with a weak key',
      chainThrough({ keys: createRsaKeys(1024) }),
      {},
      'key-too-weak: the certificate CN=through has a key that has 1024 bits',
    ],
    [
      'S-68 with name constraints',
      chainThrough({ nameConstraints: true }),
      {},
      'certificate-untrusted: the certificate CN=through has name constraints, which are not supported',
    ],
    [
      'with a critical extension that nobody knows',
      chainThrough({ extensions: [{ id: '1.2.3', critical: true, value: Buffer.from([5, 0]) }] }),
      {},
      'certificate-untrusted: the certificate CN=through has the critical extension 1.2.3',
    ],
    [
      'with an extension twice',
      [leafOf(root, { extensions: [{ id: '2.5.29.19', critical: false, value: Buffer.from([0x30, 0]) }] })],
      {},
      '2.5.29.19',
    ],
    [
      'signed with SHA-1',
      [leafOf(root, { hash: 'sha1' })],
      {},
      'certificate-untrusted: the certificate CN=release,O=Example Works is signed with the algorithm 1.2.840.10045.4.1',
    ],
    [
      'S-29 of a revoked key',
      [leafOf(root)],
      { revokedKeys: [publicKeyOf(keys.publicKey, '').fingerprint] },
      'key-revoked: the certificate CN=release,O=Example Works has the key sha256:',
    ],
    [
      'through an authority with a revoked key',
      [good, between],
      { revokedKeys: [publicKeyOf(between.publicKey, '').fingerprint] },
      'key-revoked: the certificate CN=between has the key',
    ],
    [
      'to a root with a revoked key',
      [good, between],
      { revokedKeys: [publicKeyOf(root.publicKey, '').fingerprint] },
      'key-revoked: the certificate CN=root has the key',
    ],
    [
      'to a root that is revoked',
      [good, between],
      { term: { revoked: true } },
      'key-revoked: it is made with root.pem, which is revoked',
    ],
    [
      'to a root that is retired',
      [good, between],
      { term: { retired: now } },
      'key-retired: it is made with root.pem, which admits nothing new since 2026-11-21',
    ],
    [
      'S-65 with another common name than that of the signature',
      [good, between],
      { signature: 'other' },
      'issuer-mismatch: its certificate is CN=release,O=Example Works, whose common name is not "other"',
    ],
    [
      'S-65 with another name than the wanted one',
      [good, between],
      { wanted: 'CN=release', stated: 'CN=release,O=Example Works' },
      'issuer-mismatch: its certificate is CN=release,O=Example Works, which is not the wanted name',
    ],
    [
      'that states an issuer that is not true',
      [good, between],
      { stated: 'CN=release' },
      'issuer-mismatch: it states the issuer "CN=release"',
    ],
    [
      'that states an issuer that is no name',
      [good, between],
      { stated: 'release' },
      'issuer-mismatch: it states the issuer "release"',
    ],
    [
      'S-66 that states no issuer where one is wanted',
      [good, between],
      { wanted: 'CN=release,O=Example Works' },
      'issuer-missing: it states no issuer, and policy wants one',
    ],
    ['S-58 without any certificate', [], {}, 'certificate-untrusted: it carries no certificate'],
    [
      'through an authority of another name with the same key',
      [good, createAuthority('other', { keys: between, issuer: root })],
      {},
      'certificate-untrusted: no certificates lead',
    ],
    [
      'through an authority that wants certificate policies',
      chainThrough({
        extensions: [{ id: '2.5.29.36', critical: true, value: Buffer.from([0x30, 3, 0x80, 1, 0]) }],
      }),
      {},
      'certificate-untrusted: the certificate CN=release,O=Example Works does not lead to a trusted root: Zero "userConstrPolicies"',
    ],
  ])('%s', async (_what, chain, judging, problem) => {
    expect(await judge(chain, judging)).toContain(problem);
  });

  test('with bytes that are no certificate', async () => {
    const broken = { ...good, der: good.der.subarray(0, -1) };
    const longer = { ...good, der: Buffer.concat([good.der, Buffer.from([0])]) };
    expect(await judge([broken, between])).toBe('malformed: it carries a certificate that cannot be read');
    expect(await judge([longer, between])).toBe('malformed: it carries a certificate that cannot be read');
    expect(await judge([good, broken])).toBe('malformed: it carries a certificate that cannot be read');
  });

  test('of ten authorities that certify each other, without searching for ever', async () => {
    const crowd = Array.from({ length: 9 }, () => createCurveKeys());
    const all = crowd.map((own, index) =>
      createCertificate({
        name: [['CN', 'crowd']],
        keys: own,
        issuer: { name: [['CN', 'crowd']], privateKey: (crowd[(index + 1) % crowd.length] ?? own).privateKey },
        authority: true,
        keyUsage: 0x04,
      }),
    );
    expect(await judge([leafOf(all[0] ?? root), ...all])).toContain('certificate-untrusted: no certificates lead');
  });
});

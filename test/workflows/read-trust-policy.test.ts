import { describe, expect, test } from 'vitest';
import { defaultTrustFloor, operatorFloorOf } from '../../src/config/trust-floor.ts';
import type { RequiredVerification, VerificationAnchor } from '../../src/core/installation/installation.ts';
import { readTrustPolicy } from '../../src/workflows/read-trust-policy.ts';
import { createAuthority } from '../builders/certificate.ts';
import { createKeyPair } from '../builders/component-version.ts';
import { podinfoInstallation } from '../builders/render-input.ts';

const key = createKeyPair().publicKey;
const root = createAuthority('root').pem;
const texts = new Map([
  ['.consignee/keys/release.pub', key],
  ['.consignee/keys/root.pem', root],
]);
const floor = operatorFloorOf(defaultTrustFloor);

function read(anyOf: readonly VerificationAnchor[], demanded = floor) {
  const verify: readonly RequiredVerification[] = [{ signature: 'release', secret: undefined, anyOf }];
  return readTrustPolicy({ ...podinfoInstallation, verify }, texts, demanded);
}

describe('the trust policy of an installation', () => {
  const retired = new Date('2026-12-01T00:00:00Z');

  test('has the anchors as the repository holds them, with their terms', () => {
    const policy = read([
      { publicKey: 'keys/release.pub', retired },
      { rootCertificate: 'keys/root.pem', issuer: 'CN=release', revoked: true },
    ]);
    expect(policy).toMatchObject({
      signatures: [
        {
          name: 'release',
          anyOf: [
            { pem: key, source: '.consignee/keys/release.pub', retired },
            { roots: root, source: '.consignee/keys/root.pem', issuer: 'CN=release', revoked: true },
          ],
        },
      ],
      minimumSigners: 1,
      revokedKeys: [],
      allowUnsigned: false,
    });
    expect(policy).not.toHaveProperty('normalisations');
    expect(policy).not.toHaveProperty('algorithms');
  });

  test('has what the operator demands', () => {
    const demanded = operatorFloorOf({
      ...defaultTrustFloor,
      allowUnsigned: ['ocm.software/*'],
      normalisations: ['jsonNormalisation/v3'],
      algorithms: ['RSASSA-PSS'],
      revokedKeys: ['sha256:aa'],
    });
    expect(read([{ publicKey: 'keys/release.pub' }], demanded)).toMatchObject({
      allowUnsigned: true,
      normalisations: ['jsonNormalisation/v3'],
      algorithms: ['RSASSA-PSS'],
      revokedKeys: ['sha256:aa'],
    });
    const two = operatorFloorOf({ ...defaultTrustFloor, minimumSignatures: 2 });
    expect(read([{ rootCertificate: 'keys/root.pem' }], two).minimumSigners).toBe(2);
    expect(() => read([{ publicKey: 'keys/release.pub' }], two)).toThrow('the operator requires 2');
  });

  test.each<[string, readonly VerificationAnchor[], string, string]>([
    [
      'files that are not there',
      [{ publicKey: 'keys/a.pub' }, { rootCertificate: 'keys/b.pem' }],
      'default/podinfo names .consignee/keys/a.pub, .consignee/keys/b.pem, which is not there',
      '.consignee/keys/a.pub',
    ],
    [
      'a certificate in place of a key',
      [{ publicKey: 'keys/root.pem' }],
      '.consignee/keys/root.pem holds a certificate where a public key is wanted',
      '.consignee/keys/root.pem',
    ],
    [
      'a key in place of a certificate',
      [{ rootCertificate: 'keys/release.pub' }],
      '.consignee/keys/release.pub holds a PUBLIC KEY where root certificates are wanted',
      '.consignee/keys/release.pub',
    ],
  ])('is refused for %s, with the place', (_what, anchors, message, file) => {
    expect(() => read(anchors)).toThrow(
      expect.objectContaining({
        code: 'configuration',
        message: expect.stringContaining(message),
        place: { file },
        remedy: expect.stringMatching(/^[A-Z].*\.$/),
      }),
    );
  });
});

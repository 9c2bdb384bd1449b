import { expect, test } from 'vitest';
import { parseRepositoryConfig } from '../../src/config/repository-config.ts';
import { resolveInstallations } from '../../src/config/resolve-installations.ts';

function resolve(verify: string) {
  const text = `registry: registry.example.org/team\nverify: ${verify}\napplications: { shop: { component: acme.example/shop } }\n`;
  const config = parseRepositoryConfig(new Map([['.consignee/config.yaml', text]]));
  return resolveInstallations(config).installations[0]?.verify;
}

test('one anchor needs no list', () => {
  expect(resolve('[{ signature: a, publicKey: a.pub }]')).toEqual([
    { signature: 'a', secret: undefined, anyOf: [{ publicKey: 'a.pub' }] },
  ]);
  expect(resolve('[{ signature: a, rootCertificate: a.pem, issuer: "CN=a,O=b", secret: s }]')).toEqual([
    { signature: 'a', secret: 's', anyOf: [{ rootCertificate: 'a.pem', issuer: 'CN=a,O=b' }] },
  ]);
});

test('several have terms, whose dates begin at midnight in UTC', () => {
  const anyOf =
    '[{ publicKey: a.pub, retired: 2026-12-01 }, { publicKey: b.pub, revoked: true }, { rootCertificate: c.pem, revoked: 2026-12-01T12:00:00Z }]';
  expect(resolve(`[{ signature: a, anyOf: ${anyOf} }]`)?.[0]?.anyOf).toEqual([
    { publicKey: 'a.pub', retired: new Date('2026-12-01T00:00:00Z') },
    { publicKey: 'b.pub', revoked: true },
    { rootCertificate: 'c.pem', revoked: new Date('2026-12-01T12:00:00Z') },
  ]);
});

import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Certificate, readCertificate } from '../../../src/core/trust/certificate.ts';
import { readChain } from '../../../src/core/trust/certificate-chain.ts';
import { findPaths } from '../../../src/core/trust/certificate-path.ts';
import {
  anyUsage,
  codeSigning,
  createAuthority,
  createCertificate,
  serverAuthentication,
  type TestCertificate,
  tagged,
} from '../../builders/certificate.ts';
import { between, chainThrough, good, type Judging, judge, leafOf, now, root } from '../../builders/chain.ts';

const trusted = 'trusted until 2027-01-01T00:00:00.000Z';

/** OpenSSL takes it, and pkijs has no text for its name. */
const nameless = createCertificate({
  name: [['CN', tagged(0x03, Buffer.from([0, 1]))]],
  authority: true,
  keyUsage: 0x04,
});

describe('a chain is trusted', () => {
  test.each<[string, readonly TestCertificate[], Judging]>([
    ['through an intermediate certificate', [good, between], {}],
    ['without one', [leafOf(root)], {}],
    [
      'through an authority on P-384',
      chainThrough({ keys: generateKeyPairSync('ec', { namedCurve: 'secp384r1' }) }),
      {},
    ],
    ['with the root in it', [good, between, root], {}],
    ['in any order after the first certificate', [good, root, between], {}],
    ['with a certificate twice', [good, between, between, good], {}],
    ['to any one of several roots', [good, between], { roots: [createAuthority('other'), root] }],
    [
      'by a name wherever it stands',
      [good, between],
      { wanted: 'CN=release, O=Example Works', stated: 'O=Example Works,CN=release' },
    ],
    ['when it states the issuer of its certificate', [good, between], { stated: 'CN=between' }],
    [
      'when its intermediate is certified by somebody else, too',
      [good, createAuthority('between', { keys: between, issuer: createAuthority('foreign') }), between],
      {},
    ],
    ['beside a second chain that leads nowhere', [good, leafOf(createAuthority('foreign')), between], {}],
    [
      'with a root that states no usage',
      [leafOf(createAuthority('bare', { keys: root, keyUsage: undefined as never }))],
      { roots: [createAuthority('bare', { keys: root, keyUsage: undefined as never })] },
    ],
    [
      'with an intermediate certificate for several usages',
      chainThrough({ extendedKeyUsage: [serverAuthentication, codeSigning] }),
      {},
    ],
    ['from the moment on at which it is valid', [leafOf(root, { from: '2026-11-21T12:00:00Z' })], {}],
    ['with roots that cannot be used beside others', [good, between], { roots: [nameless, root] }],
    ['with any usage of intermediate certificates', chainThrough({ extendedKeyUsage: [anyUsage] }), {}],
    ['with a path length that is kept', chainThrough({ pathLength: 0 }), {}],
  ])('%s', async (_what, chain, judging) => {
    expect(await judge(chain, judging)).toBe(trusted);
  });
});

describe('content that is installed', () => {
  const installed = true;
  const expired = leafOf(root, { to: '2026-06-01T00:00:00Z' });

  test('stays admitted when its certificate expires, as of that moment', async () => {
    expect(await judge([expired])).toContain('certificate-expired');
    expect(await judge([expired], { installed })).toBe('trusted until 2026-06-01T00:00:00.000Z');
  });

  test('is not admitted by a chain that had ended before its certificate did', async () => {
    const authority = createAuthority('through', { issuer: root, to: '2026-05-01T00:00:00Z' });
    const chain = [leafOf(authority, { to: '2026-06-01T00:00:00Z' }), authority];
    expect(await judge(chain, { installed })).toContain('certificate-expired: the certificate CN=through');
  });

  test('is not admitted before its certificate is valid', async () => {
    const early = leafOf(root, { from: '2026-12-01T00:00:00Z' });
    expect(await judge([early], { installed })).toContain('certificate-expired');
  });

  test('stays admitted by retired roots, not by revoked ones', async () => {
    expect(await judge([good, between], { installed, term: { retired: now } })).toContain('trusted');
    expect(await judge([good, between], { installed, term: { revoked: now } })).toContain('key-revoked');
  });
});

test('a path does not come back to a key that it has', async () => {
  const [leaf, ...others] = (await readChain([good, root, between].map(({ der }) => der))) as readonly Certificate[];
  const top = await readCertificate(root.der);
  if (!leaf || !top) throw new Error('a certificate cannot be read');
  expect(findPaths(leaf, others, [top]).map((path) => path.map(({ label }) => label))).toEqual([
    ['CN=release,O=Example Works', 'CN=between', 'CN=root'],
  ]);
});

describe('the search for paths', () => {
  async function read(...certificates: readonly TestCertificate[]): Promise<readonly Certificate[]> {
    const found = await Promise.all(certificates.map(({ der }) => readCertificate(der)));
    return found.filter((it) => it !== undefined);
  }

  test('ends with eight', async () => {
    const [leaf] = (await read(leafOf(root))) as [Certificate];
    const roots = await read(...Array.from({ length: 9 }, () => createAuthority('root', { keys: root })));
    expect(findPaths(leaf, [], roots)).toHaveLength(8);
    expect(findPaths(leaf, [], roots.slice(2))).toHaveLength(7);
  });

  test('ends after two hundred steps, however many authorities certify each other', async () => {
    const crowd = Array.from({ length: 6 }, () => createAuthority('crowd'));
    const crossed = crowd.flatMap((keys) =>
      crowd.filter((it) => it !== keys).map((issuer) => createAuthority('crowd', { keys, issuer })),
    );
    const chain = [root];
    for (let step = 0; step < 6; step++) chain.unshift(createAuthority(`step ${step}`, { issuer: chain[0] ?? root }));
    const [first = root] = crowd;
    const way = createAuthority('crowd', { keys: first, issuer: chain[0] ?? root });
    const [leaf, ...others] = (await read(leafOf(first), way, ...chain.slice(0, -1))) as [
      Certificate,
      ...Certificate[],
    ];
    const roots = await read(root);
    expect(findPaths(leaf, others, roots).map(({ length }) => length)).toEqual([9]);
    expect(findPaths(leaf, [...(await read(...crossed)), ...others], roots)).toEqual([]);
  });
});

test('the verdict holds until the first of the ends', async () => {
  const chain = chainThrough({ to: '2026-12-24T00:00:00Z' });
  expect(await judge(chain)).toBe('trusted until 2026-12-24T00:00:00.000Z');
  const retired = new Date('2026-12-06T00:00:00Z');
  expect(await judge(chain, { term: { retired } })).toBe('trusted until 2026-12-06T00:00:00.000Z');
  const revoked = new Date('2026-12-01T00:00:00Z');
  expect(await judge(chain, { term: { retired, revoked } })).toBe('trusted until 2026-12-01T00:00:00.000Z');
});

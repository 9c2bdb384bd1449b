import { constants, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { CollectedVersion } from '../../../src/core/component/collected-version.ts';
import { componentDigest } from '../../../src/core/trust/component-digest.ts';
import { withDigestsAnew } from '../../../src/core/trust/digest-anew.ts';
import type { SignatureEvidence } from '../../../src/core/trust/evidence.ts';
import { normalise } from '../../../src/core/trust/normalise.ts';
import { parsePublicKey } from '../../../src/core/trust/public-key.ts';
import type { TrustAnchor, TrustPolicy } from '../../../src/core/trust/trust-policy.ts';
import { verifyComponentVersion } from '../../../src/core/trust/verify.ts';
import { createAuthority, createLeaf, createRsaKeys, pemOf, type TestCertificate } from '../../builders/certificate.ts';
import {
  createKeyPair,
  descriptorData,
  genericDigest,
  parseData,
  signatureOf,
  signed,
} from '../../builders/component-version.ts';

const now = new Date('2026-11-21T12:00:00Z');
const later = new Date('2026-12-01T00:00:00Z');
const keys = createKeyPair();
const otherKeys = createKeyPair();
const key: TrustAnchor = { pem: keys.publicKey, source: 'release.pub' };
const otherKey: TrustAnchor = { pem: otherKeys.publicKey, source: 'other.pub' };
const fingerprint = parsePublicKey(keys.publicKey, '').fingerprint;

const authority = createAuthority('root');
const leafKeys = createRsaKeys();
const leaf = createLeaf(authority, { keys: leafKeys, serialNumber: 0x2a });
const leafPem = leafKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const roots: TrustAnchor = { roots: authority.pem, source: 'root.pem' };

const data = descriptorData();

interface Chain {
  readonly algorithm?: string;
  readonly issuer?: string;
  readonly header?: string;
  readonly certificates?: readonly TestCertificate[];
}

/** @returns The data with a signature in PEM form, carrying the certificate. */
function signedWithChain(options: Chain = {}) {
  const { algorithm = 'RSASSA-PKCS1-V1_5', issuer = '', header = algorithm, certificates = [leaf] } = options;
  const unsigned = signatureOf(parseData(data), 'release', keys);
  const message = Buffer.from(normalise(parseData(data), 'jsonNormalisation/v3'));
  const padding = algorithm === 'RSASSA-PSS' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const bytes = sign('sha256', message, { key: leafKeys.privateKey, padding });
  const value =
    pemOf('SIGNATURE', bytes, `Signature Algorithm: ${header}\n\n`) + certificates.map(({ pem }) => pem).join('');
  const signature = { algorithm, mediaType: 'application/x-pem-file', value, ...(issuer && { issuer }) };
  return { ...data, signatures: [{ ...unsigned, signature }] };
}

function collect(of: object): CollectedVersion {
  const descriptor = parseData(of);
  const { name: component, version } = descriptor;
  const resource = { kind: 'blob', hash: genericDigest(Buffer.from('good morning')).value, read: true } as const;
  const resources = descriptor.resources.map(() => resource);
  return { component, version, descriptor, problems: [], resources, references: [], contents: new Map() };
}

interface Judged {
  readonly codes: readonly string[];
  readonly message: string | undefined;
  readonly evidence: SignatureEvidence | undefined;
}

async function judge(
  of: object,
  anyOf: readonly TrustAnchor[],
  { installed = false, ...rules }: Partial<TrustPolicy> & { readonly installed?: boolean } = {},
): Promise<Judged> {
  const policy = { signatures: [{ name: 'release', anyOf }], allowUnsigned: false, ...rules };
  const { reasons, signatures } = await verifyComponentVersion(collect(of), policy, { now, installed });
  for (const { verdict } of signatures) expect(verdict).toMatch(/^(?:verified|refused)$/);
  return { codes: reasons.map(({ code }) => code), message: reasons[0]?.message, evidence: signatures[0] };
}

const good = signed(data, keys);

describe('a pinned key', () => {
  test('is named in the evidence, with the end of its term', async () => {
    expect((await judge(good, [key])).evidence).toEqual({
      name: 'release',
      verdict: 'verified',
      algorithm: 'RSASSA-PKCS1-V1_5',
      digest: good.signatures[0] && expect.objectContaining({ normalisationAlgorithm: 'jsonNormalisation/v3' }),
      keyFingerprint: fingerprint,
      anchor: 'release.pub',
    });
    const ending = await judge(good, [{ ...key, retired: later }]);
    expect(ending.evidence?.validUntil).toBe('2026-12-01T00:00:00.000Z');
  });

  test.each<[string, Partial<TrustAnchor>, boolean, string]>([
    ['that is revoked', { revoked: true }, false, 'it is made with release.pub, which is revoked'],
    ['that is revoked, for what is installed', { revoked: true }, true, 'release.pub, which is revoked'],
    ['that is revoked since', { revoked: now }, true, 'which is revoked since 2026-11-21T12:00:00.000Z'],
  ])('S-29 %s admits nothing', async (_what, term, installed, message) => {
    const { codes, message: found } = await judge(good, [{ ...key, ...term }], { installed });
    expect(codes).toEqual(['key-revoked']);
    expect(found).toContain(message);
  });

  test('that will be revoked admits until then', async () => {
    const { codes, evidence } = await judge(good, [{ ...key, revoked: later }]);
    expect(codes).toEqual([]);
    expect(evidence?.validUntil).toBe(later.toISOString());
  });

  test('S-29 that the operator revoked admits nothing, installed or not', async () => {
    for (const installed of [false, true]) {
      const { codes, message } = await judge(good, [key, otherKey], { installed, revokedKeys: [fingerprint] });
      expect(codes).toEqual(['key-revoked']);
      expect(message).toContain(`release.pub, whose key ${fingerprint} is revoked`);
    }
    const foreign = parsePublicKey(otherKeys.publicKey, '').fingerprint;
    expect((await judge(good, [key], { revokedKeys: [foreign] })).codes).toEqual([]);
  });

  test('verifies a PEM signature without a look at its certificates', async () => {
    const pinned: TrustAnchor = { pem: leafPem, source: 'leaf.pub' };
    const { codes, evidence } = await judge(signedWithChain({ certificates: [authority] }), [pinned]);
    expect(codes).toEqual([]);
    expect(evidence).not.toHaveProperty('certificate');
    expect(evidence).not.toHaveProperty('validUntil');
  });
});

describe('a root certificate', () => {
  test('admits the key of a certificate, which is in the evidence by value', async () => {
    const { codes, evidence } = await judge(signedWithChain(), [roots]);
    expect(codes).toEqual([]);
    expect(evidence).toMatchObject({
      keyFingerprint: parsePublicKey(leafPem, '').fingerprint,
      anchor: 'root.pem',
      certificate: {
        subject: 'CN=release,O=Example Works',
        issuer: 'CN=root',
        serialNumber: '2a',
        notAfter: '2027-01-01T00:00:00.000Z',
        publicKey: leafPem,
      },
      validUntil: '2027-01-01T00:00:00.000Z',
    });
  });

  test.each([
    ['always', true],
    ['since', now],
  ] as const)('S-29 admits no key that is revoked where it is pinned: %s', async (_, revoked) => {
    const lost: TrustAnchor = { pem: leafPem, source: 'lost.pub', revoked };
    const { codes, message } = await judge(signedWithChain(), [lost, roots]);
    expect(codes).toEqual(['key-revoked']);
    expect(message).toContain('is revoked');
    expect((await judge(signedWithChain(), [{ ...lost, revoked: later }, roots])).codes).toEqual([]);
  });

  test('S-29 that is revoked takes its key with it', async () => {
    const other = createAuthority('other', { keys: authority });
    const under = createLeaf(other, { keys: leafKeys });
    const revoked: TrustAnchor = { ...roots, revoked: true };
    const again: TrustAnchor = { roots: other.pem, source: 'other.pem' };
    expect((await judge(signedWithChain({ certificates: [under] }), [again])).codes).toEqual([]);
    expect((await judge(signedWithChain({ certificates: [under] }), [revoked, again])).codes).toEqual(['key-revoked']);
  });

  test('admits signatures of both algorithms, and S-70 none that contradicts itself', async () => {
    expect((await judge(signedWithChain({ algorithm: 'RSASSA-PSS' }), [roots])).codes).toEqual([]);
    const contradicting = await judge(signedWithChain({ header: 'RSASSA-PSS' }), [roots]);
    expect(contradicting.codes).toEqual(['signature-invalid']);
    expect(contradicting.message).toContain('its PEM header says "RSASSA-PSS"');
  });

  test('admits nothing that carries no certificate', async () => {
    const plain = await judge(good, [roots]);
    expect(plain.codes).toEqual(['certificate-untrusted']);
    expect(plain.message).toContain('it carries no certificates');
    const bare = await judge(signedWithChain({ certificates: [] }), [roots]);
    expect(bare.codes).toEqual(['certificate-untrusted']);
  });

  test('S-28 admits no signature by another key than that of the certificate', async () => {
    const another = createLeaf(authority, { keys: createRsaKeys() });
    const { codes, message } = await judge(signedWithChain({ certificates: [another] }), [roots]);
    expect(codes).toEqual(['signature-invalid']);
    expect(message).toContain('it is not made with the key of its certificate CN=release,O=Example Works');
  });

  test('stands beside pinned keys and other roots as one of several', async () => {
    const foreign: TrustAnchor = { roots: createAuthority('foreign').pem, source: 'foreign.pem' };
    expect((await judge(signedWithChain(), [otherKey, foreign, roots])).evidence?.anchor).toBe('root.pem');
    expect((await judge(good, [foreign, key])).evidence?.anchor).toBe('release.pub');
    expect((await judge(signedWithChain(), [foreign, otherKey])).codes).toEqual(['certificate-untrusted']);
  });

  test('leaves the more telling of several reasons', async () => {
    const foreign: TrustAnchor = { roots: createAuthority('foreign').pem, source: 'foreign.pem' };
    const retired: TrustAnchor = { ...roots, retired: now };
    expect((await judge(signedWithChain(), [foreign, retired])).codes).toEqual(['key-retired']);
    expect((await judge(signedWithChain(), [retired, foreign])).codes).toEqual(['key-retired']);
    expect((await judge(good, [{ ...key, retired: now }, roots])).codes).toEqual(['key-retired']);
    expect((await judge(good, [{ ...key, revoked: true }, roots])).codes).toEqual(['key-revoked']);
  });

  test('holds the signature to its name, and to what it states', async () => {
    const wanted: TrustAnchor = { ...roots, issuer: 'O=Example Works, CN=release' } as TrustAnchor;
    expect((await judge(signedWithChain({ issuer: 'CN=root' }), [wanted])).codes).toEqual([]);
    expect((await judge(signedWithChain(), [wanted])).codes).toEqual(['issuer-missing']);
    expect((await judge(signedWithChain({ issuer: 'CN=x' }), [wanted])).codes).toEqual(['issuer-mismatch']);
  });
});

describe('a signature', () => {
  const [entry] = good.signatures as readonly { readonly digest: object }[];
  const withDigest = (digest: object) => ({
    ...good,
    signatures: [{ ...entry, digest: { ...entry?.digest, ...digest } }],
  });
  const other = '0'.repeat(64);

  test.each([
    [
      'normalisationAlgorithm',
      'jsonNormalisation/v9',
      'unsupported-algorithm',
      'it is made over the normal form "jsonNormalisation/v9"',
    ],
    ['hashAlgorithm', 'sha256', 'unsupported-algorithm', 'it is made with the hash "sha256"'],
    ['value', 'AA', 'malformed', 'its digest is not written in lower-case hexadecimal digits'],
    ['value', other, 'signature-invalid', `it is made for the digest ${other}, and the component descriptor has`],
  ])('whose %s is %s is refused', async (field, text, code, message) => {
    const found = await judge(withDigest({ [field]: text }), [key]);
    expect(found.codes).toEqual([code]);
    expect(found.message).toContain(message);
    expect(found.evidence?.verdict).toBe('refused');
  });

  test('of another digest is refused with the one that the content has', async () => {
    const { evidence, message } = await judge(withDigest({ value: other }), [key]);
    const computed = componentDigest(parseData(data), 'jsonNormalisation/v3', 'SHA-256');
    expect(evidence).toEqual({ name: 'release', verdict: 'refused', algorithm: 'RSASSA-PKCS1-V1_5', digest: computed });
    expect(message).toBe(`it is made for the digest ${other}, and the component descriptor has ${computed.value}`);
  });

  test('may be made over the digests of references by its own algorithms', async () => {
    const v2 = { normalisation: 'jsonNormalisation/v2', hash: 'SHA-256' } as const;
    const leafVersion = collect(descriptorData({ name: 'example.org/leaf' }));
    const digest = componentDigest(
      parseData(descriptorData({ name: 'example.org/leaf' })),
      'jsonNormalisation/v3',
      'SHA-256',
    );
    const references = [{ name: 'leaf', componentName: 'example.org/leaf', version: 'v1.0.0', digest }];
    const referring = descriptorData({ references });
    const found = [{ kind: 'collected', version: leafVersion }] as const;
    const covered = withDigestsAnew({ ...collect(referring), references: found }, v2);
    if (!covered) throw new Error('a digest is missing');
    const signatures = [signatureOf(covered, 'release', keys, v2.normalisation)];
    const policy = { signatures: [{ name: 'release', anyOf: [key] }], allowUnsigned: false };
    const verify = (of: object) =>
      verifyComponentVersion({ ...collect(of), references: found }, policy, { now, installed: false });
    const { reasons, signatures: evidence } = await verify({ ...referring, signatures });
    expect(reasons).toEqual([]);
    expect(evidence[0]?.digest).toEqual(componentDigest(covered, v2.normalisation, v2.hash));
    const changed = { ...referring, component: { ...referring.component, provider: 'example.com' }, signatures };
    expect((await verify(changed)).reasons.map(({ code }) => code)).toEqual(['signature-invalid']);
  });

  const hint = 'it looks copied by version 2 of the OCM command line with --copy-resources';
  const generic = genericDigest(Buffer.from('good morning'));
  const artifact = { ...generic, normalisationAlgorithm: 'ociArtifactDigest/v1' };
  test.each([
    ['an image without creation time', 'ociImage', generic, undefined, true],
    ['a chart without creation time', 'helmChart', generic, undefined, true],
    ['an image with creation time', 'ociImage', generic, '2026-11-21T04:10:53Z', false],
    ['an image of the other digest', 'ociImage', artifact, undefined, false],
    ['an image without a digest', 'ociImage', undefined, undefined, false],
    ['something else', 'my-ociImage', generic, undefined, false],
  ])('that is lost says what may have happened to %s', async (_what, type, digest, creationTime, hinted) => {
    const image = {
      name: 'image',
      version: '1.0.0',
      type,
      relation: 'external',
      access: { type: 'localBlob' },
      digest,
    };
    const { component } = descriptorData({ resources: [image] });
    const { message = '' } = await judge({ ...good, component: { ...component, creationTime } }, [key]);
    expect(message.includes(hint)).toBe(hinted);
    expect(message.endsWith('transfer it with version 1, or have it signed again afterwards)')).toBe(hinted);
  });

  test('by a key that is too weak does not count', async () => {
    const weakKeys = createRsaKeys(1024);
    const pem = weakKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const weak: TrustAnchor = { pem, source: 'weak.pub' };
    const signedWeakly = signed(data, { privateKey: weakKeys.privateKey, publicKey: pem });
    const alone = await judge(signedWeakly, [weak]);
    expect(alone.codes).toEqual(['key-too-weak']);
    expect(alone.message).toBe('the key weak.pub has 1024 bits; 2048 are the least');
    const beside = await judge(signedWeakly, [weak, key, otherKey]);
    expect(beside.codes).toEqual(['signature-invalid']);
    expect(beside.message).toBe('it is not made with release.pub, other.pub, or not for this content');
    expect((await judge(good, [weak, key])).codes).toEqual([]);
  });

  test('by a retired key is admitted by a root certificate for the same key', async () => {
    const retired: TrustAnchor = { pem: leafPem, source: 'leaf.pub', retired: now };
    const { codes, evidence } = await judge(signedWithChain(), [retired, roots]);
    expect(codes).toEqual([]);
    expect(evidence?.anchor).toBe('root.pem');
  });
});

describe('what the operator demands', () => {
  test('of normal forms is told in words', async () => {
    const { codes, message } = await judge(good, [key], { normalisations: ['a', 'b'] });
    expect(codes).toEqual(['policy-normalisation']);
    expect(message).toBe('it is made over "jsonNormalisation/v3"; policy admits a, b');
    expect((await judge(good, [key], { algorithms: ['a', 'b'] })).message).toMatch(/; policy admits a, b$/);
  });

  test('of algorithms holds whatever the repository says', async () => {
    const refused = await judge(good, [key], { algorithms: ['RSASSA-PSS'] });
    expect(refused.codes).toEqual(['policy-algorithm']);
    expect(refused.message).toBe('it is of the algorithm "RSASSA-PKCS1-V1_5"; policy admits RSASSA-PSS');
    expect((await judge(good, [key], { algorithms: ['RSASSA-PKCS1-V1_5'] })).codes).toEqual([]);
  });

  const both = { ...good, signatures: [...good.signatures, { ...good.signatures[0], name: 'again' }] };
  const anyKey = [key, otherKey];
  const two = (second: readonly TrustAnchor[]) => ({
    minimumSigners: 2,
    signatures: [
      { name: 'release', anyOf: anyKey },
      { name: 'again', anyOf: second },
    ],
  });

  test('S-25 of signers counts one key once, under however many names', async () => {
    const { codes, message } = await judge(both, [], two(anyKey));
    expect(codes).toEqual(['too-few-signers']);
    expect(message).toBe('its signatures are made with 1 different keys, and the operator requires 2');
    const other = { ...good, signatures: [...good.signatures, signatureOf(parseData(data), 'again', otherKeys)] };
    expect((await judge(other, [], two(anyKey))).codes).toEqual([]);
    expect((await judge(both, [], { ...two(anyKey), minimumSigners: 1 })).codes).toEqual([]);
  });

  test('of signers is not asked where a signature fails, or none is required', async () => {
    expect((await judge(both, [], two([otherKey]))).codes).toEqual(['signature-invalid']);
    const [release, again] = two([otherKey]).signatures;
    const neither = { minimumSigners: 2, signatures: [{ ...release, anyOf: [otherKey, roots] }, again] } as never;
    expect((await judge(both, [], neither)).codes).toEqual(['certificate-untrusted', 'signature-invalid']);
    const one = { ...two([otherKey, roots]), minimumSigners: 3 };
    expect((await judge(both, [], one)).codes).toEqual(['certificate-untrusted']);
    const unsigned = { signatures: [], minimumSigners: 2, allowUnsigned: true };
    expect((await judge(good, [], unsigned)).codes).toEqual([]);
  });
});

describe('an algorithm that is not supported', () => {
  test.each([
    ['S-01', 'none', 'application/vnd.ocm.signature.rsa', 'only RSASSA-PKCS1-V1_5 and RSASSA-PSS are verified'],
    ['S-02', 'ED25519', 'application/vnd.ocm.signature.rsa', '"ED25519"; only RSASSA'],
    ['', '', 'application/vnd.ocm.signature.rsa', 'it is of the algorithm ""'],
    ['S-71', 'sigstore', 'application/vnd.ocm.signature.sigstore', 'Sigstore signatures are not supported'],
    ['', 'Sigstore/v1alpha1', 'application/vnd.dev.sigstore.bundle.v0.3+json', 'Sigstore signatures are not supported'],
    ['', 'GPG', 'application/vnd.ocm.signature.gpg', 'GPG signatures are not supported'],
    ['S-06', 'RSASSA-PSS', 'application/vnd.ocm.signature.rsa', 'is not that of RSASSA-PSS'],
  ])('%s %s of %s is refused in words', async (_id, algorithm, mediaType, message) => {
    const [first] = good.signatures as readonly { readonly signature: object }[];
    const changed = { ...good, signatures: [{ ...first, signature: { ...first?.signature, algorithm, mediaType } }] };
    const found = await judge(changed, [key]);
    expect(found.codes).toEqual(['unsupported-algorithm']);
    expect(found.message).toContain(message);
  });
});

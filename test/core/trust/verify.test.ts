import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import type { CollectedVersion, ResourceContent } from '../../../src/core/component/collected-version.ts';
import { projectSigned } from '../../../src/core/component/signed-projection.ts';
import { componentDigest } from '../../../src/core/trust/component-digest.ts';
import { parsePublicKey } from '../../../src/core/trust/public-key.ts';
import type { TrustPolicy } from '../../../src/core/trust/trust-policy.ts';
import { checkTrustPolicy, verifyComponentVersion } from '../../../src/core/trust/verify.ts';
import {
  createKeyPair,
  type DescriptorData,
  descriptorData,
  genericDigest,
  parseData,
  signatureOf,
  signed,
} from '../../builders/component-version.ts';

const keys = createKeyPair();
const otherKeys = createKeyPair();
const now = new Date('2026-11-21T12:00:00Z');
const note = Buffer.from('good morning');

function collected(data: object, resources?: readonly ResourceContent[]): CollectedVersion {
  const descriptor = parseData(data);
  const { name: component, version } = descriptor;
  const found = descriptor.resources.map(
    () => ({ kind: 'blob', read: true, hash: genericDigest(note).value }) as const,
  );
  return {
    component,
    version,
    descriptor,
    problems: [],
    resources: resources ?? found,
    references: [],
    contents: new Map(),
  };
}

function policy(overrides: Partial<TrustPolicy> = {}): TrustPolicy {
  const anyOf = [{ pem: keys.publicKey, source: 'release.pub' }];
  return { signatures: [{ name: 'release', anyOf }], allowUnsigned: false, ...overrides };
}

function verify(version: CollectedVersion, trust = policy(), installed = false) {
  return verifyComponentVersion(version, trust, { now, installed });
}

const codesOf = async (evidence: ReturnType<typeof verify>) => (await evidence).reasons.map(({ code }) => code);

const good = signed(descriptorData(), keys);

describe('a signed component version', () => {
  test('is verified, with the key that made the signature', async () => {
    expect(await verify(collected(good))).toMatchObject({
      verdict: 'verified',
      reasons: [],
      signatures: [{ name: 'release', verdict: 'verified', keyFingerprint: expect.stringMatching(/^sha256:/) }],
      resources: [{ name: 'note', proof: 'content' }],
    });
  });

  test('is refused without anybody to trust, unless the operator allows that', async () => {
    expect(await codesOf(verify(collected(good), policy({ signatures: [] })))).toEqual(['no-trust-anchor']);
    expect((await verify(collected(good), policy({ signatures: [], allowUnsigned: true }))).verdict).toBe('verified');
    const keyless = policy({ signatures: [{ name: 'release', anyOf: [] }] });
    expect(await codesOf(verify(collected(good), keyless))).toEqual(['no-trust-anchor']);
    expect(await codesOf(verify(collected(good), { ...keyless, allowUnsigned: true }))).toEqual(['no-trust-anchor']);
  });

  test('needs every required signature', async () => {
    const second = { name: 'second', anyOf: [{ pem: otherKeys.publicKey, source: 'other.pub' }] };
    const trust = policy({ signatures: [...policy().signatures, second] });
    expect(await codesOf(verify(collected(good), trust))).toEqual(['not-signed']);
    const both = { ...good, signatures: [...good.signatures, signatureOf(parseData(good), 'second', otherKeys)] };
    expect((await verify(collected(both), trust)).verdict).toBe('verified');
    const copied = { ...good, signatures: [...good.signatures, { ...good.signatures[0], name: 'second' }] };
    expect(await codesOf(verify(collected(copied), trust))).toEqual(['signature-invalid']);
  });

  test('is verified by any one of several keys', async () => {
    const anyOf = [
      { pem: otherKeys.publicKey, source: 'new.pub' },
      { pem: keys.publicKey, source: 'old.pub' },
    ];
    expect((await verify(collected(good), policy({ signatures: [{ name: 'release', anyOf }] }))).verdict).toBe(
      'verified',
    );
  });

  test.each([
    ['before it is retired', '2026-11-21T12:00:01Z', false, []],
    ['from then on', '2026-11-21T12:00:00Z', false, ['key-retired']],
    ['from then on, when it is installed already', '2020-01-01T00:00:00Z', true, []],
  ])('by a retired key, %s', async (_when, retired, installed, codes) => {
    const anyOf = [
      { pem: otherKeys.publicKey, source: 'new.pub' },
      { pem: keys.publicKey, source: 'old.pub', retired: new Date(retired) },
    ];
    const trust = policy({ signatures: [{ name: 'release', anyOf }] });
    expect(await codesOf(verify(collected(good), trust, installed))).toEqual(codes);
  });

  test('counts only over an admitted normal form', async () => {
    const admitting = (normalisations: string[]) => codesOf(verify(collected(good), policy({ normalisations })));
    expect(await admitting(['jsonNormalisation/v4alpha1'])).toEqual(['policy-normalisation']);
    expect(await admitting(['jsonNormalisation/v3'])).toEqual([]);
  });

  test('may be signed over jsonNormalisation/v4alpha1', async () => {
    const data = descriptorData({ labels: [{ name: 'l', value: { a: null }, version: 'v1', signing: true }] });
    const signatures = [signatureOf(parseData(data), 'release', keys, 'jsonNormalisation/v4alpha1')];
    expect((await verify(collected({ ...data, signatures }))).verdict).toBe('verified');
  });

  test('never verifies what was not read', async () => {
    const { descriptor: _, ...unread } = collected(good);
    const problem = { code: 'blob-missing', message: 'gone' } as const;
    expect((await verify({ ...unread, problems: [problem] })).verdict).toBe('refused');
    expect((await verify(unread)).verdict).toBe('refused');
    expect((await verify(collected(good, [{ kind: 'not-read' }]))).resources[0]?.proof).toBe('unproved');
    expect((await verify(collected(good, []))).verdict).toBe('refused');
  });

  test('throws for a key that is none, whatever the content is', async () => {
    const anyOf = [{ pem: 'no key', source: 'release.pub' }];
    await expect(verify(collected(good), policy({ signatures: [{ name: 'release', anyOf }] }))).rejects.toThrow(
      expect.objectContaining({
        name: 'Failure',
        code: 'configuration',
        message: expect.stringContaining('release.pub'),
      }),
    );
  });
});

describe('the evidence', () => {
  const where = 'example.org/greeter:v1.0.0';
  const place = `${where} signature release`;
  const resources = [
    {
      name: 'note',
      version: 'v1.0.0',
      type: 'plainText',
      extraIdentity: {},
      digest: genericDigest(note),
      proof: 'content',
    },
  ];
  const unsigned = { name: 'release', verdict: 'refused' };

  test('of what is verified is all that was proved', async () => {
    const manifest = `sha256:${'c'.repeat(64)}` as never;
    const digest = componentDigest(parseData(good), 'jsonNormalisation/v3', 'SHA-256');
    const keyFingerprint = parsePublicKey(keys.publicKey, '').fingerprint;
    expect(await verify({ ...collected(good), manifest })).toStrictEqual({
      component: 'example.org/greeter',
      version: 'v1.0.0',
      digest,
      manifest,
      signatures: [
        {
          name: 'release',
          verdict: 'verified',
          algorithm: 'RSASSA-PKCS1-V1_5',
          digest,
          keyFingerprint,
          anchor: 'release.pub',
        },
      ],
      resources: [{ ...resources[0], extraIdentity: expect.anything() }],
      references: [],
      verdict: 'verified',
      reasons: [],
      warnings: [],
    });
  });

  test('of what cannot be read is why, with the version as it was asked for', async () => {
    const { descriptor: _, ...unread } = collected(good);
    const problem = { code: 'version-not-found', message: 'there is no such version' } as const;
    expect(await verify({ ...unread, version: 'latest' as never, problems: [problem] })).toStrictEqual({
      component: 'example.org/greeter',
      version: 'latest',
      signatures: [unsigned],
      resources: [],
      references: [],
      verdict: 'refused',
      reasons: [{ ...problem, where: 'example.org/greeter:latest' }],
      warnings: [],
    });
    expect((await verify(unread)).verdict).toBe('refused');
  });

  test('of what is not trusted is every reason, in the order of verification', async () => {
    const unsignedData = descriptorData();
    const signatures = ['other', 'third'].map((name) => signatureOf(parseData(unsignedData), name, keys));
    const data = { ...unsignedData, signatures };
    const found = await verify({
      ...collected(data, [{ kind: 'blob', read: true, hash: '00' }]),
      problems: [{ code: 'identity-mismatch', message: 'it is another' }],
    });
    expect(found.signatures).toStrictEqual([unsigned]);
    expect(found.reasons).toEqual([
      { code: 'identity-mismatch', message: 'it is another', where },
      { code: 'not-signed', message: 'it is not there; there are: other, third', where: place },
      { code: 'digest-mismatch', message: expect.any(String), where: `${where} resource note` },
    ]);
  });

  test('says when there is nothing to trust', async () => {
    const none = 'it is not there; there are no signatures at all';
    expect((await verify(collected(descriptorData()))).reasons).toEqual([
      { code: 'not-signed', message: none, where: place },
    ]);
    expect((await verify(collected(good), policy({ signatures: [] }))).reasons).toEqual([
      { code: 'no-trust-anchor', message: 'no signature is required of it, so nothing says whose it is', where },
    ]);
    const keyless = await verify(collected(good), policy({ signatures: [{ name: 'release', anyOf: [] }] }));
    expect(keyless.signatures).toStrictEqual([{ ...unsigned, algorithm: 'RSASSA-PKCS1-V1_5' }]);
    expect(keyless.reasons).toEqual([
      { code: 'no-trust-anchor', message: 'neither a key nor a root certificate is given for it', where: place },
    ]);
  });

  test('of a signature that does not hold has its digest and no key', async () => {
    const anyOf = [
      { pem: otherKeys.publicKey, source: 'a.pub' },
      { pem: createKeyPair().publicKey, source: 'b.pub' },
    ];
    const { signatures, reasons } = await verify(collected(good), policy({ signatures: [{ name: 'release', anyOf }] }));
    expect(signatures).toStrictEqual([
      { ...unsigned, algorithm: 'RSASSA-PKCS1-V1_5', digest: good.signatures[0] && expect.any(Object) },
    ]);
    expect(reasons).toEqual([
      { code: 'signature-invalid', message: 'it is not made with a.pub, b.pub, or not for this content', where: place },
    ]);
  });
});

test('a policy is checked by itself', () => {
  expect(() => checkTrustPolicy(policy())).not.toThrow();
  expect(() => checkTrustPolicy(policy({ minimumSigners: 0 }))).toThrow(
    expect.objectContaining({ name: 'Failure', code: 'configuration' }),
  );
});

describe('a resource', () => {
  const [digest] = [genericDigest(note)];
  const check = async (noteDigest: object, content: ResourceContent) => {
    const data = signed(descriptorData({ noteDigest }), keys);
    const evidence = await verify(collected(data, [content]));
    return [evidence.resources[0]?.proof, ...evidence.reasons.map(({ code }) => code)];
  };
  const artifactDigest = { ...digest, normalisationAlgorithm: 'ociArtifactDigest/v1' };
  const main = `sha256:${digest.value}` as never;
  const other = `sha256:${'0'.repeat(64)}` as never;

  test.each([
    ['with its bytes', digest, { kind: 'blob', read: true, hash: digest.value }, ['content']],
    ['with other bytes', digest, { kind: 'blob', read: true, hash: '00' }, ['unproved', 'digest-mismatch']],
    [
      'as an archive with its main manifest',
      artifactDigest,
      { kind: 'blob', read: true, hash: '00', artifact: main },
      ['content'],
    ],
    [
      'as an archive with another main manifest',
      artifactDigest,
      { kind: 'blob', read: true, hash: '00', artifact: other },
      ['unproved', 'digest-mismatch'],
    ],
    [
      'as an archive whose blob has the digest of a manifest',
      artifactDigest,
      { kind: 'blob', read: true, hash: digest.value },
      ['unproved', 'digest-mismatch'],
    ],
    [
      'as an archive under the name of the blob digest',
      digest,
      { kind: 'blob', read: true, hash: '00', artifact: main },
      ['content'],
    ],
    [
      'as an archive that is broken',
      artifactDigest,
      { kind: 'blob', read: true, hash: '00', artifact: { code: 'malformed', message: '' } },
      ['unproved', 'malformed'],
    ],
    ['that the registry says it has', digest, { kind: 'blob', read: false, hash: digest.value }, ['present']],
    [
      'as an image that the registry says it has',
      artifactDigest,
      { kind: 'artifact', read: false, digest: main },
      ['present'],
    ],
    [
      'outside of the configured registries',
      artifactDigest,
      { kind: 'unreachable', code: 'leaves-the-registry', where: 'x' },
      ['unproved', 'leaves-the-registry'],
    ],
    ['as an image', artifactDigest, { kind: 'artifact', read: true, digest: main }, ['content']],
    [
      'as another image',
      artifactDigest,
      { kind: 'artifact', read: true, digest: other },
      ['unproved', 'digest-mismatch'],
    ],
    [
      'out of reach',
      artifactDigest,
      { kind: 'unreachable', code: 'resource-unreachable', where: 'x' },
      ['unproved', 'resource-unreachable'],
    ],
    [
      'out of reach, by its digest',
      artifactDigest,
      { kind: 'unreachable', code: 'resource-unreachable', where: 'x', pinned: main },
      ['pinned', 'resource-unreachable'],
    ],
    [
      'out of reach, by another digest',
      artifactDigest,
      { kind: 'unreachable', code: 'resource-unreachable', where: 'x', pinned: other },
      ['unproved', 'digest-mismatch'],
    ],
    [
      'with a digest in upper case',
      { ...digest, value: digest.value.toUpperCase() },
      { kind: 'blob', read: true, hash: digest.value },
      ['unproved', 'malformed'],
    ],
    [
      'with the SHA-512 of a SHA-256 value',
      { ...digest, hashAlgorithm: 'SHA-512' },
      { kind: 'artifact', read: true, digest: main },
      ['unproved', 'digest-mismatch'],
    ],
    [
      'with an old name of the hash',
      { ...digest, hashAlgorithm: 'sha256' },
      { kind: 'blob', read: true, hash: digest.value },
      ['unproved', 'unsupported-algorithm'],
    ],
    [
      'that is excluded',
      { hashAlgorithm: 'NO-DIGEST', normalisationAlgorithm: 'EXCLUDE-FROM-SIGNATURE', value: 'NO-DIGEST' },
      { kind: 'blob', read: true, hash: digest.value },
      ['unproved', 'digest-missing'],
    ],
  ] as const)('%s', async (_what, stated, content, expected) => {
    expect(await check(stated, content)).toEqual(expected);
  });
});

test('content outside of the configured registries is only warned about where policy says so', async () => {
  const stated = { ...genericDigest(note), normalisationAlgorithm: 'ociArtifactDigest/v1' };
  const pinned = `sha256:${stated.value}` as never;
  const outside = (where: string, digest = pinned): ResourceContent => ({
    kind: 'unreachable',
    code: 'leaves-the-registry',
    where,
    pinned: digest,
  });
  const check = (content: ResourceContent) =>
    verify(
      collected(signed(descriptorData({ noteDigest: stated }), keys), [content]),
      policy({ externalAccess: 'warn' }),
    );
  expect(await check(outside('far.example/x'))).toMatchObject({
    verdict: 'verified',
    resources: [{ proof: 'pinned' }],
    warnings: [{ code: 'leaves-the-registry', message: expect.stringContaining('far.example/x') }],
  });
  expect(await check(outside('far.example/x', `sha256:${'0'.repeat(64)}` as never))).toMatchObject({
    verdict: 'refused',
  });
});

test.each([
  ['S-17', 'None'],
  ['S-18', 'none'],
])('%s a resource of the access %s has no digest of content', async (_id, type) => {
  const nothing = { name: 'nothing', version: '1.0.0', type: 'plainText', relation: 'external', access: { type } };
  const content = [{ kind: 'blob', hash: genericDigest(note).value, read: true }, { kind: 'not-read' }] as const;
  const judge = (resource: object) =>
    verify(collected(signed(descriptorData({ resources: [resource] }), keys), content));
  expect((await judge(nothing)).resources[1]?.proof).toBe('none');
  expect(await codesOf(judge(nothing))).toEqual([]);
  expect(await codesOf(judge({ ...nothing, digest: genericDigest(note) }))).toEqual(['malformed']);
});

describe('a change after signing', () => {
  type Path = readonly (string | number)[];

  /** Paths of everything that the signature covers. */
  const signedPaths: readonly Path[] = [
    ['component', 'version'],
    ['component', 'provider'],
    ['component', 'creationTime'],
    ['component', 'labels', 0, 'name'],
    ['component', 'labels', 0, 'value'],
    ['component', 'labels', 0, 'signing'],
    ['component', 'resources', 0, 'name'],
    ['component', 'resources', 0, 'version'],
    ['component', 'resources', 0, 'type'],
    ['component', 'resources', 0, 'relation'],
    ['component', 'resources', 0, 'extraIdentity'],
    ['component', 'resources', 0, 'labels', 0, 'value', 'by'],
    ['component', 'resources', 0, 'digest', 'value'],
    ['component', 'sources', 0, 'name'],
    ['component', 'sources', 0, 'version'],
    ['component', 'sources', 0, 'type'],
    ['component', 'componentReferences'],
  ];

  const other: Readonly<Record<string, unknown>> = {
    version: 'v9.9.9',
    creationTime: '2027-01-01T00:00:00Z',
    signing: false,
    relation: 'external',
    extraIdentity: { os: 'linux' },
    componentReferences: [{ name: 'r', componentName: 'example.org/r', version: '1.0.0' }],
  };

  function change(data: DescriptorData, path: Path, value: unknown): DescriptorData {
    const copy = structuredClone(data);
    const last = path.at(-1) ?? '';
    const parent = path.slice(0, -1).reduce<never>((node, step) => node[step] as never, copy as never);
    (parent as Record<string, unknown>)[last] = value;
    return copy;
  }

  test.each(signedPaths.map((path) => [path.join('.'), path] as const))('of %s is refused', async (_name, path) => {
    const changed = change(good, path, other[String(path.at(-1))] ?? 'changed');
    expect(await codesOf(verify(collected(changed)))).toContain('signature-invalid');
  });

  property.prop([fc.constantFrom('provider', 'type', 'name', 'value'), fc.string({ minLength: 1 })])(
    'to any other text is refused',
    async (field, text) => {
      const paths: Record<string, Path> = {
        provider: ['component', 'provider'],
        type: ['component', 'resources', 0, 'type'],
        name: ['component', 'sources', 0, 'name'],
        value: ['component', 'labels', 0, 'value'],
      };
      const path = paths[field] ?? [];
      fc.pre(
        !/\p{Cc}/u.test(text) && !text.startsWith('{') && !['example.org', 'plainText', 'code', 'final'].includes(text),
      );
      expect(await codesOf(verify(collected(change(good, path, text))))).toContain('signature-invalid');
    },
  );

  property.prop([
    fc.constantFrom<Path>(
      ['component', 'labels', 1, 'value'],
      ['component', 'repositoryContexts'],
      ['component', 'resources', 0, 'srcRefs'],
      ['component', 'sources', 0, 'access', 'commit'],
      ['component', 'resources', 0, 'access', 'globalAccess'],
      ['nestedDigests'],
    ),
    fc.jsonValue({ maxDepth: 3 }).filter((value) => !/\d{16}|e\+/.test(JSON.stringify(value))),
  ])('of what is never signed changes neither the verdict nor what templates see', async (path, value) => {
    const changed = change(good, path, value);
    const before = await verify(collected(good));
    const after = await verify(collected(changed));
    expect(after).toEqual(before);
    expect(projectSigned(parseData(changed))).toEqual(projectSigned(parseData(good)));
  });
});

import { describe, expect, test } from 'vitest';
import { parseDescriptor } from '../../../src/core/component/parse-descriptor.ts';
import { descriptorData, parseData } from '../../builders/component-version.ts';

const v2 = `meta:
  schemaVersion: v2
component:
  name: example.org/greeter
  version: v1.0.0
  provider: example.org
  creationTime: 2026-11-21T04:10:53Z
  labels:
  - name: stage
    value: final
    signing: true
  repositoryContexts: null
  resources:
  - name: note
    version: 1.0.0
    type: plainText
    relation: local
    extraIdentity:
      lang: en
    access:
      type: localBlob
      localReference: sha256:0
`;

const v3alpha1 = `apiVersion: ocm.software/v3alpha1
kind: ComponentVersion
metadata:
  name: example.org/greeter
  version: v1.0.0
  provider:
    name: example.org
  creationTime: 2026-11-21T04:10:53Z
  labels:
  - name: stage
    value: final
    signing: true
repositoryContexts: []
spec:
  resources:
  - name: note
    version: 1.0.0
    type: plainText
    relation: local
    extraIdentity:
      lang: en
    access:
      type: localBlob
      localReference: sha256:0
`;

const parse = (text: string) => parseDescriptor(Buffer.from(text));

describe('a component descriptor', () => {
  test('is the same in either scheme', () => {
    const { apiVersion, ...common } = parse(v3alpha1);
    expect(apiVersion).toBe('ocm.software/v3alpha1');
    expect(parse(v2)).toEqual({ ...common, scheme: 'v2' });
    expect(parse(v3alpha1)).toMatchObject({
      scheme: 'v3alpha1',
      name: 'example.org/greeter',
      version: 'v1.0.0',
      provider: { name: 'example.org', labels: [] },
      creationTime: '2026-11-21T04:10:53Z',
      labels: [{ name: 'stage', value: 'final', signing: true }],
      resources: [{ name: 'note', extraIdentity: { lang: 'en' }, relation: 'local' }],
      sources: [],
      references: [],
      signatures: [],
    });
  });

  test('may have anything in what is never signed', () => {
    const data = descriptorData();
    const changed = { ...data, nestedDigests: [{ odd: 1 }], component: { ...data.component, repositoryContexts: 'x' } };
    expect(parseData(changed)).toEqual(parseData(data));
  });

  test('may hold the provider as JSON text, which is as strict as the rest', () => {
    const withProvider = (provider: string) => v2.replace('provider: example.org', `provider: '${provider}'`);
    expect(
      parse(withProvider('{"name":"example.org","labels":[{"name":"a","value":1,"signing":true}]}')).provider,
    ).toEqual({
      name: 'example.org',
      labels: [{ name: 'a', value: 1, signing: true }],
    });
    for (const text of [
      '{"name":"a","name":"b"}',
      '{name: a}',
      '{"name":"a","other":1}',
      '{}',
      '{"name":9007199254740993}',
    ]) {
      expect(() => parse(withProvider(text)), text).toThrow(
        expect.objectContaining({
          name: 'Refusal',
          code: 'malformed',
          message: expect.stringMatching(/^component descriptor, line 6: component\.provider.* \w+/),
        }),
      );
    }
    expect(() => parse(withProvider('{"name":"a","name":"b"}'))).toThrow('looks like JSON, but the key');
  });

  test.each([
    [
      'an unknown field',
      '  provider: example.org',
      '  provider: example.org\n  owner: me',
      7,
      'component.owner is an unknown field',
    ],
    ['another spelling of a field', '  resources:', '  Resources:', 13, 'component.Resources is an unknown field'],
    [
      'an unknown field of a resource',
      '    type: plainText',
      '    type: plainText\n    kind: x',
      17,
      'component.resources[0].kind',
    ],
    [
      'a number for a text',
      '    version: 1.0.0',
      '    version: 1.0',
      15,
      'component.resources[0].version must be a text',
    ],
    ['a text for a list', '  resources:', '  sources: none\n  resources:', 13, 'component.sources must be a list'],
    ['signing as a text', '    signing: true', '    signing: "true"', 11, 'signing must be true or false'],
    ['an unknown relation', '    relation: local', '    relation: both', 17, 'relation must be local or external'],
    ['a text for an access', /access:.*$/s, 'access: x', 20, 'component.resources[0].access must be a mapping'],
    [
      'an identity that is none',
      '    extraIdentity:\n      lang: en',
      '    extraIdentity: en',
      18,
      'component.resources[0].extraIdentity must be a mapping',
    ],
    ['a number in an identity', 'lang: en', 'lang: 1', 19, 'resources[0].extraIdentity.lang must be a text'],
    ['an empty name', 'name: note', 'name: ""', 14, 'component.resources[0].name must be a name'],
    ['a name of two lines', 'name: note', 'name: "a\\nb"', 14, 'component.resources[0].name must be a name'],
    ['a long name', 'name: note', `name: ${'n'.repeat(1025)}`, 14, 'component.resources[0].name must be a name'],
    ['an access without a type', '      type: localBlob\n', '', 21, 'access.type must be a text'],
    ['a creation time that is none', '2026-11-21T04:10:53Z', '2026-11-21', 7, 'creationTime must be a time'],
    ['a month that is none', '2026-11-21T04:10:53Z', '2026-13-21T04:10:53Z', 7, 'creationTime must be a time'],
    ['an unknown scheme', 'schemaVersion: v2', 'schemaVersion: v4', 2, 'meta.schemaVersion is not a scheme'],
    ['no scheme', 'meta:\n  schemaVersion: v2\n', '', 1, 'names no scheme'],
    ['two schemes', 'meta:', 'apiVersion: ocm.software/v3alpha1\nmeta:', 1, 'names two schemes'],
    ['a field twice', '  provider: example.org', '  provider: example.org\n  provider: example.com', 7, 'stands twice'],
    ['an alias', '    value: final', '    value: &a final', 10, 'anchor'],
  ])('with %s is refused with its line', (_what, from, to, line, message) => {
    expect(v2).toMatch(from);
    expect(() => parse(v2.replace(from, to))).toThrow(
      expect.objectContaining({ name: 'Refusal', code: 'malformed', message: expect.stringContaining(message) }),
    );
    expect(() => parse(v2.replace(from, to))).toThrow(`component descriptor, line ${line}: `);
  });

  test.each([
    ['a scalar that YAML versions read differently', 'value: final', 'value: no', 'ambiguous-scalar'],
    ['a number beyond 2^53', 'value: final', 'value: 9007199254740993', 'number-out-of-range'],
    [
      'a name that is none',
      'name: example.org/greeter',
      'name: Greeter',
      'identity-mismatch',
      "the component descriptor's name Greeter is not a component's name",
    ],
    [
      'a version that is none',
      'version: v1.0.0',
      'version: newest',
      'identity-mismatch',
      "the component descriptor's version newest is not a version",
    ],
  ])(
    'with %s is refused with a code of its own',
    (_what, from, to, code, message = 'component descriptor, line 10: ') => {
      expect(() => parse(v2.replace(from, to))).toThrow(
        expect.objectContaining({ name: 'Refusal', code, message: expect.stringContaining(message) }),
      );
    },
  );

  test.each([
    ['an unknown scheme', 'software/v3alpha1', 'software/v3', 1, 'apiVersion is not a scheme that is known here'],
    ['another kind', 'kind: ComponentVersion', 'kind: Component', 2, 'kind must be ComponentVersion'],
    [
      'an unknown field',
      '    name: example.org\n',
      '    name: x\n    url: x\n',
      8,
      'metadata.provider.url is an unknown field',
    ],
    ['a list for a mapping', 'spec:\n', 'spec: []\nsignatures:\n', 14, 'spec must be a mapping'],
  ])('of scheme v3alpha1 with %s is refused with its line', (_what, from, to, line, message) => {
    expect(v3alpha1).toContain(from);
    expect(() => parse(v3alpha1.replace(from, to))).toThrow(`component descriptor, line ${line}: ${message}`);
  });

  test('of scheme v3alpha1 is written under two names, and may have no content', () => {
    const old = v3alpha1.replace('ocm.software/', 'ocm.gardener.cloud/');
    expect(parse(old)).toEqual({ ...parse(v3alpha1), apiVersion: 'ocm.gardener.cloud/v3alpha1' });
    const [head = ''] = v3alpha1.split('spec:');
    for (const text of [head, `${head}spec: null\n`, `${head}nestedDigests: [1]\n`]) {
      expect(parse(text)).toEqual({ ...parse(v3alpha1), resources: [] });
    }
  });

  test.each(['[]', '"text"', 'null'])('is not read from %s', (text) => {
    const message = 'component descriptor, line 1: must be a mapping';
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'malformed', message }));
  });

  test('has 1 MiB at most', () => {
    const full = v2.padEnd(1024 * 1024);
    expect(parse(full)).toEqual(parse(v2));
    const message = 'the component descriptor is larger than 1048576 bytes';
    expect(() => parse(`${full} `)).toThrow(expect.objectContaining({ code: 'too-large', message }));
  });

  test.each([
    ['a byte order mark', Buffer.from(`\ufeff${v2}`)],
    ['bytes that are no text', Buffer.concat([Buffer.from(v2), Buffer.from([0xff])])],
  ])('with %s is refused', (_what, bytes) => {
    const message = 'the component descriptor is not UTF-8 text, or begins with a byte order mark';
    expect(() => parseDescriptor(bytes)).toThrow(expect.objectContaining({ code: 'malformed', message }));
  });

  test.each([
    ['of very many parts', `x: [${'0,'.repeat(100_000)}]`],
    ['of very many lines', '#\n'.repeat(250_000)],
  ])('%s is refused unread', (_what, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'too-large' }));
  });

  test('with a second access behind a comment, which other readers would take, is refused', () => {
    const text = v2.replace(/^( +)access:.*$/m, '$& # \u2028$1access: {}');
    expect(text).not.toBe(v2);
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: 'malformed', message: expect.stringMatching(/U\+2028/) }),
    );
  });

  const resource = { name: 'a', version: '1.0.0', type: 't', relation: 'local', access: { type: 'none' } };
  const reference = { name: 'a', version: '1.0.0', componentName: 'example.org/a' };
  const signature = { name: 'a', digest: { hashAlgorithm: '', normalisationAlgorithm: '', value: '' }, signature: {} };

  test.each([
    ['resources', { resources: [resource, resource] }],
    [
      'resources with extra identities in another order',
      {
        resources: [
          { ...resource, extraIdentity: { a: '1', b: '2' } },
          { ...resource, extraIdentity: { b: '2', a: '1' } },
        ],
      },
    ],
    ['references', { references: [reference, reference] }],
    ['signatures', { signatures: [signature, signature] }],
    ['signing labels', { labels: [{ name: 'stage', value: 1, signing: true }] }],
  ])('with two %s of one identity is refused', (_what, options) => {
    expect(() => parseData(descriptorData(options))).toThrow(
      expect.objectContaining({
        code: 'malformed',
        message: expect.stringMatching(
          /^component descriptor, line 1: .*\[[12]\] has the identity of an element before it$/,
        ),
      }),
    );
  });

  test('may have labels of one name of which one at most is signing', () => {
    const labels = [
      { name: 'a', value: 1 },
      { name: 'a', value: 2, signing: true },
      { name: 'a', value: 3, signing: false },
    ];
    expect(parseData(descriptorData({ labels })).labels).toHaveLength(5);
  });

  test('has of a label, a signature or a reference only what is written', () => {
    const labels = [
      { name: 'a', value: 1, version: 'v1', merge: { algorithm: 'm', config: { x: 1 } } },
      { name: 'b', merge: {}, version: null },
    ];
    const issued = {
      ...signature,
      name: 'b',
      timestamp: 'x',
      signature: { algorithm: 'a', mediaType: 'm', value: 'v', issuer: 'i' },
    };
    const read = parseData(descriptorData({ labels, references: [reference], signatures: [signature, issued] }));
    expect(read.labels.slice(2)).toStrictEqual([
      { name: 'a', value: 1, version: 'v1', merge: { algorithm: 'm', config: expect.anything() } },
      { name: 'b', value: null, merge: { algorithm: '' } },
    ]);
    expect(read.signatures).toStrictEqual([
      { name: 'a', digest: signature.digest, algorithm: '', mediaType: '', value: '' },
      { name: 'b', digest: signature.digest, algorithm: 'a', mediaType: 'm', value: 'v', issuer: 'i' },
    ]);
    expect(read.references[0]).not.toHaveProperty('digest');
  });

  test('has names of 1024 characters at most, and 60,000 tokens', () => {
    const name = 'n'.repeat(1024);
    expect(parse(v2.replace('name: note', `name: ${name}`)).resources[0]?.name).toBe(name);
    const listOf = (items: number) => `x: [${'0,'.repeat(items)}]`;
    expect(() => parse(listOf(19_997))).toThrow('names no scheme');
    expect(() => parse(listOf(19_998))).toThrow('line 1: the text has more than 60000 tokens');
  });

  test('may name the sources of a resource in either way, which is never signed', () => {
    const resources = [{ ...resource, srcRef: [{ odd: 1 }], srcRefs: 'x' }];
    expect(parseData(descriptorData({ resources })).resources[1]).toMatchObject({ name: 'a' });
  });

  test('refers to components by their names', () => {
    const references = [{ ...reference, componentName: 'A' }];
    expect(() => parseData(descriptorData({ references }))).toThrow(
      'component.componentReferences[0].componentName must be the name of a component',
    );
  });

  test('may have elements of one name that differ in version or extra identity', () => {
    const resources = [resource, { ...resource, version: '2.0.0' }, { ...resource, extraIdentity: { os: 'linux' } }];
    expect(parseData(descriptorData({ resources })).resources).toHaveLength(4);
  });

  test('with more than sixteen signatures is refused', () => {
    const signatures = Array.from({ length: 17 }, (_, index) => ({ ...signature, name: `s${index}` }));
    expect(parseData(descriptorData({ signatures: signatures.slice(1) })).signatures).toHaveLength(16);
    expect(() => parseData(descriptorData({ signatures }))).toThrow(
      expect.objectContaining({
        code: 'malformed',
        message: expect.stringMatching(/signatures must not have more than 16 entries$/),
      }),
    );
  });

  test('keeps __proto__ as a plain key', () => {
    const text = '{"__proto__": {"polluted": true}}';
    const data = JSON.stringify(descriptorData()).replace('"free text"', text);
    const label = parse(data).labels.find(({ name }) => name === 'note');
    expect(JSON.stringify(label?.value)).toBe('{"__proto__":{"polluted":true}}');
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});

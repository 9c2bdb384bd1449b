import { describe, expect, test } from 'vitest';
import type {
  CollectedReference,
  CollectedVersion,
  ResourceContent,
} from '../../../src/core/component/collected-version.ts';
import type { ContentDigest } from '../../../src/core/component/component-descriptor.ts';
import { componentDigest } from '../../../src/core/trust/component-digest.ts';
import { judgeContent } from '../../../src/core/trust/judge-content.ts';
import type { Problem } from '../../../src/core/trust/reason.ts';
import { componentName, descriptorData, genericDigest, parseData } from '../../builders/component-version.ts';

const noteDigest = genericDigest(Buffer.from('good morning'));
const whole: ResourceContent = { kind: 'blob', hash: noteDigest.value, read: true };
const gone: Problem = { code: 'blob-missing', message: 'it is gone' };
const missing: ResourceContent = { kind: 'problems', problems: [gone] };
const elsewhere: ResourceContent = { kind: 'unreachable', code: 'leaves-the-registry', where: 'far.example/x' };

interface Options {
  readonly content?: readonly ResourceContent[];
  readonly references?: readonly { readonly found: CollectedReference; readonly digest?: ContentDigest | undefined }[];
  readonly problems?: readonly Problem[];
}

/** @returns A version with the resource `note`, and references `r0`, `r1`… */
function collect(name: string, { content = [whole], references = [], problems = [] }: Options = {}): CollectedVersion {
  const stated = references.map(({ found, digest }, index) => {
    const version = found.kind === 'collected' ? found.version : { component: 'example.org/lost', version: 'v1.0.0' };
    return { name: `r${index}`, componentName: version.component, version: version.version, digest };
  });
  const descriptor = parseData(descriptorData({ name: `example.org/${name}`, references: stated }));
  const { name: component, version } = descriptor;
  const found = references.map((it) => it.found);
  return { component, version, descriptor, problems, resources: content, references: found, contents: new Map() };
}

function to(version: CollectedVersion, digest = digestOf(version)) {
  return { found: { kind: 'collected', version } as const, digest };
}

function digestOf({ descriptor }: CollectedVersion, by = 'jsonNormalisation/v3' as const, hash = 'SHA-256' as const) {
  return descriptor ? componentDigest(descriptor, by, hash) : undefined;
}

const judge = (version: CollectedVersion, externalAccess: 'warn' | 'refuse' = 'refuse') =>
  judgeContent(version, 'it', { externalAccess });

const note = {
  name: 'note',
  version: 'v1.0.0',
  type: 'plainText',
  extraIdentity: {},
  digest: noteDigest,
  proof: 'content',
};

describe('the content of a component version', () => {
  test('is its resources, and those of all it refers to, each once', () => {
    const leaf = collect('leaf');
    const middle = collect('middle', { references: [to(leaf)] });
    const judged = judge(collect('root', { references: [to(middle), to(leaf)] }));
    const leafEvidence = {
      name: 'r0',
      component: 'example.org/leaf',
      version: 'v1.0.0',
      digest: digestOf(leaf),
      resources: [note],
      references: [],
    };
    expect(judged).toEqual({
      resources: [note],
      references: [
        {
          name: 'r0',
          component: 'example.org/middle',
          version: 'v1.0.0',
          digest: digestOf(middle),
          resources: [note],
          references: [leafEvidence],
        },
        { ...leafEvidence, name: 'r1', repeated: true, resources: [] },
      ],
      reasons: [],
      warnings: [],
    });
    expect(judged.references[0]).not.toHaveProperty('repeated');
  });

  test('is refused with the place of what is missing, what is wrong with references first', () => {
    const leaf = collect('leaf', { content: [missing], problems: [{ code: 'identity-mismatch', message: 'another' }] });
    const { reasons } = judge(collect('root', { content: [missing], references: [to(leaf)] }));
    expect(reasons).toEqual([
      { code: 'identity-mismatch', message: 'another', where: 'it > example.org/leaf:v1.0.0' },
      { ...gone, where: 'it > example.org/leaf:v1.0.0 resource note' },
      { ...gone, where: 'it resource note' },
    ]);
  });

  test('is refused for digests that are missing before anything else', () => {
    const leaf = collect('leaf', { content: [missing] });
    const { reasons } = judge(
      collect('root', { content: [missing], references: [to(leaf), { ...to(leaf), digest: undefined }] }),
    );
    expect(reasons.map(({ code }) => code)).toEqual(['digest-missing', 'blob-missing', 'blob-missing']);
  });

  test('of which nothing was found is not there', () => {
    expect(judge(collect('root', { content: [] })).reasons).toEqual([
      { code: 'resource-unreachable', message: 'its content was not looked for', where: 'it resource note' },
    ]);
  });

  test('that lies elsewhere is refused, or warned about where policy says so', () => {
    const leaf = collect('leaf', { content: [elsewhere] });
    const root = collect('root', { content: [elsewhere], references: [to(leaf)] });
    const found = ['it > example.org/leaf:v1.0.0 resource note', 'it resource note'].map((where) => ({
      code: 'leaves-the-registry',
      message: expect.stringContaining('far.example/x'),
      where,
    }));
    expect(judge(root)).toMatchObject({ reasons: found, warnings: [] });
    expect(judge(root, 'warn')).toMatchObject({ reasons: [], warnings: found });
    expect(judgeContent(root, 'it', {})).toMatchObject({ reasons: found, warnings: [] });
  });

  test('without a component descriptor is nothing', () => {
    const { descriptor: _, ...unread } = collect('root');
    expect(judge(unread)).toEqual({ resources: [], references: [], reasons: [], warnings: [] });
  });
});

describe('a reference', () => {
  const leaf = collect('leaf');
  const right = componentDigest(
    parseData(descriptorData({ name: 'example.org/leaf' })),
    'jsonNormalisation/v3',
    'SHA-256',
  );
  const where = 'it > example.org/leaf:v1.0.0';

  test.each([
    ['without a digest', undefined, 'digest-missing', 'the reference has no digest, so another component version'],
    [
      'with an old name of the hash',
      { ...right, hashAlgorithm: 'sha256' },
      'unsupported-algorithm',
      'the digest of the reference is of the kind ["sha256","jsonNormalisation/v3"]',
    ],
    [
      'with an unknown normal form',
      { ...right, normalisationAlgorithm: 'x' },
      'unsupported-algorithm',
      'the digest of the reference is of the kind ["SHA-256","x"]',
    ],
    [
      'with a digest in upper case',
      { ...right, value: right.value.toUpperCase() },
      'malformed',
      'the digest of the reference is not written in lower-case hexadecimal digits',
    ],
  ])('%s is refused', (_what, digest, code, message) => {
    const { reasons, references } = judge(collect('root', { references: [{ ...to(leaf), digest }] }));
    expect(reasons).toEqual([{ code, message: expect.stringContaining(message), where }]);
    expect(references[0]).not.toHaveProperty('digest');
  });

  test('with another digest is refused, and the evidence has the right one', () => {
    const digest = { ...right, value: '00' };
    const { reasons, references } = judge(collect('root', { references: [to(leaf, digest)] }));
    const message = `the reference has the digest 00, and the component descriptor has ${right.value}`;
    expect(reasons).toEqual([{ code: 'digest-mismatch', message, where }]);
    expect(references[0]?.digest).toEqual(right);
  });

  const lost: Problem = { code: 'reference-unresolved', message: 'it is not there' };
  test('that leads nowhere is refused, and has no digest of its own', () => {
    const { reasons, references } = judge(
      collect('root', { references: [{ found: { kind: 'problem', problem: lost }, digest: right }] }),
    );
    expect(reasons).toEqual([{ ...lost, where: 'it > example.org/lost:v1.0.0' }]);
    expect(references).toEqual([
      { name: 'r0', component: componentName('example.org/lost'), version: 'v1.0.0', resources: [], references: [] },
    ]);
  });

  test('to what has no descriptor is refused for what is wrong with that', () => {
    const { descriptor: _, ...unread } = collect('leaf', { problems: [lost] });
    const { reasons, references } = judge(collect('root', { references: [{ ...to(unread), digest: right }] }));
    expect(reasons).toEqual([{ ...lost, where }]);
    expect(references[0]).not.toHaveProperty('digest');
  });

  test('repeats neither what is wrong with a version nor its warnings', () => {
    const broken = collect('leaf', { content: [elsewhere], problems: [lost] });
    const root = collect('root', { references: [to(broken), to(broken)] });
    expect(judge(root, 'warn').warnings).toHaveLength(1);
    expect(judge(root, 'warn').reasons).toEqual([{ ...lost, where }]);
  });

  test('back to the version itself is judged once', () => {
    const circle = collect('root', { references: [{ found: { kind: 'problem', problem: lost }, digest: right }] });
    Object.assign(circle, { references: [{ kind: 'collected', version: circle }] });
    expect(judge(circle).references).toMatchObject([{ repeated: true, resources: [], references: [] }]);
  });
});

import { describe, expect, test } from 'vitest';
import {
  type Preview,
  type PreviewInput,
  previewVersion,
  type RulesPart,
} from '../../../src/core/localization/preview.ts';

const hex = (digits: string) => digits.repeat(32);

const configText = (more = '', defaults = '{ replicas: 1 }') => `apiVersion: config.ocm.software/v1alpha1
kind: ConfigData
configuration:
  defaults: ${defaults}
  rules:
  - { value: (( replicas )), file: release.yaml, path: spec.replicas }
${more}`;

const localization = 'localization:\n- { resource: { name: image }, file: release.yaml, image: spec.image }\n';

function side(change: Partial<RulesPart> = {}, of = 'ab'): RulesPart {
  const digest = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'ociArtifactDigest/v1', value: hex(of) };
  const access = { type: 'ociArtifact', imageReference: `host.example/a/b:1@sha256:${hex(of)}` };
  return {
    kind: 'rules',
    names: { manifests: 'manifests', config: 'config' },
    config: { kind: 'read', text: configText(localization) },
    manifests: { kind: 'read', names: ['release.yaml'] },
    resources: [{ name: 'image', access, digest, proof: 'content' }],
    ...change,
  };
}

const preview = (after: RulesPart, before?: RulesPart, values: Partial<PreviewInput['values']> = {}): Preview =>
  previewVersion({
    ...(before && { before: [before] }),
    after: [after],
    values: {
      path: 'values.yaml',
      application: 'app',
      before: undefined,
      after: undefined,
      unreadable: false,
      ...values,
    },
  });

describe('compared with the installed version', () => {
  test('what stays the same is told from what changes', () => {
    expect(preview(side(), side()).images).toMatchObject([{ change: 'same' }]);
    const { images, settings } = preview(side({}, 'cd'), side());
    expect(images).toMatchObject([
      {
        change: 'changed',
        before: { image: { signedDigest: `sha256:${hex('ab')}` } },
        after: { image: { reference: `host.example/a/b@sha256:${hex('cd')}` } },
      },
    ]);
    expect(settings).toMatchObject([{ change: 'same' }]);
  });

  test('what comes and what goes is named', () => {
    const without = side({ config: { kind: 'read', text: configText() } });
    expect(preview(side(), without).images).toMatchObject([{ change: 'added' }]);
    expect(preview(without, side()).images).toMatchObject([{ change: 'removed', before: { path: 'spec.image' } }]);
    expect(preview(side()).images).toMatchObject([{ change: 'added' }]);
  });

  test('values of people are those of the base branch then, and those of the proposal now', () => {
    const values = { before: 'app:\n  replicas: 2\n', after: 'app:\n  replicas: 3\n' };
    expect(preview(side(), side(), values).settings).toMatchObject([
      { change: 'changed', before: { outcome: { value: 2 } }, after: { outcome: { value: 3 } } },
    ]);
  });

  test('an installed version that cannot be read counts as none', () => {
    const broken = side({ config: { kind: 'unread', why: 'it is gone' } });
    const { images, values, notes } = preview(side(), broken);
    expect(images).toMatchObject([{ change: 'added' }]);
    expect(values.advice).toEqual([]);
    expect(notes).toEqual([]);
  });
});

test('where several resources are deployed, files are told apart, and one block of values serves all', () => {
  const schema = (of: string) => `  schema: { properties: { ${of}: { type: string } } }\n`;
  const text = (of: string) => ({ kind: 'read', text: configText(schema(of), `{ replicas: 1, ${of}: 1 }`) }) as const;
  const part = (of: string) =>
    side({
      names: { manifests: of, config: `${of}-config` },
      config: text(of),
      manifests: { kind: 'read', names: [] },
    });
  const files = { kind: 'read', names: ['release.yaml'] } as const;
  const { settings, values } = previewVersion({
    before: [part('a'), { ...part('b'), config: { kind: 'unread', why: 'it is gone' } }],
    after: [{ ...part('a'), manifests: files }, part('b')],
    values: { path: 'v', application: 'app', before: '', after: 'app:\n  a: 1\n  b: 2\n  c: 3\n', unreadable: false },
  });
  expect(settings.map(({ change, after }) => [change, after?.file, after?.outcome.kind])).toEqual([
    ['changed', 'a/release.yaml', 'value'],
    ['added', 'b/release.yaml', 'fails'],
  ]);
  expect(values.advice.map(({ kind, parameter }) => `${kind} ${parameter}`)).toEqual([
    'new b',
    'unknown c',
    'coerced a',
    'coerced b',
  ]);
});

describe('what cannot be told is one sentence', () => {
  const none = 'What is put into the manifests cannot be told:';

  test.each<[string, Partial<RulesPart>, string]>([
    ['no configuration', { config: { kind: 'missing' } }, `${none} the component has no resource config, or several.`],
    [
      'one that cannot be read',
      { config: { kind: 'unread', why: 'it is larger than 1048576 bytes' } },
      `${none} the resource config: it is larger than 1048576 bytes.`,
    ],
    [
      'one that is something else',
      { config: { kind: 'read', text: 'kind: ConfigMap\napiVersion: v1\n' } },
      `${none} the resource config is not ConfigData that can be used: it is ConfigMap of v1, not ConfigData of config.ocm.software.`,
    ],
  ])('%s', (_, change, note) => {
    const { images, settings, notes } = preview(side(change));
    expect({ images, settings, notes }).toEqual({ images: [], settings: [], notes: [note] });
  });

  test('manifests that are missing or cannot be looked into keep nothing back', () => {
    const missing = preview(side({ manifests: { kind: 'missing' } }));
    expect(missing.notes).toEqual(['The component has no resource manifests that rules could write to.']);
    const unread = preview(side({ manifests: { kind: 'unread', why: 'it is no text in UTF-8' } }));
    expect(unread.notes).toEqual([
      'Whether the resource manifests has the files that rules write to cannot be told: it is no text in UTF-8.',
    ]);
    expect([missing, unread].map(({ images }) => images[0]?.after?.outcome.kind)).toEqual(['value', 'value']);
  });

  test('values that cannot be looked at', () => {
    const note = (values: Partial<PreviewInput['values']>) => preview(side(), undefined, values).notes;
    expect(note({ after: 'sops: {}\n' })).toEqual([
      'The values in values.yaml are not looked at, because it is encrypted by SOPS.',
    ]);
    expect(note({ unreadable: true })).toEqual([
      'The values in values.yaml are not looked at, because it is no plain text in UTF-8.',
    ]);
    expect(note({ after: 'other:\n  a: 1\n' })).toEqual([]);
  });
});

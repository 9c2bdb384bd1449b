import { describe, expect, test } from 'vitest';
import { printPreview } from '../../../src/cli/print-preview.ts';
import type { LocalizedValue } from '../../../src/core/localization/localize.ts';
import type { Outcome } from '../../../src/core/localization/placement.ts';
import type { Preview } from '../../../src/core/localization/preview.ts';
import { describePreview } from '../../../src/core/pull-request/describe-preview.ts';
import { nothingPreviewed } from '../../builders/version-difference.ts';

const digest = (digits: string) => `sha256:${digits.repeat(32)}`;

function image(of: string, outcome: Outcome, change: Partial<LocalizedValue> = {}): LocalizedValue {
  const reference = `host.example/a/b@${digest(of)}`;
  const seen = { resource: 'image', reference, signedDigest: digest(of), proof: 'present', pinned: 'signed' } as const;
  return { file: 'release.yaml', path: 'spec.tag', field: 'tag', image: seen, outcome, ...change };
}

const value = (of: unknown): Outcome => ({ kind: 'value', value: of });
const partsOf = (change: Partial<Preview>) =>
  Object.values(describePreview({ ...nothingPreviewed, ...change }))
    .flat()
    .join('\n\n');

const terminal = { out: () => {}, err: () => {}, progress: () => {}, live: false, colour: false, width: 80 } as const;
const screenOf = (change: Partial<Preview>) =>
  printPreview({ ...nothingPreviewed, ...change }, terminal)
    .map(([title, lines]) => `${title}\n${lines}`)
    .join('\n');

test('where there is nothing to say, nothing is said', () => {
  expect(partsOf({})).toBe('');
  expect(screenOf({})).toBe('');
});

test('an image is one row with reference, digest, proof and where it goes', () => {
  const changed = { before: image('ab', value('1')), after: image('cd', value('2')), change: 'changed' } as const;
  const more = { after: image('cd', value('x'), { path: 'spec.image' }), change: 'added' } as const;
  const parts = partsOf({ images: [changed, more] });
  expect(parts).toContain('<summary>Images after localization</summary>');
  expect(parts).toContain(
    `| \`host.example/a/b@${digest('cd')}\` | \`${digest('cd')}\`, was \`abababababab\` | in the registry under its signed digest | \`release.yaml\` \`spec.tag\` | \`1\` → \`2\` |\n` +
      '|  |  |  | `release.yaml` `spec.image` | **new** `x` |',
  );
  expect(screenOf({ images: [changed, more] })).toMatch(/~ +release\.yaml spec\.tag +1 → 2 +image: in the registry/);
});

describe('what is wrong is in the title', () => {
  const fails = image('ab', { kind: 'fails', why: 'the manifests have no such file' });
  const other = image('ab', value('1'), { image: { resource: 'image', pinned: 'other', proof: 'pinned' } });
  const unproved = image('ab', value('1'), { image: { resource: 'image', proof: 'unproved' } });

  test.each([
    [fails, '⚠ the controller would fail: the manifests have no such file'],
    [other, '⚠ the reference names another digest than the signed one'],
    [unproved, '⚠ not proved'],
  ])('%#', (after, words) => {
    const parts = partsOf({ images: [{ change: 'added', after }] });
    expect(parts).toContain('<summary>Images after localization (⚠ 1)</summary>');
    expect(parts).toContain(words);
  });

  test('but not what only a cluster can tell, nor what went away', () => {
    const inCluster = image('ab', { kind: 'computed', by: 'CUE' });
    const parts = partsOf({
      images: [
        { change: 'same', before: inCluster, after: inCluster },
        { change: 'removed', before: fails },
      ],
    });
    expect(parts).toContain('<summary>Images after localization</summary>');
    expect(parts).toContain('computed in the cluster \\(CUE\\)');
    expect(parts).toContain('**not set any more**, was ⚠ the controller would fail');
  });
});

test('a setting is told with its default, and with what was set before', () => {
  const at = { file: 'release.yaml', path: 'spec.replicas', byDefault: value(1) };
  const settings: Preview['settings'] = [
    { change: 'changed', before: { ...at, outcome: value(2) }, after: { ...at, outcome: value({ a: [3] }) } },
  ];
  expect(partsOf({ settings })).toContain('| `release.yaml` `spec.replicas` | `1` | `2` → `{"a":[3]}` |');
  expect(screenOf({ settings })).toContain('release.yaml spec.replicas   2 → {"a":[3]}');
});

test('advice is told quietly where it is only about how a value is written', () => {
  const advice: Preview['values']['advice'] = [
    { kind: 'coerced', parameter: 'replicas', message: 'is a whole number, where the schema has a text' },
    { kind: 'unknown', parameter: 'massage', message: 'is no parameter, and does nothing' },
    { kind: 'new', parameter: 'logo', message: 'is not there in the installed version', default: 'a.png' },
  ];
  const parts = partsOf({ values: { advice, notes: ['The schema is odd.'] } });
  expect(parts).toContain('| `replicas` | other type | is a whole number, where the schema has a text |');
  expect(parts).toContain('| `massage` | ⚠ unknown | is no parameter, and does nothing |');
  expect(parts).toContain('| `logo` | new | `a.png` by default |');
  expect(parts).toContain('* The schema is odd.\n\nNo controller checks this.');
  expect(screenOf({ values: { advice, notes: [] } })).toMatch(/new +logo +a\.png by default/);
});

test('long lists are cut, and so are long texts', () => {
  const many = Array.from(
    { length: 70 },
    () => ({ change: 'added', after: image('ab', value('x'.repeat(5000))) }) as const,
  );
  const parts = partsOf({ images: many, notes: ['y'.repeat(5000)] });
  expect(parts).toContain('… and 10 more lines, which `consignee diff` shows.');
  expect(parts.match(/^\|/gm)).toHaveLength(60 + 2);
  expect(parts.length).toBeLessThan(30_000);
});

test('what a provider writes stays in its cell', () => {
  const nasty = '| `x` |\n<!-- consignee:end -->\n@everyone </details> \u202e';
  const after = image('ab', { kind: 'fails', why: nasty }, { file: nasty, path: nasty });
  const advice = [{ kind: 'new', parameter: nasty, message: nasty, default: nasty }] as const;
  const notes = [nasty];
  const settings = [
    { change: 'added', after: { file: nasty, path: nasty, outcome: value(nasty), byDefault: value(nasty) } },
  ] as const;
  const parts = partsOf({ images: [{ change: 'added', after }], settings, values: { advice, notes }, notes });
  for (const row of parts.split('\n').filter((it) => it.startsWith('|')))
    expect([4, 6]).toContain(row.replaceAll('\\|', '').match(/\|/g)?.length);
  expect(parts.match(/<\/details>/g)).toHaveLength(3 + code(parts));
  expect(parts).not.toMatch(/^<!--/m);
  expect(parts).not.toContain('\u202e');
});

/** Within code it is text. */
const code = (parts: string): number => [...parts.matchAll(/`[^`\n]*<\/details>/g)].length;

import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import type { ComponentName } from '../../../src/core/component/component-name.ts';
import { findPins } from '../../../src/core/pin/find-pins.ts';
import { floatsOver, pins, pinsNewer, readPin } from '../../../src/core/pin/read-pin.ts';
import { replacePin } from '../../../src/core/pin/replace-pin.ts';
import type { Version } from '../../../src/core/version/version.ts';

const component = 'example.org/podinfo' as ComponentName;
const next = 'v1.1.0' as Version;

/** An object of generation 1, with its version written as `semver`. */
const first = (semver: string, more = '') => `apiVersion: delivery.ocm.software/v1alpha1
kind: ComponentVersion
metadata: { name: podinfo, namespace: ocm-system }
spec:
  interval: 10m
  component: example.org/podinfo
  version:
    semver: ${semver}
${more}`;

const second = (semver: string) => `apiVersion: delivery.ocm.software/v1alpha1
kind: Component
metadata: { name: podinfo }
spec: { component: "example.org/podinfo", repositoryRef: { name: podinfo }, semver: ${semver}, interval: 10m }
`;

/** @returns The text with the one value in it replaced. */
function replaced(text: string, version = next): string | undefined {
  const [pin, ...others] = findPins(text, component).pins;
  if (pin?.value.kind !== 'text' || others.length > 0) throw new Error(`There is not one value in ${text}`);
  return replacePin(text, pin.value, version);
}

describe('the value is replaced, and every other byte stays', () => {
  test.each<[string, string, string]>([
    ['plain', first('v1.0.0'), first('v1.1.0')],
    ['in double quotes', first('"v1.0.0"'), first('"v1.1.0"')],
    ['in single quotes', first("'v1.0.0'"), first("'v1.1.0'")],
    ['a range in quotes', first('">=1.0.0, <2.0.0"'), first('"v1.1.0"')],
    ['before a comment', first('v1.0.0   # set by Ada'), first('v1.1.0   # set by Ada')],
    ['over two lines', first('">=1.0.0,\n      <2.0.0"'), first('"v1.1.0"')],
    ['generation 2, in braces', second('1.0.0'), second('v1.1.0')],
    ['without a line end', first('v1.0.0').trimEnd(), first('v1.1.0').trimEnd()],
    ['with Windows line ends', first('v1.0.0').replaceAll('\n', '\r\n'), first('v1.1.0').replaceAll('\n', '\r\n')],
    ['JSON', JSON.stringify(jsonObject('v1.0.0'), undefined, 1), JSON.stringify(jsonObject('v1.1.0'), undefined, 1)],
    [
      'the second of three documents, one of them broken',
      `# a\n---\na: [1,\n---\n${first('v1.0.0')}---\nkind: Other\n`,
      `# a\n---\na: [1,\n---\n${first('v1.1.0')}---\nkind: Other\n`,
    ],
    [
      'in a list, whose other item has the same value',
      `apiVersion: v1\nkind: List\nitems:\n- { kind: X, semver: v1.0.0 }\n- ${inItem(first('v1.0.0'))}`,
      `apiVersion: v1\nkind: List\nitems:\n- { kind: X, semver: v1.0.0 }\n- ${inItem(first('v1.1.0'))}`,
    ],
    [
      'beside anchors that others refer to',
      first('v1.0.0', 'x: &a v1.0.0\ny: *a\n'),
      first('v1.1.0', 'x: &a v1.0.0\ny: *a\n'),
    ],
    ['with odd indentation', first('v1.0.0').replaceAll('  ', '       '), first('v1.1.0').replaceAll('  ', '       ')],
  ])('%s', (_, before, after) => {
    expect(replaced(before)).toBe(after);
  });

  test('a version that would be read as a number gets quotes', () => {
    expect(replaced(second('1.0.0'), '1.2' as Version)).toBe(second('"1.2"'));
    expect(replaced(second("'1.0.0'"), '1.2' as Version)).toBe(second("'1.2'"));
  });
});

const word = fc.stringMatching(/^[a-z]{1,8}$/);
const noise = fc.oneof(
  word.map((it) => `# ${it}\n`),
  fc.tuple(word, word).map(([key, value]) => `${key}:   "${value}"\t\n`),
  fc.tuple(word, fc.integer()).map(([key, value]) => `${key}: {  a:  ${value} } # ${key}\n`),
  word.map((it) => `---\n${it}: |\n  semver: v1.0.0\n    more\n`),
  fc.constant('\n\n'),
  fc.constant(`---\n${second('v1.0.0').replaceAll('podinfo', 'other')}`),
);
const around = fc.array(noise, { maxLength: 6 }).map((it) => it.join(''));
const styles = fc.constantFrom('v1.0.0', '"v1.0.0"', "'v1.0.0'", '">=1.0.0"', '~1.0  # any');

property.prop([around, around, styles, fc.boolean()])(
  'whatever stands around the field stays, byte for byte',
  (before, after, style, windows) => {
    const ends = (it: string) => (windows ? it.replaceAll('\n', '\r\n') : it);
    const [head, tail] = [ends(`${before}---\n`), ends(`---\n${after}`)];
    const mark = /v1\.0\.0|>=1\.0\.0|~1\.0(?=\s)/;
    const result = replaced(head + ends(first(style)) + tail);
    expect(result).toBe(head + ends(first(style.replace(mark, 'v1.1.0'))) + tail);
  },
);

describe('what cannot be replaced alone is told', () => {
  test.each<[string, string, RegExp]>([
    ['an alias', `${first('*v', 'x: 1\n').replace('kind:', 'y: &v v1.0.0\nkind:')}`, /alias or a merge key/],
    ['an anchor', first('&v v1.0.0'), /has an anchor/],
    ['a literal block', first('|\n      v1.0.0'), /written as a block/],
    ['a folded block', first('>-\n      v1.0.0'), /written as a block/],
    ['a variable', first('"${version}"'), /filled in by something else/],
    ['a template of Helm', first('"{{ .Values.version }}"'), /filled in by something else/],
    ['a number', first('1.0'), /no text without quotes/],
    ['nothing', first(''), /no text/],
    ['a tag', first('!!str v1.0.0'), /has a tag/],
    ['a mapping', first('{ a: b }'), /no text/],
    ['no field', first('v1.0.0').replace('semver:', 'other:'), /is missing/],
    ['an encrypted file', first('v1.0.0', 'sops: { version: 3.8.1 }\n'), /sops/],
    [
      'a merge key',
      first('x')
        .replace('  version:\n    semver: x\n', '  <<: *base\n')
        .replace('spec:', 'base: &base { version: { semver: v1.0.0 } }\nspec:'),
      /alias or a merge key/,
    ],
  ])('%s', (_, text, why) => {
    const { pins: found } = findPins(text, component);
    expect(found.map(({ value }) => (value.kind === 'unusable' ? value.why : value.text))).toEqual([
      expect.stringMatching(why),
    ]);
  });

  test('a value in a mapping that is repeated elsewhere by an alias', () => {
    expect(replaced(first('v1.0.0', 'again: *all\n').replace('version:', 'version: &all'))).toBeUndefined();
  });
});

describe('an object is found by the component that it deploys', () => {
  test.each<[string, string, number]>([
    ['of generation 1', first('v1.0.0'), 1],
    ['of generation 2', second('1.0.0'), 1],
    ['one of each', `${first('v1.0.0')}---\n${second('1.0.0')}`, 2],
    [
      'by an alias',
      first('v1.0.0')
        .replace(/(?<=component: ).*/, '*c')
        .replace('kind:', 'x: &c example.org/podinfo\nkind:'),
      1,
    ],
    ['spelled with an escape', first('v1.0.0').replace('example.org/podinfo', '"example.org\\x2fpodinfo"'), 1],
    ['but not of another component', first('v1.0.0').replace('podinfo\n', 'podinfo2\n'), 0],
    ['but not of another group', first('v1.0.0').replace('delivery.ocm', 'delivery.example'), 0],
    ['but not a subscription', first('v1.0.0').replace('ComponentVersion', 'ComponentSubscription'), 0],
    ['but not where nothing is readable', `${first('v1.0.0')}a: [`, 0],
    ['but not a mention', '# example.org/podinfo\na: example.org/podinfo\n', 0],
    ['but not in nothing', '', 0],
  ])('%s', (_, text, count) => {
    expect(findPins(text, component).pins).toHaveLength(count);
  });

  test('with its line, and a file that cannot be read is named as such', () => {
    expect(findPins(`# one\n---\n${first('v1.0.0')}`, component).pins).toMatchObject([{ generation: 1, line: 10 }]);
    expect(findPins(second('1.0.0'), component).pins).toMatchObject([{ generation: 2, line: 4, field: 'spec.semver' }]);
    expect(findPins(`${first('v1.0.0')}a: [`, component)).toEqual({ pins: [], unreadable: true });
    expect(findPins('a: [ "\\n"', component).unreadable).toBe(false);
    expect(findPins(`# example.org/podinfo\n${'['.repeat(100_000)}`, component).unreadable).toBe(true);
  });

  test('in a text that merges from itself again and again, at once', () => {
    const lines = Array.from(
      { length: 60 },
      (_, index) => `x${index + 1}: &x${index + 1} { <<: [*x${index}, *x${index}] }\n`,
    );
    const text = `# example.org/podinfo\nx0: &x0 { a: 1 }\n${lines.join('')}<<: *x60\n`;
    expect(findPins(text, component)).toEqual({ pins: [], unreadable: false });
  });

  test('whose version comes by a merge key', () => {
    const text = first('v1.0.0').replace(
      'spec:\n',
      'x: &x { component: example.org/podinfo }\nspec:\n  <<: [{ a: 1 }, *x]\n',
    );
    expect(findPins(text.replace('  component: example.org/podinfo\n', ''), component).pins).toHaveLength(1);
  });
});

describe('the field means what its controller makes of it', () => {
  test.each<[1 | 2, string, string]>([
    [1, 'v1.0.0', 'exact'],
    [1, '1.0.0', 'exact'],
    [1, '=1.0.0', 'exact'],
    [1, '1.0.0-rc.1', 'exact'],
    [1, 'v1.0', 'range'],
    [1, '>=1.0.0', 'range'],
    [1, '', 'range'],
    [1, '*', 'range'],
    [1, 'latest', 'nonsense'],
    [2, 'v1.0', 'exact verbatim'],
    [2, '1.0.0', 'exact verbatim'],
    [2, '=1.0.0', 'exact'],
    [2, '~1.0', 'range'],
  ])('of generation %i: %j is %s', (generation, text, meaning) => {
    const found = readPin(generation, text);
    expect(`${found.kind}${found.kind === 'exact' && found.verbatim ? ' verbatim' : ''}`).toBe(meaning);
  });

  test.each<[1 | 2, string, string, boolean]>([
    [1, '1.0.0', 'v1.0.0', true],
    [1, '=v1.0.0', '1.0.0', true],
    [1, '1.0.0', 'v1.0.1', false],
    [1, '1.0.0', '1.0.0+a', false],
    [1, '>=1.0.0', 'v1.0.0', false],
    [2, '1.0.0', 'v1.0.0', false],
    [2, 'v1.0.0', 'v1.0.0', true],
    [2, '=1.0.0', 'v1.0.0', true],
  ])('of generation %i: %j pins %s: %s', (generation, text, version, expected) => {
    expect(pins(pinOf(generation, text), version as Version)).toBe(expected);
  });

  test('a range floats over what is in it, and only an exact version is newer', () => {
    const [old, recent] = ['v1.0.0', 'v2.0.0'] as Version[] as [Version, Version];
    expect([floatsOver(pinOf(1, '~1.0'), old), floatsOver(pinOf(1, '~1.0'), recent)]).toEqual([true, false]);
    expect(floatsOver(pinOf(1, 'v1.0.0'), old)).toBe(false);
    expect([pinsNewer(pinOf(1, 'v1.5.0'), old), pinsNewer(pinOf(1, 'v1.5.0'), recent)]).toEqual([true, false]);
    expect([pinsNewer(pinOf(1, '>=1.5.0'), old), pinsNewer(pinOf(2, '1.0.0'), old)]).toEqual([false, false]);
  });
});

const pinOf = (generation: 1 | 2, text: string) => {
  const value = { kind: 'text', text, from: 0, to: 0, plain: true, path: [] } as const;
  return { generation, value };
};

function jsonObject(semver: string) {
  const spec = { component, version: { semver } };
  return { apiVersion: 'delivery.ocm.software/v1alpha1', kind: 'ComponentVersion', metadata: { name: 'a' }, spec };
}

const inItem = (text: string) => text.trimEnd().replaceAll('\n', '\n  ');

import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { addMissingValues } from '../../../src/core/values/add-values.ts';
import { nastyTexts } from '../../builders/nasty-values.ts';

const values = { replicas: 1, message: 'Hello from podinfo' };
const block = 'podinfo:\n  replicas: 1\n  message: Hello from podinfo\n';
const add = (text: string | undefined, some: Readonly<Record<string, unknown>> = values) =>
  addMissingValues(text, 'podinfo', some);

describe('without a block, one is appended', () => {
  test.each([
    ['to nothing', undefined, block],
    ['to an empty file', '', block],
    ['to a file of comments', '# values\n', `# values\n\n${block}`],
    ['after a blank line', 'other: 1\n', `other: 1\n\n${block}`],
    ['after the blank line that is there', 'other: 1\n\n', `other: 1\n\n${block}`],
    ['after a last line without an end', 'other: 1', `other: 1\n\n${block}`],
    ['with Windows line ends', 'other: 1\r\n', `other: 1\r\n\r\n${block.replaceAll('\n', '\r\n')}`],
    ['in the column of the others', '  other: 1\n', `  other: 1\n\n${block.replace(/^/gm, '  ').trimEnd()}\n`],
    ['after a text that keeps its line ends', 'a: |+\n  x\n\n', `a: |+\n  x\n\n${block}`],
    ['beside what only people understand', 'a: yes\nb: !x 0755\n', `a: yes\nb: !x 0755\n\n${block}`],
  ])('%s', (_, text, result) => {
    expect(add(text)).toEqual({ kind: 'added', text: result, added: ['replicas', 'message'] });
  });

  test('even when there is nothing to put into it, for the controller asks for the block', () => {
    expect(add(undefined, {})).toEqual({ kind: 'added', text: 'podinfo: {}\n', added: [] });
  });
});

describe('to a block, what is missing is added at its end', () => {
  test.each([
    [
      'after its last line',
      'podinfo:\n  replicas: 3 # mine\nother: 1\n',
      'podinfo:\n  replicas: 3 # mine\n  message: Hello from podinfo\nother: 1\n',
    ],
    [
      'after its last comment',
      'podinfo:\n  replicas: 3\n  # message: x\n\n# other\nother: 1\n',
      'podinfo:\n  replicas: 3\n  # message: x\n  message: Hello from podinfo\n\n# other\nother: 1\n',
    ],
    [
      'before the comment of what follows',
      'podinfo:\n  replicas: 3\n# other\nother: 1\n',
      'podinfo:\n  replicas: 3\n  message: Hello from podinfo\n# other\nother: 1\n',
    ],
    [
      'with its indentation',
      'podinfo:\n      replicas: 3',
      'podinfo:\n      replicas: 3\n      message: Hello from podinfo\n',
    ],
    [
      'with Windows line ends',
      'podinfo:\r\n  replicas: 3\r\nb: 1\r\n',
      'podinfo:\r\n  replicas: 3\r\n  message: Hello from podinfo\r\nb: 1\r\n',
    ],
    [
      'after a nested value',
      'podinfo:\n  replicas:\n    - 1\n    - a: |\n        x\n\nb: 1\n',
      'podinfo:\n  replicas:\n    - 1\n    - a: |\n        x\n  message: Hello from podinfo\n\nb: 1\n',
    ],
    [
      'after a text that keeps its line ends',
      'podinfo:\n  replicas: |+\n    x\n\nb: 1\n',
      'podinfo:\n  replicas: |+\n    x\n\n  message: Hello from podinfo\nb: 1\n',
    ],
    [
      'when its keys are in quotes',
      '"podinfo":\n  \'replicas\': 3\n',
      '"podinfo":\n  \'replicas\': 3\n  message: Hello from podinfo\n',
    ],
    [
      'when the value that is there is null',
      'podinfo:\n  replicas:\n',
      'podinfo:\n  replicas:\n  message: Hello from podinfo\n',
    ],
  ])('%s', (_, text, result) => {
    expect(add(text)).toEqual({ kind: 'added', text: result, added: ['message'] });
  });

  test('all of it when the block is empty', () => {
    expect(add('podinfo: # mine\nb: 1\n')).toEqual({
      kind: 'added',
      text: `${block.replace('podinfo:', 'podinfo: # mine')}b: 1\n`,
      added: ['replicas', 'message'],
    });
  });

  test('all of it when the block is only braces, which are opened', () => {
    expect(add('podinfo: {} # mine\nb: 1\n')).toMatchObject({
      text: `${block.replace('podinfo:', 'podinfo: # mine')}b: 1\n`,
    });
    expect(add('podinfo: {}\n', {})).toEqual({ kind: 'unchanged', text: 'podinfo: {}\n', added: [] });
  });

  test('nothing when nothing is missing, whatever the values are', () => {
    const text = 'podinfo: &anchor\n    message: null\n    replicas: [x]\n    mine: yes\n';
    expect(add(text)).toEqual({ kind: 'unchanged', text, added: [] });
  });
});

test.each([
  ['a block in braces', 'podinfo: { replicas: 1 }\n', /podinfo is written in braces/],
  ['a block in braces on a line of its own', 'podinfo:\n  {}\n', /podinfo is written in braces/],
  ['a block that is a list', 'podinfo:\n  - 1\n', /podinfo is not a mapping/],
  ['a block that is null', 'podinfo: ~\n', /podinfo is not a mapping/],
  ['a file in braces', '{ other: 1 }\n', /written in braces/],
  ['a file that is a list', '- 1\n', /not a mapping/],
  ['a file that is null', 'null\n', /not a mapping/],
  ['a file of SOPS', 'a: ENC[x]\nsops: { version: 3 }\n', /encrypted/],
  ['a file with aliases', 'a: &x {}\nb: *x\n', /aliases/],
  ['a file with merge keys', 'a:\n  <<: { b: 1 }\n', /merge keys/],
  ['a file with tabs', 'a:\n\tb: 1\n', /line 2 begins with a tab/],
  ['a file with a key twice', 'a: 1\nb: 1\na: 2\n', /stands twice \(line 3\)/],
  ['a block with a key twice', 'podinfo:\n  a: 1\n  a: 2\n', /stands twice \(line 3\)/],
  ['a file of two documents', 'a: 1\n---\nb: 1\n', /several documents/],
  ['a file that ends its document', 'a: 1\n...\n', /would change other values/],
  ['a file that is no YAML', 'a: [1\n', /line \d is not YAML/],
  ['a file with a byte order mark', '\ufeffa: 1\n', /byte order mark/],
  ['a file with a line break of YAML 1.1', 'a: 1\n# x\u2028b: 1\n', /in line 2 the character U\+2028 is not allowed/],
  ['a file with a carriage return alone', 'a: 1 # \rb: 1\n', /in line 1 a carriage return without a line feed/],
  ['a file without end', `a: ${'['.repeat(100_000)}`, /nested too deeply|not YAML/],
])('%s is left alone', (_, text, because) => {
  expect(add(text)).toEqual({ kind: 'left-alone', because: expect.stringMatching(because) });
});

const key = fc.constantFrom('podinfo', 'other', 'on', '1', 'a b', ...nastyTexts.slice(0, 8));
const scalar = fc.oneof(fc.constantFrom(...nastyTexts), fc.integer(), fc.boolean(), fc.constant(null));
const data = fc.dictionary(
  key,
  fc.oneof(scalar, fc.dictionary(key, fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })), { maxKeys: 4 })),
  { maxKeys: 4 },
);
/** Files as people have them: with comments, blank lines, both line ends, with and without an end of the last line. */
const file = fc
  .record({
    data,
    indent: fc.constantFrom(2, 4),
    windows: fc.boolean(),
    ended: fc.boolean(),
    comment: fc.constantFrom('', '# top\n\n', '# top\n'),
  })
  .map(({ data, indent, windows, ended, comment }) => {
    const text = comment + stringify(data, { indent, lineWidth: 0 });
    const whole = ended ? text : text.trimEnd();
    return windows ? whole.replaceAll('\n', '\r\n') : whole;
  });

property.prop([file, fc.dictionary(key, scalar, { maxKeys: 4 })])(
  'every line that was there is still there, in order, and the file says the same and what was added',
  (text, some) => {
    const result = add(text, some);
    if (result.kind === 'left-alone') return;
    const rest = result.text.split(/\r?\n/);
    const lines = text.replace(/^podinfo: \{\}/m, 'podinfo:').split(/\r?\n/);
    for (const line of result.kind === 'unchanged' ? [] : lines.filter((it) => it !== '')) {
      const found = rest.indexOf(line);
      expect(found, line).toBeGreaterThanOrEqual(0);
      rest.splice(0, found + 1);
    }
    const before = parse(text) ?? {};
    expect(parse(result.text)).toEqual({ ...before, podinfo: { ...some, ...before.podinfo } });
    expect(addMissingValues(result.text, 'podinfo', some).kind).toBe('unchanged');
  },
);

property.prop([file, fc.dictionary(key, scalar, { maxKeys: 4 })])(
  'ordinary files are never left alone',
  (text, some) => {
    const root = parse(text);
    const there = root?.podinfo;
    const inBraces = root !== null && Object.keys(root).length === 0;
    const mapping = there === undefined || (typeof there === 'object' && there !== null);
    const unusual = /[|>][-+\d]|<<|\t/.test(text);
    const unfit = /[^\P{Cc}\t\n\r]|[\u2028\u2029\ufeff]|\r(?!\n)/u.test(text);
    if (!inBraces && mapping && !unusual && !unfit) expect(add(text, some).kind).not.toBe('left-alone');
  },
);

// With a comparison of each name with all before it, this would take longer than a test may.
test('a file with a hundred thousand names is added to', () => {
  const text = Array.from({ length: 100_000 }, (_, index) => `k${index}: 1\n`).join('');
  expect(addMissingValues(text, 'podinfo', { replicas: 1 })).toEqual({
    kind: 'added',
    added: ['replicas'],
    text: `${text}\npodinfo:\n  replicas: 1\n`,
  });
});

/** What the bot changed, what a person changed, and the outcome that a person would want. */
export interface MergeCase {
  readonly title: string;
  /** The last render. */
  readonly was: string;
  /** The new render. */
  readonly now: string;
  /** What a person made of the last one. */
  readonly mine: string;
  /** The merged text. Default: the person's. */
  readonly merged?: string;
  /** Paths of the conflicts. Default: none. */
  readonly conflicts?: readonly string[];
}

const was = `# Made
kind: Deployer
metadata:
  name: a
spec:
  interval: 30s
  path: ./
  prune: true
`;

/** @returns `was` with parts of it replaced. */
function change(...pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`There is no ${from}.`);
    return text.replace(from, () => to);
  }, was);
}

const list = `spec:
  verify:
    - name: one
      key: a
    - name: two
      key: b
`;

export const scalarCases: readonly MergeCase[] = [
  { title: 'nobody changed anything', was, now: was, mine: was, merged: was },
  { title: 'only the bot', was, now: change(['30s', '1m']), mine: was, merged: change(['30s', '1m']) },
  { title: 'only a person', was, now: was, mine: change(['30s', '5m']) },
  {
    title: 'different fields',
    was,
    now: change(['30s', '1m']),
    mine: change(['true', 'false']),
    merged: change(['30s', '1m'], ['true', 'false']),
  },
  {
    title: 'both the same field to the same value',
    was,
    now: change(['30s', '1m']),
    mine: change(['30s', '1m'], ['# Made', '# Mine']),
  },
  {
    title: 'both the same field to the same value, written otherwise',
    was,
    now: change(['30s', '1m']),
    mine: change(['30s', '"1m"']),
  },
  {
    title: 'both the same field',
    was,
    now: change(['30s', '1m']),
    mine: change(['30s', '5m']),
    conflicts: ['spec.interval'],
  },
  {
    title: 'both the same field, and the bot another one',
    was,
    now: change(['30s', '1m'], ['./', './deploy']),
    mine: change(['30s', '5m']),
    merged: change(['30s', '5m'], ['./', './deploy']),
    conflicts: ['spec.interval'],
  },
  {
    title: 'a comment behind the value that the bot changes',
    was,
    now: change(['30s', '1m']),
    mine: change(['30s', '30s # often enough']),
    merged: change(['30s', '1m # often enough']),
  },
  {
    title: 'comments everywhere',
    was,
    now: change(['30s', '1m']),
    mine: `# mine\n${change(['spec:', '# above\nspec: # behind'], ['  prune', '\n  # last\n  prune'])}# end\n`,
    merged: `# mine\n${change(['spec:', '# above\nspec: # behind'], ['30s', '1m'], ['  prune', '\n  # last\n  prune'])}# end\n`,
  },
  {
    title: 'another order of keys',
    was,
    now: change(['30s', '1m']),
    mine: 'spec:\n  prune: true\n  path: ./\n  interval: 30s\nmetadata:\n  name: a\nkind: Deployer\n',
    merged: 'spec:\n  prune: true\n  path: ./\n  interval: 1m\nmetadata:\n  name: a\nkind: Deployer\n',
  },
  {
    title: 'another indentation and other quotes',
    was,
    now: change(['30s', '1m']),
    mine: `kind: 'Deployer'\nmetadata: { name: "a" }\nspec:\n      interval:   "30s"\n      path: './'\n      prune: true\n`,
    merged: `kind: 'Deployer'\nmetadata: { name: "a" }\nspec:\n      interval:   1m\n      path: './'\n      prune: true\n`,
  },
  {
    title: 'the whole of it written in braces',
    was,
    now: change(['30s', '1m']),
    mine: '{kind: Deployer, metadata: {name: a}, spec: {interval: 30s, path: ./, prune: true}}\n',
    merged: '{kind: Deployer, metadata: {name: a}, spec: {interval: "1m", path: ./, prune: true}}\n',
  },
  {
    title: 'line ends of another system',
    was,
    now: change(['30s', '1m'], ['prune: true', 'prune: true\n  wait: true']),
    mine: was.replaceAll('\n', '\r\n'),
    merged: change(['30s', '1m'], ['prune: true', 'prune: true\n  wait: true']).replaceAll('\n', '\r\n'),
  },
  {
    title: 'no line end at the end',
    was,
    now: change(['prune: true', 'prune: true\n  wait: true']),
    mine: change(['./', './mine']).trimEnd(),
    merged: change(['./', './mine'], ['prune: true', 'prune: true\n  wait: true']).trimEnd(),
  },
  {
    title: 'a number to a text',
    was: 'a: 1\nb: 2\n',
    now: 'a: "1"\nb: 2\n',
    mine: 'a: 1\nb: 3\n',
    merged: 'a: "1"\nb: 3\n',
  },
  {
    title: 'a text of several lines to another one',
    was: 'a:\n  text: |\n    one\n    two\nb: 1\n',
    now: 'a:\n  text: |\n    one\n    three\nb: 1\n',
    mine: 'a:\n    text: |\n      one\n      two\nb: 2\n',
    merged: 'a:\n    text: |\n      one\n      three\nb: 2\n',
  },
  {
    title: 'a text of several lines that both changed',
    was: 'text: |\n  one\n',
    now: 'text: |\n  two\n',
    mine: 'text: |\n  three\n',
    conflicts: ['text'],
  },
  {
    title: 'a value with a comment of the template to a text of several lines',
    was: 'a: x # made\nb: 1\n',
    now: 'a: |\n  text\nb: 1\n',
    mine: 'a: x # made\nb: 2\n',
    merged: 'a: "text\\n" # made\nb: 2\n',
  },
  {
    title: 'a text that looks like a comment',
    was: 'a: |\n  # one\nb: 1\n',
    now: 'a: |\n  # two\nb: 1\n',
    mine: 'a: |\n  # one\nb: 2 # mine\n',
    merged: 'a: |\n  # two\nb: 2 # mine\n',
  },
  {
    title: 'nothing to a value',
    was: 'a:\nb: 1\n',
    now: 'a: x\nb: 1\n',
    mine: 'a: # empty\nb: 2\n',
    merged: 'a: x # empty\nb: 2\n',
  },
  {
    title: 'a scalar to a mapping',
    was: 'a: x\nb: 1\n',
    now: 'a:\n  c: 1\n  d: 2\nb: 1\n',
    mine: 'a: x\nb: 2\n',
    merged: 'a:\n  c: 1\n  d: 2\nb: 2\n',
  },
  {
    title: 'a mapping to a scalar',
    was: 'a:\n  c: 1\n  d: 2\nb: 1\n',
    now: 'a: x\nb: 1\n',
    mine: 'a:\n  d: 2\n  c: 1\nb: 2\n',
    merged: 'a: x\nb: 2\n',
  },
  {
    title: 'a mapping in which a person wrote a comment to a scalar',
    was: 'a:\n  c: 1\n  d: 2\nb: 1\n',
    now: 'a: x\nb: 1\n',
    mine: 'a:\n  c: 1\n  # mine\n  d: 2\nb: 2\n',
    conflicts: ['a'],
  },
  {
    title: 'a mapping that a person made a scalar, and the bot changed',
    was: 'a: { c: 1 }\n',
    now: 'a: { c: 2 }\n',
    mine: 'a: off-limits\n',
    conflicts: ['a'],
  },
];

export const entryCases: readonly MergeCase[] = [
  {
    title: 'the bot adds a field after another one',
    was,
    now: change(['30s', '30s\n  timeout: 3m']),
    mine: change(['true', 'false']),
    merged: change(['30s', '30s\n  timeout: 3m'], ['true', 'false']),
  },
  {
    title: 'the bot adds a field at the beginning',
    was,
    now: change(['spec:\n', 'spec:\n  suspend: false\n']),
    mine: change(['true', 'false']),
    merged: change(['spec:\n', 'spec:\n  suspend: false\n'], ['true', 'false']),
  },
  {
    title: 'the bot adds a mapping with its comment',
    was,
    now: change(['  name: a\n', '  name: a\n  labels:\n    # why\n    team: b # who\n']),
    mine: change(['true', 'false'], ['  name: a', '    name: a # mine']),
    merged: change(
      ['true', 'false'],
      ['  name: a', '    name: a # mine\n    labels:\n      # why\n      team: b # who'],
    ),
  },
  {
    title: 'both add different fields',
    was,
    now: change(['prune: true', 'prune: true\n  wait: true']),
    mine: change(['prune: true', 'prune: true\n  suspend: true']),
    merged: change(['prune: true', 'prune: true\n  wait: true\n  suspend: true']),
  },
  {
    title: 'both add the same field with the same value',
    was,
    now: change(['prune: true', 'prune: true\n  wait: true']),
    mine: change(['prune: true', 'wait: true\n  prune: true']),
  },
  {
    title: 'both add the same field',
    was,
    now: change(['prune: true', 'prune: true\n  wait: true']),
    mine: change(['prune: true', 'prune: true\n  wait: false']),
    conflicts: ['spec.wait'],
  },
  {
    title: 'both add a mapping, with different fields',
    was: 'metadata:\n  name: a\n',
    now: 'metadata:\n  name: a\n  labels:\n    x: 1\n',
    mine: 'metadata:\n  name: a\n  labels:\n    y: 2\n',
    merged: 'metadata:\n  name: a\n  labels:\n    y: 2\n    x: 1\n',
  },
  {
    title: 'the bot removes what nobody touched',
    was,
    now: change(['  path: ./\n', '']),
    mine: change(['true', 'false']),
    merged: change(['  path: ./\n', ''], ['true', 'false']),
  },
  {
    title: 'the bot removes what a person changed',
    was,
    now: change(['  path: ./\n', '']),
    mine: change(['./', './mine']),
    conflicts: ['spec.path'],
  },
  {
    title: 'the bot removes what a person explained',
    was,
    now: change(['  path: ./\n', '']),
    mine: change(['./', './ # keep']),
    conflicts: ['spec.path'],
  },
  {
    title: 'a person removes what the bot did not change',
    was,
    now: change(['30s', '1m']),
    mine: change(['  path: ./\n', '']),
    merged: change(['30s', '1m'], ['  path: ./\n', '']),
  },
  {
    title: 'a person removes what the bot changes',
    was,
    now: change(['./', './deploy']),
    mine: change(['  path: ./\n', '']),
    conflicts: ['spec.path'],
  },
  {
    title: 'both remove the same',
    was,
    now: change(['  path: ./\n', '']),
    mine: change(['  path: ./\n', ''], ['true', 'false']),
  },
  {
    title: 'the bot removes the last field of a mapping',
    was: 'a:\n  b: 1\nc: 1\n',
    now: 'a: {}\nc: 1\n',
    mine: 'a:\n  b: 1\nc: 2\n',
    merged: 'a: {}\nc: 2\n',
  },
  {
    title: 'the bot fills an empty mapping',
    was: 'a: {}\nc: 1\n',
    now: 'a:\n  b: 1\nc: 1\n',
    mine: 'a: {}\nc: 2\n',
    merged: 'a: { b: 1 }\nc: 2\n',
  },
  {
    title: 'fields come and go in braces',
    was: 'a: { b: 1, c: 2 }\nd: 1\n',
    now: 'a: { c: 2, e: x }\nd: 1\n',
    mine: 'a: {b: 1, c: 2, mine: 3}\nd: 2\n',
    merged: 'a: {c: 2, e: x, mine: 3}\nd: 2\n',
  },
  {
    title: 'a key that needs quotes',
    was: 'metadata:\n  annotations:\n    a.b/c: x\n',
    now: 'metadata:\n  annotations:\n    a.b/c: w\n',
    mine: 'metadata:\n  annotations:\n    a.b/c: z\n',
    conflicts: ['metadata.annotations["a.b/c"]'],
  },
  {
    title: 'a key that means something to JavaScript',
    was: 'a: 1\n__proto__: 1\n',
    now: 'a: 1\n__proto__: 2\n',
    mine: 'a: 2\n__proto__: 1\n',
    merged: 'a: 2\n__proto__: 2\n',
  },
];

export const listCases: readonly MergeCase[] = [
  {
    title: 'the bot changes an item, a person another one',
    was: list,
    now: list.replace('key: a', 'key: c'),
    mine: list.replace('key: b', 'key: mine # why'),
    merged: list.replace('key: a', 'key: c').replace('key: b', 'key: mine # why'),
  },
  {
    title: 'both change the same item',
    was: list,
    now: list.replace('key: a', 'key: c'),
    mine: list.replace('key: a', 'key: d'),
    conflicts: ['spec.verify[one].key'],
  },
  {
    title: 'a person moved the items',
    was: list,
    now: list.replace('key: a', 'key: c'),
    mine: 'spec:\n  verify:\n  - key: b\n    name: two\n  - key: a\n    name: one\n',
    merged: 'spec:\n  verify:\n  - key: b\n    name: two\n  - key: c\n    name: one\n',
  },
  {
    title: 'the bot adds an item between two',
    was: list,
    now: list.replace('    - name: two', '    - name: new\n      key: c\n    - name: two'),
    mine: list.replace('key: b', 'key: mine'),
    merged: list
      .replace('    - name: two', '    - name: new\n      key: c\n    - name: two')
      .replace('key: b', 'key: mine'),
  },
  {
    title: 'both add items',
    was: list,
    now: `${list}    - name: three\n      key: c\n`,
    mine: `${list}    - name: mine\n      key: m\n`,
    merged: `${list}    - name: three\n      key: c\n    - name: mine\n      key: m\n`,
  },
  {
    title: 'the bot removes an item that nobody touched',
    was: list,
    now: list.replace('    - name: one\n      key: a\n', ''),
    mine: list.replace('key: b', 'key: mine'),
    merged: list.replace('    - name: one\n      key: a\n', '').replace('key: b', 'key: mine'),
  },
  {
    title: 'the bot removes an item that a person changed',
    was: list,
    now: list.replace('    - name: one\n      key: a\n', ''),
    mine: list.replace('key: a', 'key: mine'),
    conflicts: ['spec.verify[one]'],
  },
  {
    title: 'a person removed an item that the bot changes',
    was: list,
    now: list.replace('key: a', 'key: c'),
    mine: list.replace('    - name: one\n      key: a\n', ''),
    conflicts: ['spec.verify[one]'],
  },
  {
    title: 'the bot removes all items',
    was: list,
    now: 'spec:\n  verify: []\n',
    mine: `# mine\n${list}`,
    merged: '# mine\nspec:\n  verify: []\n',
  },
  {
    title: 'the bot changes the order of items',
    was: list,
    now: 'spec:\n  verify:\n    - name: two\n      key: b\n    - name: one\n      key: a\n',
    mine: `x: 1\n${list}`,
    merged: 'x: 1\nspec:\n  verify:\n    - name: two\n      key: b\n    - name: one\n      key: a\n',
  },
  {
    title: 'the bot changes the order of items of which a person changed one',
    was: list,
    now: 'spec:\n  verify:\n    - name: two\n      key: b\n    - name: one\n      key: a\n',
    mine: list.replace('key: a', 'key: mine'),
    conflicts: ['spec.verify'],
  },
  {
    title: 'items that are told apart by kind and name',
    was: 'a:\n  - kind: X\n    name: m\n    v: 1\n  - kind: Z\n    name: m\n    v: 1\n',
    now: 'a:\n  - kind: X\n    name: m\n    v: 2\n  - kind: Z\n    name: m\n    v: 1\n',
    mine: 'a:\n  - kind: X\n    name: m\n    v: 1\n  - kind: Z\n    name: m\n    v: 3\n',
    merged: 'a:\n  - kind: X\n    name: m\n    v: 2\n  - kind: Z\n    name: m\n    v: 3\n',
  },
  {
    title: 'a list of texts that only the bot changed',
    was: 'args: [a, b]\nx: 1\n',
    now: 'args: [a, c]\nx: 1\n',
    mine: 'args:\n  - a\n  - b\nx: 2\n',
    merged: 'args: [a, c]\nx: 2\n',
  },
  {
    title: 'a list of texts that both changed',
    was: 'args: [a, b]\n',
    now: 'args: [a, c]\n',
    mine: 'args: [a, b, mine]\n',
    conflicts: ['args'],
  },
  {
    title: 'a list in which two items share a name counts as a whole',
    was: 'a:\n  - name: x\n    v: 1\n  - name: x\n    v: 2\n',
    now: 'a:\n  - name: x\n    v: 1\n  - name: x\n    v: 3\n',
    mine: 'a:\n  - name: x\n    v: 4\n  - name: x\n    v: 2\n',
    conflicts: ['a'],
  },
  {
    title: 'items in brackets',
    was: 'a: [{ name: x, v: 1 }, { name: w, v: 1 }]\n',
    now: 'a: [{ name: x, v: 2 }, { name: z, v: 1 }]\n',
    mine: 'a: [ {name: x, v: 1}, {name: w, v: 1}, {name: mine} ]\n',
    merged: 'a: [ {name: x, v: 2}, { name: z, v: 1 }, {name: mine} ]\n',
  },
];

const sops = `${was}sops:\n  version: 3.9.0\n`;

export const wholeCases: readonly MergeCase[] = [
  ...[
    ['a tab', change(['  path', '\tpath'])],
    ['several documents', `${was}---\n${was}`],
    ['an alias', change(['name: a', 'name: &a a'], ['./', '*a'])],
    ['a key that stands twice', `${was}kind: Deployer\n`],
    ['a merge key', `${was}<<: { a: 1 }\n`],
    ['SOPS', sops],
    ['what is no YAML', '{{ nothing }}: [\n'],
    ['a list in the place of the object', '- a\n'],
    ['nothing at all', ''],
  ].flatMap(([what = '', mine = '']): MergeCase[] => [
    { title: `${what}, and the bot changed nothing`, was, now: was, mine },
    { title: `${what}, and the bot changed something`, was, now: change(['30s', '1m']), mine, conflicts: [''] },
  ]),
  {
    title: 'the bot changes only comments',
    was,
    now: change(['# Made', '# Made anew']),
    mine: change(['30s', '5m']),
  },
];

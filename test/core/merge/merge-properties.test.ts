import { fc, test as property } from '@fast-check/vitest';
import { expect } from 'vitest';
import { parseStrictYaml } from '../../../src/core/document/strict-yaml.ts';
import { type MergedManifest, mergeManifest } from '../../../src/core/merge/merge-manifest.ts';
import { printBlock, printFlow } from '../../../src/core/template/print-yaml.ts';

type Data = string | number | boolean | null | readonly Data[] | { readonly [key: string]: Data };

const names = ['name', 'spec', 'path', 'a.b/c', 'interval', 'text'];
const leaf: fc.Arbitrary<Data> = fc.oneof(
  fc.constantFrom<Data>('x', 'two words', '# no comment', '- no item', 'a: b', '', 'true', null, true, [], {}),
  fc.integer({ min: -3, max: 3 }),
);
const { mapping } = fc.letrec<{ mapping: Data; value: Data }>((tie) => ({
  mapping: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'value' },
    leaf,
    fc.array(leaf, { maxLength: 2 }),
    tie('mapping'),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom('one', 'two', 'three'), leaf), { selector: ([name]) => name, maxLength: 3 })
      .map((items) => items.map(([name, value]) => ({ name, value }))),
  ),
}));

const isMapping = (data: Data | undefined): data is { readonly [key: string]: Data } =>
  typeof data === 'object' && data !== null && !Array.isArray(data);

/** Changes here and there what two seeds say, and keeps the rest. */
function mutate(data: Data, other: Data, next: () => number): Data {
  const kind = next() % 6;
  if (!isMapping(data) || !isMapping(other)) {
    if (Array.isArray(data) && data.every(isMapping)) return mutateItems(data, next);
    return kind < 4 ? data : other;
  }
  const entries: [string, Data][] = [];
  for (const [key, value] of Object.entries(data)) {
    const chance = next() % 8;
    if (chance === 0) continue;
    entries.push([key, mutate(value, other[key] ?? value, next)]);
  }
  for (const [key, value] of Object.entries(other)) if (!(key in data) && next() % 2 === 0) entries.push([key, value]);
  return Object.fromEntries(entries);
}

function mutateItems(items: readonly { readonly [key: string]: Data }[], next: () => number): Data {
  const kept = items.filter(() => next() % 5 > 0).map((it) => (next() % 3 === 0 ? { ...it, value: next() % 9 } : it));
  return next() % 3 === 0 ? [...kept, { name: `new${next() % 3}`, value: 1 }] : kept;
}

function dice(seed: readonly number[]): () => number {
  let at = 0;
  return () => seed[at++ % seed.length] ?? 0;
}

/** Comments on lines of their own and behind values; nothing that `printBlock` writes goes over several lines. */
function annotate(text: string, next: () => number): { readonly text: string; readonly comments: readonly string[] } {
  const comments: string[] = [];
  const lines = text.split('\n').flatMap((line) => {
    const chance = next() % 5;
    const comment = `# mine ${comments.length}`;
    if (chance > 1) return [line];
    comments.push(comment);
    return chance === 0 ? [`${' '.repeat(next() % 4)}${comment}`, line] : [`${line} ${comment}`];
  });
  return { text: lines.join('\n'), comments };
}

/** What each path says; lists with names by these, other lists and what is empty as a whole. */
function flatten(data: unknown, path = '', into = new Map<string, string>()): ReadonlyMap<string, string> {
  const value = data as Data;
  if (isMapping(value) && Object.keys(value).length > 0) {
    for (const [key, item] of Object.entries(value))
      flatten(item, path + (/^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`), into);
  } else if (Array.isArray(value) && value.length > 0 && value.every((it) => isMapping(it) && 'name' in it)) {
    for (const item of value) flatten(item, `${path}[${item.name}]`, into);
  } else into.set(path.replace(/^\./, ''), JSON.stringify(value));
  return into;
}

const read = (text: string) => {
  const parsed = parseStrictYaml(text);
  expect(parsed, text).toMatchObject({ kind: 'parsed' });
  return parsed.kind === 'parsed' ? parsed.value : undefined;
};

const isBelow = (path: string, above: string) =>
  above === '' || path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);

const seed = fc.array(fc.nat({ max: 1000 }), { minLength: 20, maxLength: 20 });
const scene = fc.record({ base: mapping, other: mapping, another: mapping, bot: seed, person: seed, pen: seed });

interface Sides {
  readonly was: ReadonlyMap<string, string>;
  readonly now: ReadonlyMap<string, string>;
  readonly mine: ReadonlyMap<string, string>;
  readonly result: ReadonlyMap<string, string>;
}

/** What is empty on one side may have been filled by the other. */
function expectSaid(result: Sides['result'], path: string, value: string | undefined): void {
  const isFilled = [...result.keys()].some((it) => it !== path && isBelow(it, path));
  if (value !== undefined && /^(?:\{\}|\[\])$/.test(value) && isFilled) return;
  expect(result.get(path), path).toBe(value);
}

function expectNothingLost({ was, now, mine, result }: Sides, { conflicts }: MergedManifest): void {
  for (const path of new Set([...was.keys(), ...now.keys(), ...mine.keys()])) {
    const byPerson = was.get(path) !== mine.get(path);
    const byBot = was.get(path) !== now.get(path);
    if (byPerson && mine.has(path)) expectSaid(result, path, mine.get(path));
    if (conflicts.some((it) => isBelow(path, it.path) || isBelow(it.path, path))) continue;
    if (byPerson && byBot && mine.has(path) && now.has(path)) expectSaid(now, path, mine.get(path));
    if (byPerson || (!byBot && !was.has(path))) continue;
    if (now.has(path)) expectSaid(result, path, now.get(path));
    else expect(result.has(path), path).toBe(false);
  }
}

property.prop([scene], { numRuns: 400 })(
  'nothing that a person wrote is lost, and what the bot changed besides is all there',
  ({ base, other, another, bot, person, pen }) => {
    const was = `${printBlock(base, 0)}\n`;
    const now = `${printBlock(mutate(base, other, dice(bot)), 0)}\n`;
    const data = mutate(base, another, dice(person));
    const { text: mine, comments } = annotate(`${printBlock(data, 0)}\n`, dice(pen));
    const merged = mergeManifest(was, now, mine);
    const sides = { was: flatten(read(was)), now: flatten(read(now)), mine: flatten(read(mine)) };
    expectNothingLost({ ...sides, result: flatten(read(merged.text)) }, merged);
    for (const comment of comments) expect(merged.text).toMatch(new RegExp(`${comment}$`, 'm'));
  },
);

property.prop([scene, fc.boolean()], { numRuns: 400 })(
  'without comments every change of the bot fits, in lines and in braces',
  ({ base, other, another, bot, person }, inBraces) => {
    const was = `${printBlock(base, 0)}\n`;
    const now = `${printBlock(mutate(base, other, dice(bot)), 0)}\n`;
    const data = mutate(base, another, dice(person));
    const mine = `${inBraces ? printFlow(data) : printBlock(data, 0)}\n`;
    const { conflicts } = mergeManifest(was, now, mine);
    expect(conflicts.filter(({ because }) => because === 'it cannot be put there')).toEqual([]);
  },
);

property.prop([scene], { numRuns: 200 })(
  'a line in which the bot changes nothing is not touched',
  ({ base, other, bot, pen }) => {
    const was = `${printBlock(base, 0)}\n`;
    const now = `${printBlock(mutate(base, other, dice(bot)), 0)}\n`;
    const { text: mine } = annotate(was, dice(pen));
    const rendered = new Set(was.split('\n'));
    const lines = mergeManifest(was, now, mine).text.split('\n');
    const kept = mine.split('\n').filter((it) => !rendered.has(it) && /^ *# mine/.test(it));
    expect(kept.filter((it) => !lines.includes(it))).toEqual([]);
  },
);

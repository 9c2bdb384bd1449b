import { isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, parseAllDocuments, type Scalar } from 'yaml';
import { findUnfitCharacter, hasMoreTokens } from '../document/raw-text.ts';
import { type Data, isDataList, isDataMap } from './manifest-data.ts';
import { isNestedDeeply } from './manifest-nesting.ts';

/** How much may still be read; goes down while reading. Aliases count with all that they stand for. */
export interface ReadingBudget {
  values: number;
  documents: number;
}

export type YamlReading =
  | { readonly kind: 'read'; readonly documents: readonly Data[] }
  /** In words that quote nothing of the text, which may be a Secret. */
  | { readonly kind: 'unreadable'; readonly why: string };

const maxDepth = 64;

/** Where it is too deep for the parser depends on who calls, so it is not said. */
const tooDeep = 'nested too deeply';

/** Each takes about a kilobyte of memory while one file is parsed. The largest published bundles of CRDs have fewer. */
const maxTokens = 500_000;

/** Why a text is not read. */
class NotReadable extends Error {}

/**
 * Reads all documents of a manifest as Kubernetes does: YAML 1.1 as its library takes it, where `yes` is a boolean and `010` is
 * eight, with anchors and merge keys. A document that cannot be read makes the whole file unreadable, as it does for those who
 * apply it.
 */
export function readYaml(text: string, budget: ReadingBudget): YamlReading {
  try {
    return { kind: 'read', documents: readDocuments(text.replace(/^\ufeff/, ''), budget) };
  } catch (error) {
    if (error instanceof NotReadable) return { kind: 'unreadable', why: error.message };
    // The parser and the lexer have no limit of their own for nesting.
    if (error instanceof RangeError) return { kind: 'unreadable', why: tooDeep };
    throw error;
  }
}

function readDocuments(text: string, budget: ReadingBudget): readonly Data[] {
  const unfit = findUnfitCharacter(text);
  if (unfit) throw new NotReadable(`line ${unfit.line}, column ${unfit.column}: ${unfit.message}`);
  budget.documents -= text.match(/^---/gm)?.length ?? 0;
  if (budget.documents < 0) throw new NotReadable('too many documents');
  // No token is shorter than half a character, on average.
  if (text.length > maxTokens / 2 && hasMoreTokens(text, maxTokens)) throw new NotReadable('too large');
  if (isNestedDeeply(text)) throw new NotReadable(tooDeep);
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    version: '1.1',
    // Plain scalars stay as they are written: the readings of YAML 1.1 here and of Kubernetes differ in some.
    schema: 'failsafe',
    resolveKnownTags: false,
    // The parser would compare each key with all before it.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  if ('empty' in documents) return [];
  return documents.map((document) => {
    const [error] = document.errors;
    const reading: Reading = { anchors: new Map(), budget, lines };
    if (error?.code === 'RESOURCE_EXHAUSTION') throw new NotReadable(tooDeep);
    if (error) throw refusal(`not YAML (${wordsOf(error.code)})`, error.pos[0], reading);
    return dataOf(document.contents, 0, reading);
  });
}

const wordsOf = (code: string): string => code.toLowerCase().replaceAll('_', ' ');

interface Reading {
  readonly anchors: Map<string, Data>;
  readonly budget: ReadingBudget;
  readonly lines: LineCounter;
}

function refusal(what: string, offset: number | undefined, { lines }: Reading): NotReadable {
  const { line, col } = lines.linePos(offset ?? 0);
  return new NotReadable(`line ${Math.max(line, 1)}, column ${Math.max(col, 1)}: ${what}`);
}

function spend(depth: number, { budget }: Pick<Reading, 'budget'>): void {
  if (depth > maxDepth) throw new NotReadable(tooDeep);
  if (--budget.values < 0) throw new NotReadable('too many values');
}

function dataOf(node: unknown, depth: number, reading: Reading): Data {
  spend(depth, reading);
  if (isAlias(node)) return aliased(node.source, node.range?.[0], depth, reading);
  const data = contentOf(node, depth, reading);
  const anchor = (isMap(node) || isSeq(node) || isScalar(node)) && node.anchor;
  if (anchor) reading.anchors.set(anchor, data);
  return data;
}

function contentOf(node: unknown, depth: number, reading: Reading): Data {
  const fitting = isMap(node) ? ['map'] : isSeq(node) ? ['seq'] : scalarTags;
  checkTag(node, fitting, reading);
  if (isMap(node)) return mapOf(node.items, depth, reading);
  if (isSeq(node)) return node.items.map((it) => dataOf(it, depth + 1, reading));
  return isScalar(node) ? scalarOf(node) : null;
}

const standard = 'tag:yaml.org,2002:';
const scalarTags = ['str', 'int', 'float', 'bool', 'null'];

/** Others stand for something else than what is written; `!!binary` can hide what an object is. */
function checkTag(node: unknown, fitting: readonly string[], reading: Reading): void {
  if (!(isMap(node) || isSeq(node) || isScalar(node)) || node.tag === undefined) return;
  if (!fitting.some((it) => node.tag === standard + it))
    throw refusal('a tag that is not read', node.range?.[0], reading);
}

function aliased(name: string, offset: number | undefined, depth: number, reading: Reading): Data {
  const data = reading.anchors.get(name);
  if (data === undefined) throw refusal('an alias without an anchor before it', offset, reading);
  spendAll(data, depth, reading);
  return data;
}

/** What is behind an alias is counted each time: a few lines of them can stand for more than fits into memory. */
function spendAll(data: Data, depth: number, reading: Reading): void {
  spend(depth, reading);
  const children = isDataMap(data) ? data.values() : isDataList(data) ? data : [];
  for (const child of children) spendAll(child, depth + 1, reading);
}

function mapOf(pairs: readonly Pair[], depth: number, reading: Reading): Data {
  const map = new Map<string, Data>();
  const merged: Data[] = [];
  for (const { key, value } of pairs) {
    const name = keyOf(key, reading);
    const data = dataOf(value, depth + 1, reading);
    if (isMergeKey(key)) merged.push(data);
    else if (map.has(name)) throw refusal('a key stands twice in one mapping', offsetOf(key), reading);
    else map.set(name, data);
  }
  for (const other of merged.flatMap((it) => (isDataList(it) ? it : [it]))) mergeInto(map, other);
  return map;
}

const offsetOf = (node: unknown): number | undefined => (isScalar(node) ? node.range?.[0] : undefined);

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && (key.tag ? key.tag === `${standard}merge` : key.type === 'PLAIN');
}

/** Keys that are there already win. */
function mergeInto(map: Map<string, Data>, other: Data): void {
  if (!isDataMap(other)) throw new NotReadable('a merge key << without a mapping');
  for (const [name, data] of other) if (!map.has(name)) map.set(name, data);
}

function keyOf(key: unknown, reading: Reading): string {
  checkTag(key, isMergeKey(key) ? [...scalarTags, 'merge'] : scalarTags, reading);
  if (isScalar(key) && typeof key.value === 'string') {
    if (key.anchor) reading.anchors.set(key.anchor, key.value);
    return key.value;
  }
  const data = isAlias(key) ? reading.anchors.get(key.source) : undefined;
  if (typeof data === 'string') return data;
  throw new NotReadable('a key that is no text');
}

function scalarOf(node: Scalar): Data {
  const text = typeof node.value === 'string' ? node.value : '';
  if (node.tag === undefined) return node.type === 'PLAIN' ? plainValue(text) : text;
  return node.tag === `${standard}str` ? text : plainValue(text);
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((it) => [it, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((it) => [it, false] as const),
]);

/**
 * The value of a plain scalar as the YAML library of Kubernetes resolves it: of YAML 1.1 all but dates and base-60 numbers,
 * which are texts there (https://github.com/kubernetes-sigs/yaml, goyaml.v2/resolve.go).
 */
function plainValue(text: string): Data {
  if (/^(?:|~|null|Null|NULL)$/.test(text)) return null;
  // Underscores are passed over where a digit comes first.
  if (/^[-+0-9]/.test(text)) return numberOf(text.replaceAll('_', '')) ?? text;
  if (text.startsWith('.')) return numberOf(text) ?? text;
  return booleans.get(text) ?? text;
}

function numberOf(text: string): number | bigint | undefined {
  const [, sign, digits = ''] = /^([-+]?)(.*)$/.exec(text) ?? [];
  // Longer ones are beyond all numbers that there are, and slow to read.
  if (digits.length > 300) return undefined;
  if (/^(?:0b[01]+|0o?[0-7]+|0x[0-9a-f]+|[0-9]+)$/i.test(digits)) return integerOf(digits, sign === '-' ? -1n : 1n);
  if (/^(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(digits)) return Number(text);
  if (/^\.(?:inf|Inf|INF)$/.test(digits)) return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^\.(?:nan|NaN|NAN)$/.test(text) ? Number.NaN : undefined;
}

function integerOf(digits: string, sign: bigint): number | bigint {
  const octal = /^0o?([0-7]+)$/i.exec(digits)?.[1];
  const whole = sign * BigInt(octal === undefined ? digits : `0o${octal}`);
  // Beyond 2^53 a number would lose digits, and a change in them would not be seen.
  return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
}

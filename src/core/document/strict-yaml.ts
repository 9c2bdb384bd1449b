import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
} from 'yaml';
import { findUnfitCharacter, hasMoreTokens } from './raw-text.ts';

/** Why a text is not taken as YAML here. */
export type YamlProblemKind =
  | 'syntax'
  | 'encoding'
  | 'too-large'
  | 'too-deep'
  | 'duplicate-key'
  | 'key-not-text'
  | 'anchor-or-alias'
  | 'tag'
  | 'several-documents'
  | 'ambiguous-scalar'
  | 'number-not-finite'
  | 'number-out-of-range';

/** One problem; line and column count from 1. */
export interface YamlProblem {
  readonly kind: YamlProblemKind;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export type YamlPath = readonly (string | number)[];

export interface YamlPlace {
  readonly line: number;
  readonly column: number;
}

export type YamlResult =
  | {
      readonly kind: 'parsed';
      /** Plain JSON data; mappings have no prototype, so that no key has a meaning of its own. `null` for an empty text. */
      readonly value: unknown;
      /** @returns Where the value at `path` begins, or its nearest parent when there is no such value. */
      readonly placeOf: (path: YamlPath) => YamlPlace;
      /** @returns Where the key that leads to `path` stands, or its nearest parent. */
      readonly placeOfKey: (path: YamlPath) => YamlPlace;
    }
  | { readonly kind: 'problems'; readonly problems: readonly [YamlProblem, ...YamlProblem[]] };

interface Limits {
  /** In characters. */
  readonly maxLength: number;
  readonly maxDepth: number;
  /** Of the lexer: what parsing costs goes with them. Not counted without a limit. */
  readonly maxTokens: number;
}

const defaultLimits: Limits = { maxLength: 4 * 1024 * 1024, maxDepth: 64, maxTokens: Number.POSITIVE_INFINITY };

/** Deeper than this the parser itself might run out of stack. */
const safeNesting = 256;

const maxMessage = 200;

/**
 * Plain scalars that YAML 1.1 (what Kubernetes and both OCM libraries read) and YAML 1.2 take for values of different types:
 * booleans such as `no`, octal and binary numbers, sexagesimal numbers.
 */
const ambiguousScalar =
  /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|[-+]?0[0-7_]+|[-+]?0o[0-7_]+|[-+]?0b[01_]+|[-+]?0x[0-9a-fA-F_]+|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$/;

/** A decimal number; YAML 1.1 passes over underscores in it, but for the first character. */
const decimalNumber = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/** @returns Whether YAML 1.1 and 1.2 read the plain scalar `text` as different values. */
export function isAmbiguousScalar(text: string): boolean {
  if (ambiguousScalar.test(text)) return true;
  return text.includes('_') && !text.startsWith('_') && decimalNumber.test(text.replaceAll('_', ''));
}

/** @returns The text of UTF-8 `bytes`, or `undefined` when they are not UTF-8 or begin with a byte order mark. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Parses one YAML 1.2 document that every reader must understand alike: no anchors, aliases, merge keys, tags, directives or
 * duplicate keys, no characters or scalars that YAML 1.1 reads otherwise, no number that a double cannot hold. JSON text is YAML
 * and taken too.
 */
export function parseStrictYaml(text: string, limits: Partial<Limits> = {}): YamlResult {
  const all = { ...defaultLimits, ...limits };
  const unread = whyUnread(text, all);
  if (unread) return { kind: 'problems', problems: [unread] };
  const lines = new LineCounter();
  const problems: YamlProblem[] = [];
  const report: Report = (kind, message, offset = 0) => {
    problems.push({ kind, message: cut(message), ...position(lines, offset) });
  };

  const document = readDocument(text, lines, report);
  const value = readNode((document?.contents ?? null) as Node | null, 0, { maxDepth: all.maxDepth, report });

  const [first, ...others] = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  if (first) return { kind: 'problems', problems: [first, ...others] };
  return {
    kind: 'parsed',
    value,
    placeOf: (path) => position(lines, offsetOf(document, path, 'value')),
    placeOfKey: (path) => position(lines, offsetOf(document, path, 'key')),
  };
}

/** What can be told of the text itself: it is not parsed then. */
function whyUnread(text: string, { maxLength, maxDepth, maxTokens }: Limits): YamlProblem | undefined {
  const whole = (kind: YamlProblemKind, message: string): YamlProblem => ({ kind, message, line: 1, column: 1 });
  if (text.length > maxLength) return whole('too-large', `the text is longer than ${maxLength} characters`);
  const unfit = findUnfitCharacter(text);
  if (unfit) return { kind: 'encoding', ...unfit };
  if (nestingOf(text) > safeNesting) return whole('too-deep', `the text is nested more than ${maxDepth} levels deep`);
  if (Number.isFinite(maxTokens) && hasMoreTokens(text, maxTokens))
    return whole('too-large', `the text has more than ${maxTokens} tokens`);
  return undefined;
}

/** Where problems go; without an offset, the text as a whole is meant. */
type Report = (kind: YamlProblemKind, message: string, offset?: number) => void;

/** @returns The first document, or `undefined` when the text is empty. */
function readDocument(text: string, lines: LineCounter, report: Report): Document.Parsed | undefined {
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    version: '1.2',
    schema: 'core',
    merge: false,
    // The parser would compare each key with all before it; readMap finds duplicates in linear time.
    uniqueKeys: false,
    keepSourceTokens: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const directive = /^%/m.exec(text);
  if (directive) report('syntax', 'a directive is not allowed: no line may begin with %', directive.index);
  if ('empty' in documents) return undefined;
  for (const error of documents.flatMap((it) => it.errors)) report('syntax', error.message, error.pos[0]);
  const [document, second] = documents;
  if (second) report('several-documents', 'a second document follows the first', second.range[0]);
  return document;
}

/** Messages quote the text, which may hold a word of a megabyte. */
function cut(message: string): string {
  return message.length <= maxMessage ? message : `${message.slice(0, maxMessage)}…`;
}

/** What reading the syntax tree needs: the limit, and where problems go. */
interface Reading {
  readonly maxDepth: number;
  readonly report: Report;
}

/** Turns the syntax tree into data and reports what is not taken. */
function readNode(node: Node | null, depth: number, reading: Reading): unknown {
  if (node === null) return null;
  if (depth > reading.maxDepth) {
    reading.report('too-deep', `nested more than ${reading.maxDepth} levels deep`, startOf(node));
    return null;
  }
  if (isAlias(node)) {
    reading.report('anchor-or-alias', `the alias *${node.source} is not allowed`, startOf(node));
    return null;
  }
  reportMarks(node, reading);
  if (isMap(node)) return readMap(node.items as Pair[], depth, reading);
  if (isSeq(node)) return node.items.map((item) => readNode(item as Node | null, depth + 1, reading));
  return isScalar(node) ? readScalar(node, reading) : null;
}

function reportMarks(node: Node, { report }: Reading): void {
  if ('anchor' in node && node.anchor)
    report('anchor-or-alias', `the anchor &${node.anchor} is not allowed`, startOf(node));
  if (hasExplicitTag(node)) report('tag', `the tag ${node.tag} is not allowed`, startOf(node));
}

function readMap(items: readonly Pair[], depth: number, reading: Reading): unknown {
  const { report } = reading;
  const result: Record<string, unknown> = Object.create(null);
  for (const pair of items) {
    const key = pair.key as Node | null;
    if (!isScalar(key) || typeof key.value !== 'string') {
      if (key) report('key-not-text', 'a key must be a text (put it in quotes)', startOf(key));
      continue;
    }
    reportKey(key, key.value, reading);
    if (Object.hasOwn(result, key.value)) report('duplicate-key', 'a key stands twice in one mapping', startOf(key));
    result[key.value] = readNode(pair.value as Node | null, depth + 1, reading);
  }
  return result;
}

function reportKey(key: Scalar, text: string, reading: Reading): void {
  reportMarks(key, reading);
  const mergeKey = text === '<<' && key.type === 'PLAIN';
  if (mergeKey) reading.report('anchor-or-alias', 'the merge key << is not allowed', startOf(key));
  if (!text.isWellFormed()) reading.report('encoding', 'half a surrogate pair in a key', startOf(key));
}

function readScalar(node: Scalar, { report }: Reading): unknown {
  const { value } = node;
  const source = node.source ?? '';
  if (node.type === 'PLAIN' && isAmbiguousScalar(source)) {
    report(
      'ambiguous-scalar',
      `${source} is read as different values by different YAML versions: put it in quotes`,
      startOf(node),
    );
  }
  if (typeof value === 'string' && !value.isWellFormed())
    report('encoding', 'half a surrogate pair in a text', startOf(node));
  if (typeof value !== 'number') return value;
  if (!Number.isFinite(value)) report('number-not-finite', `${source} is not a finite number`, startOf(node));
  else if (/^[-+]?\d+$/.test(source) && !Number.isSafeInteger(value)) {
    report('number-out-of-range', `${source} is beyond 2^53, where integers lose digits`, startOf(node));
  }
  return value;
}

/** The composer sets `tag` on resolved nodes as well; only a written one differs from what the node's kind implies. */
function hasExplicitTag(node: Node): boolean {
  const { tag } = node;
  if (!tag) return false;
  if (isScalar(node)) return true;
  return tag !== 'tag:yaml.org,2002:map' && tag !== 'tag:yaml.org,2002:seq';
}

function position(lines: LineCounter, offset: number): YamlPlace {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** An upper bound of the nesting, in one pass and without a stack: brackets in texts count too. */
function nestingOf(text: string): number {
  let open = 0;
  let marks = 0;
  let deepest = 0;
  for (const char of text) {
    open = Math.max(0, open + (bracketSteps[char] ?? 0));
    if (isMark(char)) marks++;
    else if (!isBlank(char)) marks = 0;
    deepest = Math.max(deepest, open, marks);
  }
  return deepest;
}

const bracketSteps: Readonly<Record<string, number>> = { '[': 1, '{': 1, ']': -1, '}': -1 };

/** A run of these on one line may open a collection each. */
const isMark = (char: string): boolean => char === '-' || char === '?' || char === ':';
const isBlank = (char: string): boolean => char === ' ' || char === '\t';

function startOf(node: Node): number | undefined {
  return node.range?.[0];
}

function offsetOf(document: Document.Parsed | undefined, path: YamlPath, of: 'key' | 'value'): number {
  let node = (document?.contents ?? null) as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const [index, step] of path.entries()) {
    const found = childOf(node, step);
    if (!found) return offset;
    const last = index === path.length - 1;
    offset = (last && of === 'key' ? found.key : (found.value ?? found.key))?.range?.[0] ?? offset;
    node = found.value;
  }
  return offset;
}

function childOf(node: Node | null, step: string | number): { key: Node | null; value: Node | null } | undefined {
  if (isSeq(node)) {
    const value = (node.items[Number(step)] ?? null) as Node | null;
    return value ? { key: value, value } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((it) => isPair(it) && isScalar(it.key) && it.key.value === String(step));
  return pair ? { key: pair.key as Node | null, value: pair.value as Node | null } : undefined;
}

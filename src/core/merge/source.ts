import {
  type CST,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { identifyItem, isSameStep, type Path, type Step } from './step.ts';

/** A YAML text with where everything stands in it. */
export interface Source {
  readonly text: string;
  readonly lineEnd: string;
  readonly root: Node | null;
}

export type Collection = YAMLMap | YAMLSeq;

/** An entry of a mapping or an item of a list; offsets in the text. */
export interface Entry {
  /** Where its key, or its dash, begins. */
  readonly start: number;
  /** Behind its colon or dash. */
  readonly tail: number;
  /** Behind the last character that can be seen of it, without comments. */
  readonly end: number;
  readonly value: Node | null;
  readonly step: Step | undefined;
}

/** @param text Taken by `parseStrictYaml`. */
export function readSource(text: string): Source {
  const [document] = parseAllDocuments(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    keepSourceTokens: true,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const root = (document?.contents ?? null) as Node | null;
  return { text, lineEnd: text.includes('\r\n') ? '\r\n' : '\n', root };
}

/** @returns The collection that `path` leads to; `undefined` for a path that does not lead to one. */
export function findCollection(source: Source, path: Path): Collection | undefined {
  let node = source.root;
  for (const step of path) {
    const entry = isCollection(node) ? findEntry(entriesOf(source, node, step), step) : undefined;
    node = entry?.value ?? null;
  }
  return isCollection(node) ? node : undefined;
}

export function findEntry(entries: readonly Entry[], step: Step): Entry | undefined {
  return entries.find((it) => it.step !== undefined && isSameStep(it.step, step));
}

export function isCollection(node: Node | null): node is Collection {
  return isMap(node) || isSeq(node);
}

/** @param like A step into the collection: tells how the items of a list are told apart. */
export function entriesOf({ text }: Source, collection: Collection, like: Step): readonly Entry[] {
  if (isMap(collection)) return collection.items.map((pair) => entryOfPair(pair as Pair, text));
  const dashes = dashesOf(collection);
  return collection.items.map((item, index) => {
    const value = item as Node | null;
    const start = dashes?.[index] ?? startOf(value);
    const tail = dashes ? start + 1 : start;
    const step = typeof like === 'string' || !isMap(value) ? undefined : identifyItem(textsOf(value), like.fields);
    return { start, tail, end: endOf(value, tail, text), value, step };
  });
}

function entryOfPair({ key, value, srcToken }: Pair, text: string): Entry {
  const name = key as Node | null;
  const colon = srcToken?.sep?.find(({ type }) => type === 'map-value-ind');
  const tail = colon ? colon.offset + 1 : (name?.range?.[1] ?? 0);
  const node = value as Node | null;
  return {
    start: startOf(name),
    tail,
    end: endOf(node, tail, text),
    value: node,
    step: isScalar(name) && typeof name.value === 'string' ? name.value : undefined,
  };
}

/** @returns Where the dashes of a list in block style stand. */
function dashesOf({ srcToken }: YAMLSeq): readonly number[] | undefined {
  const token: CST.Token | undefined = srcToken;
  if (token?.type !== 'block-seq') return undefined;
  return token.items.flatMap(({ start }) => start.find(({ type }) => type === 'seq-item-ind')?.offset ?? []);
}

/** The fields that hold a text: those items are told apart by. */
function textsOf(map: YAMLMap): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = Object.create(null);
  for (const { key, value } of map.items) if (isScalar(key) && isScalar(value)) fields[String(key.value)] = value.value;
  return fields;
}

const startOf = (node: Node | null) => node?.range?.[0] ?? 0;

function endOf(node: Node | null, tail: number, text: string): number {
  if (isEmpty(node)) return tail;
  if (isMap(node) && !node.flow) {
    const last = node.items.at(-1);
    return last ? entryOfPair(last as Pair, text).end : tail;
  }
  if (isSeq(node) && !node.flow) {
    const dash = dashesOf(node)?.at(-1);
    return endOf((node.items.at(-1) ?? null) as Node | null, dash === undefined ? tail : dash + 1, text);
  }
  const [start = 0, end = 0] = node?.range ?? [];
  return isBlockScalar(node) ? start + text.slice(start, end).trimEnd().length : end;
}

/** Whether nothing is written for the value: `key:` alone. */
export function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null && (node.source ?? '') === '');
}

function isBlockScalar(node: Node | null): boolean {
  return isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
}

/** Whether the value stands on the line of its key, in front of what may follow there. */
export function isInline(node: Node | null): boolean {
  return !isEmpty(node) && !isBlockScalar(node) && !(isCollection(node) && !node.flow);
}

/** @returns Each comment with how often it stands in the text. */
export function countComments(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const lexeme of new Lexer().lex(text)) {
    // No scalar begins so for the lexer: of those over several lines the indentation comes first.
    if (lexeme.startsWith('#')) {
      const comment = lexeme.trimEnd();
      counts.set(comment, (counts.get(comment) ?? 0) + 1);
    }
  }
  return counts;
}

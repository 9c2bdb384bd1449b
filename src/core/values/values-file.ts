import { type Document, isAlias, isMap, isScalar, LineCounter, type Node, visit } from 'yaml';
import { findUnfitCharacter } from '../document/raw-text.ts';
import { readDocuments } from '../document/read-documents.ts';

export interface LeftAlone {
  readonly kind: 'left-alone';
  /** A clause: "it has several documents". */
  readonly because: string;
  /** Where that is, counted from 1. */
  readonly line?: number;
  /** Whether controllers read it all the same. */
  readonly legible?: true;
}

/** A values file that lines can be added to. */
export interface ValuesFile {
  readonly kind: 'file';
  readonly text: string;
  readonly document: Document.Parsed | undefined;
  /** What it says; a mapping by the names of blocks. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Column of the top-level keys, counted from 0. */
  readonly indent: number;
  readonly columnOf: (node: Node) => number;
  /** Counted from 1. */
  readonly lineOf: (node: Node) => number;
}

/** One application's block. */
export interface ValuesBlock {
  readonly kind: 'block';
  readonly names: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
  /** Column of its keys, counted from 0. */
  readonly indent: number;
  /** The file; where the block was `{}`, without these braces. */
  readonly text: string;
  /** Index in `text` after the block's last value. */
  readonly end: number;
}

/**
 * Reads a values file as leniently as is safe: it is people's, and what they write elsewhere in it is theirs to judge. Left alone
 * is what lines cannot be added to without guessing.
 */
export function readValuesFile(text: string): ValuesFile | LeftAlone {
  const lines = new LineCounter();
  const placeOf = (node: Node) => lines.linePos(node.range?.[0] ?? 0);
  const columnOf = (node: Node) => placeOf(node).col - 1;
  const lineOf = (node: Node) => placeOf(node).line;
  const documents = parse(text, lines);
  if (documents === undefined) return leftAlone('it is nested too deeply');
  const [document] = documents;
  const unread = whyNotText(text) ?? whyNotParsed(documents, lines);
  if (unread) return { kind: 'left-alone', ...unread };
  if (document === undefined || isEmpty(document.contents)) {
    return { kind: 'file', text, document: undefined, data: {}, indent: 0, columnOf, lineOf };
  }
  const unfit = whyNotContents(document);
  if (unfit) return { kind: 'left-alone', ...unfit };
  const first = isMap(document.contents) ? document.contents.items[0]?.key : undefined;
  const data = document.toJS() as Readonly<Record<string, unknown>>;
  return { kind: 'file', text, document, data, indent: first ? columnOf(first as Node) : 0, columnOf, lineOf };
}

type Why = Omit<LeftAlone, 'kind'>;

function whyNotText(text: string): Why | undefined {
  if (text.startsWith('\ufeff')) return { because: 'it begins with a byte order mark' };
  const unfit = findUnfitCharacter(text);
  if (unfit) return { because: `in line ${unfit.line} ${unfit.message}`, line: unfit.line };
  const tab = text.split('\n').findIndex((line) => /^ *\t/.test(line));
  return tab < 0 ? undefined : { because: `line ${tab + 1} begins with a tab`, line: tab + 1 };
}

function whyNotParsed([document, second]: readonly Document.Parsed[], lines: LineCounter): Why | undefined {
  if (second) return { because: 'it has several documents' };
  const [error] = document?.errors ?? [];
  if (!error) return undefined;
  const { line } = lines.linePos(error.pos[0]);
  const because = error.code === 'DUPLICATE_KEY' ? `a key stands twice (line ${line})` : `line ${line} is not YAML`;
  return { because, line };
}

const leftAlone = (because: string): LeftAlone => ({ kind: 'left-alone', because });

function parse(text: string, lineCounter: LineCounter): readonly Document.Parsed[] | undefined {
  try {
    return readDocuments(text, lineCounter);
  } catch {
    return undefined;
  }
}

/** Nothing, or only comments; a written `null` or `~` is something. */
function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null && (node.source ?? '') === '');
}

function whyNotContents(document: Document.Parsed): Why | undefined {
  const { contents } = document;
  if (!isMap(contents)) return { because: 'it is not a mapping' };
  if (contents.flow) return { because: 'it is written in braces', legible: true };
  if (contents.has('sops')) return { because: 'it is encrypted by SOPS', legible: true };
  let aliases = false;
  visit(document, {
    Alias: () => {
      aliases = true;
    },
    Pair: (_, { key }) => {
      if (isScalar(key) && key.value === '<<') aliases = true;
    },
  });
  return aliases ? { because: 'it has aliases or merge keys', legible: true } : undefined;
}

/** Finds the block of `key`, which may also be there and empty. */
export function findBlock(file: ValuesFile, key: string): ValuesBlock | LeftAlone | { readonly kind: 'none' } {
  const { document, columnOf, text } = file;
  const root = document?.contents;
  const pair = isMap(root) ? root.items.find((it) => nameOf(it.key) === key) : undefined;
  if (!pair || !isScalar(pair.key)) return { kind: 'none' };
  const { key: name, value } = pair;
  const empty = { kind: 'block', names: [], data: {}, indent: columnOf(name) + 2 } as const;
  if (value === null || isEmpty(value)) return { ...empty, text, end: name.range?.[1] ?? 0 };
  if (!isMap(value)) return leftAlone(`${key} is not a mapping`);
  const [start = 0, end = 0] = value.range ?? [];
  if (value.flow) {
    const opened = openBraces(text, start, end);
    return opened ? { ...empty, ...opened } : { ...leftAlone(`${key} is written in braces`), legible: true };
  }
  const [first] = value.items;
  const data = value.toJS(document as Document) as Readonly<Record<string, unknown>>;
  const indent = first ? columnOf(first.key as Node) : empty.indent;
  return { kind: 'block', names: value.items.map((it) => nameOf(it.key)), data, indent, text, end };
}

/** @returns The text without the braces of `{}` behind a key, and where they were; `undefined` when it is not so simple. */
function openBraces(text: string, start: number, end: number): Pick<ValuesBlock, 'text' | 'end'> | undefined {
  const before = text.slice(0, start).replace(/: +$/, ':');
  const simple = text.slice(start, end) === '{}' && before.endsWith(':');
  return simple ? { text: before + text.slice(end), end: before.length } : undefined;
}

/** As written, for `1.10` and `yes` are names too. */
function nameOf(key: unknown): string {
  return isScalar(key) && !isAlias(key) ? (key.source ?? String(key.value)) : '';
}

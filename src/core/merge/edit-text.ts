import { printBlock, printFlow } from '../template/print-yaml.ts';
import { type Operation, placeFor } from './operation.ts';
import {
  type Collection,
  type Entry,
  entriesOf,
  findCollection,
  findEntry,
  isEmpty,
  isInline,
  readSource,
  type Source,
} from './source.ts';
import { type Path, printInFlow, type Step } from './step.ts';

/** What an edit works with. */
interface Editing {
  readonly source: Source;
  /** The new render, whose writing is taken over where it fits; without it, values are printed anew. */
  readonly render: Source | undefined;
}

/**
 * Makes one change in a text and touches nothing else of it. Whether the result says what it should is for the caller to check.
 *
 * @returns `undefined` when the text has no such place.
 */
export function editText(text: string, operation: Operation, render: Source | undefined): string | undefined {
  const editing = { source: readSource(text), render };
  const { path } = operation;
  const step = path.at(-1);
  const collection = findCollection(editing.source, path.slice(0, -1));
  if (step === undefined || !collection) return undefined;
  const entries = entriesOf(editing.source, collection, step);
  const entry = findEntry(entries, step);
  const at = { collection, entries, step };
  if (operation.kind === 'add') return entry ? undefined : addEntry(operation, at, editing);
  if (!entry) return undefined;
  return operation.kind === 'remove'
    ? removeEntry(path, entry, { ...at, editing })
    : setValue(operation, entry, { ...at, editing });
}

interface At {
  readonly collection: Collection;
  readonly entries: readonly Entry[];
  readonly step: Step;
}

const replace = (text: string, from: number, to: number, by: string) => text.slice(0, from) + by + text.slice(to);

function setValue(
  { path, value }: Extract<Operation, { kind: 'set' }>,
  entry: Entry,
  { collection, editing }: At & { readonly editing: Editing },
): string {
  const { source, render } = editing;
  const { text } = source;
  const { start, tail, end, value: old } = entry;
  if (collection.flow) return setInline(text, entry, printFlow(value, 'flow'));
  const written = render && findWritten(render, path);
  if (isInline(old) && (!written || isInline(written.entry.value)))
    return setInline(text, entry, written ? inlineText(written) : printFlow(value));
  const indent = columnOf(text, start);
  const by = written ? shifted(written, written.entry.tail, { indent, source }) : ` ${printFlow(value)}`;
  return replace(text, tail, end, by);
}

function setInline(text: string, { tail, value }: Entry, by: string): string {
  if (isEmpty(value)) return replace(text, tail, tail, ` ${by}`);
  const [from = tail, to = tail] = value?.range ?? [];
  return replace(text, from, to, by);
}

interface Written {
  readonly render: Source;
  readonly entry: Entry;
}

/** @returns The entry in the new render when it stands there in block style, so that its lines can be taken over. */
function findWritten(render: Source, path: Path): Written | undefined {
  const step = path.at(-1);
  const collection = findCollection(render, path.slice(0, -1));
  if (step === undefined || !collection || collection.flow) return undefined;
  const entry = findEntry(entriesOf(render, collection, step), step);
  return entry && { render, entry };
}

function inlineText({ render, entry }: Written): string {
  const [from = 0, to = 0] = entry.value?.range ?? [];
  return render.text.slice(from, to);
}

interface Target {
  /** Column of the entry in the text that it goes to. */
  readonly indent: number;
  readonly source: Source;
}

/** @returns The written lines from `from` on, all but the first moved as far as the entry is. */
function shifted({ render, entry }: Written, from: number, { indent, source }: Target): string {
  const by = indent - columnOf(render.text, entry.start);
  const comment = /^[ \t]+#[^\r\n]*/.exec(render.text.slice(entry.end))?.[0] ?? '';
  const [first = '', ...others] = (render.text.slice(from, entry.end) + comment).split(/\r?\n/);
  const moved = others.map((line) => (line.trim() === '' ? line : moveLine(line, by)));
  return [first, ...moved].join(source.lineEnd);
}

const moveLine = (line: string, by: number) => (by < 0 ? line.slice(-by) : ' '.repeat(by) + line);

function addEntry(
  operation: Extract<Operation, { kind: 'add' }>,
  { collection, entries, step }: At,
  { source, render }: Editing,
): string {
  const { path, value } = operation;
  const { text, lineEnd } = source;
  const steps = entries.map((it) => it.step);
  const place = placeFor(operation, steps);
  const around = { previous: entries[place - 1], next: entries[place] };
  if (collection.flow) return addInFlow(text, printInFlow(step, value), { ...around, collection, step });
  const { previous, next } = around;
  const first = next?.start ?? 0;
  const indent = columnOf(text, previous?.start ?? first);
  const target = { indent, source };
  const written = render && findWritten(render, path);
  const lines = written ? shifted(written, written.entry.start, target) : printLines(step, value, target);
  if (!previous) return replace(text, first, first, lines + lineEnd + ' '.repeat(indent));
  const at = endOfLine(text, previous.end);
  return replace(text, at, at, lineEnd + ' '.repeat(indent) + lines);
}

interface Around {
  readonly previous: Entry | undefined;
  readonly next: Entry | undefined;
  readonly collection: Collection;
  readonly step: Step;
}

function addInFlow(text: string, printed: string, { previous, next, collection, step }: Around): string {
  if (previous) return replace(text, previous.end, previous.end, `, ${printed}`);
  if (next) return replace(text, next.start, next.start, `${printed}, `);
  const [from = 0, to = 0] = collection.range ?? [];
  return replace(text, from, to, typeof step === 'string' ? `{ ${printed} }` : `[${printed}]`);
}

function printLines(step: Step, value: unknown, { indent, source: { lineEnd } }: Target): string {
  return typeof step === 'string'
    ? printBlock({ [step]: value }, indent, lineEnd)
    : `- ${printBlock(value, indent + 2, lineEnd)}`;
}

function removeEntry(
  path: Path,
  { start, end }: Entry,
  { collection, entries, step, editing: { source } }: At & { readonly editing: Editing },
): string {
  const { text } = source;
  if (entries.length === 1) return emptied(source, path.slice(0, -1), { collection, step, end });
  const index = entries.findIndex((it) => it.start === start);
  const [previous, next] = [entries[index - 1], entries[index + 1]];
  if (collection.flow)
    return next ? replace(text, start, next.start, '') : replace(text, previous?.end ?? start, end, '');
  const line = startOfLine(text, start);
  const after = text.indexOf('\n', end);
  if (text.slice(line, start).trim() !== '') return replace(text, start, next?.start ?? end, '');
  // The last line of the text may have no end, and then the one before it loses its own.
  return after < 0 ? text.slice(0, line).replace(/\r?\n$/, '') : replace(text, line, after + 1, '');
}

/** A collection that loses all it has is written `{}` or `[]`: a key with nothing behind it says something else. */
function emptied(
  source: Source,
  path: Path,
  { collection, step, end }: { readonly collection: Collection; readonly step: Step; readonly end: number },
): string {
  const { text } = source;
  const nothing = typeof step === 'string' ? '{}' : '[]';
  const [from = 0, to = 0] = collection.range ?? [];
  if (collection.flow) return replace(text, from, to, nothing);
  const own = path.at(-1);
  const parent = findCollection(source, path.slice(0, -1));
  const entry = own !== undefined && parent ? findEntry(entriesOf(source, parent, own), own) : undefined;
  return entry ? replace(text, entry.tail, end, ` ${nothing}`) : replace(text, from, end, nothing);
}

const startOfLine = (text: string, offset: number) => text.lastIndexOf('\n', offset - 1) + 1;

const columnOf = (text: string, offset: number) => offset - startOfLine(text, offset);

/** @returns The offset of the line break after `offset`, or the length of the text. */
function endOfLine(text: string, offset: number): number {
  return offset + (/\r?\n|$/.exec(text.slice(offset))?.index ?? 0);
}

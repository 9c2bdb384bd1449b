import { isMapping } from '../component/mapping.ts';
import { parseStrictYaml } from '../document/strict-yaml.ts';
import { sameData } from '../template/json-data.ts';
import { printFlow } from '../template/print-yaml.ts';
import { editText } from './edit-text.ts';
import { applyToData, type Operation } from './operation.ts';
import { type Clash, planMerge, type Sides } from './plan-merge.ts';
import { countComments, readSource, type Source } from './source.ts';
import { type Path, printPath, valueAt } from './step.ts';

/** A place that the new render and people changed to different things; people's stays in the text. */
export interface MergeConflict {
  /** `spec.version.semver`; empty for the file as a whole. */
  readonly path: string;
  /** A clause: "both changed it". */
  readonly because: string;
  /** The values in one line of YAML, or what stands for them; `undefined` where the field is absent, or for a whole file. */
  readonly was: string | undefined;
  readonly rendered: string | undefined;
  readonly edited: string | undefined;
}

export interface MergedManifest {
  readonly text: string;
  readonly conflicts: readonly MergeConflict[];
  /** The fields that were changed in people's text. */
  readonly applied: readonly string[];
}

/** Templates are not larger, and rarely come near it: merging takes the time of reading a text some ten times. */
const limits = { maxLength: 256 * 1024, maxTokens: 40_000 };

/** Each change reads the whole text anew, which grows to both together: so many characters are read in all. */
const maxWork = 2 * 1024 * 1024;

/** In characters; of longer values the beginning is shown. */
const maxShown = 300;

/**
 * Merges what the bot renders now into a manifest that people edited. What the bot did not change since the last render stays as people
 * have it, byte for byte. What it changed is written at its place in their text, in the way the new render writes it, and the result is
 * read again: it must say exactly what was meant, with every comment that people wrote, else the change counts as a conflict.
 *
 * @param base The last render.
 * @param rendered The new one.
 * @param edited What is on the base branch.
 */
export function mergeManifest(base: string, rendered: string, edited: string): MergedManifest {
  if (edited === base) return { text: rendered, conflicts: [], applied: [] };
  if (rendered === base || rendered === edited) return { text: edited, conflicts: [], applied: [] };
  const sides = readSides({ base, rendered, edited });
  if ('because' in sides) return { text: edited, conflicts: [wholeFile(sides.because)], applied: [] };
  const { operations, clashes } = planMerge(sides);
  if (operations.length * (edited.length + rendered.length) > maxWork)
    return { text: edited, conflicts: [wholeFile('too much of it changed to merge it')], applied: [] };
  const hidden = Object.values(sides).some((it) => isMapping(it) && it.kind === 'Secret');
  const result = applyOperations(edited, operations, {
    data: sides.edited,
    render: readSource(rendered),
    mine: commentsOf(edited, base),
  });
  const refused = result.refused.map(({ path }) => ({
    path,
    ...sidesAt(path, sides),
    because: 'it cannot be put there',
  }));
  const conflicts = [...clashes.map((it) => ({ ...it, because: becauseOf(it) })), ...refused].map((it) => ({
    path: printPath(it.path),
    because: it.because,
    was: show(it.base, hidden),
    rendered: show(it.rendered, hidden),
    edited: show(it.edited, hidden),
  }));
  return { text: result.text, conflicts, applied: result.applied.map(({ path }) => printPath(path)) };
}

/** @returns The conflict of a whole file, which is not merged at all. */
export function wholeFile(because: string): MergeConflict {
  return { path: '', because, was: undefined, rendered: undefined, edited: undefined };
}

const names: Readonly<Record<keyof Sides, string>> = {
  base: 'the last render',
  rendered: 'the new render',
  edited: 'the file',
};

type Texts = { readonly [Side in keyof Sides]: string };

function readSides({ base, rendered, edited }: Texts): Sides | { readonly because: string } {
  const parsed = { base: parse(base), rendered: parse(rendered), edited: parse(edited) };
  for (const side of ['base', 'rendered', 'edited'] as const) {
    const { problem } = parsed[side];
    if (problem !== undefined) return { because: `${names[side]} is not plain YAML (${problem})` };
  }
  const data = parsed.edited.value;
  if (isMapping(data) && Object.hasOwn(data, 'sops')) return { because: 'the file is encrypted by SOPS' };
  return { base: parsed.base.value, rendered: parsed.rendered.value, edited: data };
}

function parse(text: string): { readonly value?: unknown; readonly problem?: string } {
  const parsed = parseStrictYaml(text, limits);
  if (parsed.kind === 'parsed') return { value: parsed.value };
  const [{ message, line }] = parsed.problems;
  return { problem: `line ${line}: ${message}` };
}

interface Applying {
  /** What the text says. */
  readonly data: unknown;
  readonly render: Source;
  /** Comments that people wrote, and how often. */
  readonly mine: ReadonlyMap<string, number>;
}

interface Applied {
  readonly text: string;
  readonly applied: readonly Operation[];
  readonly refused: readonly Operation[];
}

/** Takes one change after the other, each of them only when the text says exactly that afterwards. */
function applyOperations(edited: string, operations: readonly Operation[], { data, render, mine }: Applying): Applied {
  const applied: Operation[] = [];
  const refused: Operation[] = [];
  let now = { text: edited, data };
  for (const operation of operations) {
    const wanted = applyToData(now.data, operation);
    const text = [render, undefined]
      .map((it) => editText(now.text, operation, it))
      .find((it) => it !== undefined && wanted !== undefined && says(it, wanted, mine));
    if (text === undefined) refused.push(operation);
    else {
      applied.push(operation);
      now = { text, data: wanted };
    }
  }
  return { text: now.text, applied, refused };
}

function says(text: string, data: unknown, mine: ReadonlyMap<string, number>): boolean {
  const parsed = parseStrictYaml(text, limits);
  if (parsed.kind === 'problems' || !sameData(parsed.value, data)) return false;
  const there = countComments(text);
  return [...mine].every(([comment, count]) => (there.get(comment) ?? 0) >= count);
}

/** @returns The comments that people added to what was rendered. */
function commentsOf(edited: string, base: string): ReadonlyMap<string, number> {
  const rendered = countComments(base);
  const added = [...countComments(edited)].map(([it, count]) => [it, count - (rendered.get(it) ?? 0)] as const);
  return new Map(added.filter(([, count]) => count > 0));
}

function becauseOf({ base, rendered, edited }: Clash): string {
  if (base === undefined) return 'both added it';
  if (edited === undefined) return 'people removed it, and the new render changes it';
  return rendered === undefined ? 'people changed it, and the new render has it no more' : 'both changed it';
}

function sidesAt(path: Path, { base, rendered, edited }: Sides): Sides {
  return { base: valueAt(base, path), rendered: valueAt(rendered, path), edited: valueAt(edited, path) };
}

function show(value: unknown, hidden: boolean): string | undefined {
  if (value === undefined) return undefined;
  return hidden ? 'hidden' : cut(printFlow(value), maxShown);
}

const cut = (text: string, length: number) => (text.length > length ? `${text.slice(0, length)}…` : text);

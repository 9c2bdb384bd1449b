import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type Scalar, type YAMLMap } from 'yaml';
import { parseStrictYaml, type YamlPath, type YamlProblem } from '../document/strict-yaml.ts';
import type { Finding, Place } from '../failure.ts';
import { remember } from '../remember.ts';
import type { ExpressionResult } from './expression.ts';
import { readExpression, showExpression } from './find-expression.ts';
import { sameData } from './json-data.ts';
import { hasItems, printBlock, printFlow } from './print-yaml.ts';
import type { TemplateFile } from './template-set.ts';

/** What a template became. */
export interface FilledTemplate {
  readonly text: string;
  /** The data that `text` holds. */
  readonly value: unknown;
  readonly originOf: (path: YamlPath) => Origin;
}

/** Where a value comes from: the place in the template, and the expression that yielded it, if one did. */
export interface Origin {
  readonly place: Place;
  readonly expression: string | undefined;
}

export type FillResult =
  | { readonly kind: 'filled'; readonly filled: FilledTemplate }
  | { readonly kind: 'problems'; readonly findings: readonly Finding[] };

/** In characters; what is longer is no manifest. */
const maxLength = 256 * 1024;

/**
 * Fills a YAML template: each scalar that is `${{ expression }}` is replaced, at its place in the text, by what the expression
 * yields. Nothing else changes, not one byte, but for an entry of a block mapping that becomes `null`: it is left out.
 *
 * The result is parsed again and must say what the template says with the values put in: no value can change the structure.
 */
export function fillTemplate(
  template: TemplateFile,
  evaluate: (expression: string, place: Place) => ExpressionResult,
): FillResult {
  const parsed = readTemplate(template.text);
  if (parsed.kind === 'problems') return problems(explainProblems(template, parsed.problems));

  const placeOf = (path: YamlPath): Place => ({ file: template.source, ...parsed.placeOf(path) });
  const expressions = new Map<string, string>();
  const findings: Finding[] = [];
  const edits: Edit[] = [];
  const value = fillNode(parsed.contents, [], {
    text: template.text,
    lineEnd: template.text.includes('\r\n') ? '\r\n' : '\n',
    edits,
    report: (path, message, remedy) => findings.push({ place: placeOf(path), message, remedy }),
    evaluate: (expression, path) => {
      expressions.set(JSON.stringify(path), expression);
      return evaluate(expression, placeOf(path));
    },
  });
  if (findings.length > 0) return problems(findings);

  const text = applyEdits(template.text, edits);
  const filled = parseStrictYaml(text, { maxLength });
  const wrong = filled.kind === 'problems' ? filled.problems[0].message : 'it would change the structure';
  if (filled.kind === 'problems' || !sameData(filled.value, value)) {
    return problems([
      { place: { file: template.source }, message: `what the expressions yield does not fit: ${wrong}` },
    ]);
  }
  const originOf = (path: YamlPath) => ({ place: placeOf(path), expression: expressionAt(expressions, path) });
  return { kind: 'filled', filled: { text, value: filled.value, originOf } };
}

const readTemplate = remember((text) => {
  const parsed = parseStrictYaml(text, { maxLength });
  if (parsed.kind === 'problems') return parsed;
  return { ...parsed, contents: parseDocument(text, { version: '1.2', schema: 'core', merge: false }).contents };
});

const problems = (findings: readonly Finding[]): FillResult => ({ kind: 'problems', findings });

/** Of syntax errors only the first: the others are its consequences. */
function explainProblems({ text, source }: TemplateFile, found: readonly YamlProblem[]): readonly Finding[] {
  const syntax = found.find(({ kind }) => kind === 'syntax');
  const hint = `Put the expression in single quotes, '${showExpression('…')}': without them YAML takes some of its characters for its own.`;
  return (syntax ? [syntax] : found).map(({ message, line, column }) => ({
    place: { file: source, line, column },
    message: `the template is not the YAML it must be: ${message}`,
    remedy: text.split('\n')[line - 1]?.includes('${{') ? hint : undefined,
  }));
}

function expressionAt(expressions: ReadonlyMap<string, string>, path: YamlPath): string | undefined {
  for (let length = path.length; length >= 0; length--) {
    const found = expressions.get(JSON.stringify(path.slice(0, length)));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Replaces `text.slice(from, to)`. Edits of one text do not overlap. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let end = 0;
  for (const { from, to, by } of edits.toSorted((a, b) => a.from - b.from)) {
    result += text.slice(end, from) + by;
    end = to;
  }
  return result + text.slice(end);
}

interface Filling {
  readonly text: string;
  readonly lineEnd: string;
  readonly edits: Edit[];
  readonly report: (path: YamlPath, message: string, remedy: string) => void;
  readonly evaluate: (expression: string, path: YamlPath) => ExpressionResult;
}

/** Stands for the value of an entry that is left out. */
const leftOut = Symbol('left out');

/** Where a scalar stands: in which kind of collection, and under which key. */
type Within = { readonly kind: 'entry'; readonly key: Node } | { readonly kind: 'item' | 'flow' };

/** @returns The data of the filled node, after noting the edits that make it so in the text. */
function fillNode(node: unknown, path: YamlPath, filling: Filling, within: Within = { kind: 'item' }): unknown {
  const flow = within.kind === 'flow' || ((isMap(node) || isSeq(node)) && node.flow === true);
  if (isMap(node)) return fillMap(node, path, filling, flow);
  if (isSeq(node)) {
    return node.items.map((item, index) => fillNode(item, [...path, index], filling, { kind: flow ? 'flow' : 'item' }));
  }
  return isScalar(node) ? fillScalar(node, path, filling, within) : null;
}

function fillMap(map: YAMLMap, path: YamlPath, filling: Filling, flow: boolean): unknown {
  const result: Record<string, unknown> = Object.create(null);
  const kept: boolean[] = [];
  for (const pair of map.items) {
    const key = pair.key as Scalar<string>;
    const name = key.value;
    if (name.includes('${{')) {
      const remedy = `Put it in single quotes, '${showExpression('…')}', where a colon made it a key, or yield the whole mapping.`;
      filling.report([...path, name], 'an expression cannot be a key', remedy);
    }
    const value = fillNode(pair.value, [...path, name], filling, flow ? { kind: 'flow' } : { kind: 'entry', key });
    kept.push(value !== leftOut);
    if (value !== leftOut) result[name] = value;
  }
  if (kept.includes(false)) leaveOut(map.items as Pair<Scalar, Scalar>[], kept, path, filling);
  return result;
}

function fillScalar(node: Scalar, path: YamlPath, filling: Filling, within: Within): unknown {
  const found = readExpression(node.value, node.type);
  if (found.kind === 'none') return node.value;
  if (found.kind === 'problem') {
    filling.report(path, found.message, found.remedy);
    return null;
  }
  const { expression } = found;
  const result = filling.evaluate(expression, path);
  if (result.kind === 'problem') {
    filling.report(path, `${showExpression(expression)}: ${result.message}`, result.remedy);
    return null;
  }
  if (result.value === null) {
    if (within.kind === 'entry') return leftOut;
    filling.report(
      path,
      `${showExpression(expression)} yields null, which only leaves out an entry "key: …" that has a line of its own`,
      'Yield something else, or the whole list or mapping from one expression.',
    );
    return null;
  }
  filling.edits.push(replacement(node, result.value, filling, within));
  return result.value;
}

/** Lists and maps become lines where the layout is simple, and one line in brackets elsewhere. */
function replacement(node: Scalar, value: unknown, { text, lineEnd }: Filling, within: Within): Edit {
  const [from, to] = rangeOf(node);
  const inLine = { from, to, by: printFlow(value, within.kind === 'flow' ? 'flow' : 'block') };
  if (within.kind === 'flow' || !hasItems(value)) return inLine;
  const lineStart = startOfLine(text, from);
  const before = text.slice(lineStart, from);
  if (text.slice(to, endOfLine(text, to)).trim() !== '') return inLine;
  if (/^ *(?:- +)*$/.test(before)) return { from, to, by: printBlock(value, from - lineStart, lineEnd) };

  const keyColumn = within.kind === 'entry' ? rangeOf(within.key)[0] - lineStart : -1;
  if (keyColumn < 0 || !/^ *(?:- +)*$/.test(before.slice(0, keyColumn))) return inLine;
  const indent = keyColumn + 2;
  const below = lineEnd + ' '.repeat(indent) + printBlock(value, indent, lineEnd);
  return { from: lineStart + before.trimEnd().length, to, by: below };
}

/** Removes the lines of entries. A mapping that loses all of them becomes `{}`. */
function leaveOut(pairs: readonly Pair<Scalar, Scalar>[], kept: readonly boolean[], path: YamlPath, filling: Filling) {
  const { text, edits } = filling;
  const firstKept = kept.indexOf(true);
  for (const [index, { key, value }] of pairs.entries()) {
    if (kept[index] || value === null) continue;
    const [from] = rangeOf(key);
    const before = text.slice(startOfLine(text, from), from);
    const end = Math.min(endOfLine(text, rangeOf(value)[1]) + 1, text.length);
    if (!/^ *(?:- +)*$/.test(before)) {
      filling.report(
        [...path, String(key.value)],
        'this entry cannot be left out',
        'Write it as "key: value" on its own line.',
      );
    } else if (firstKept < 0 && index === 0) {
      edits.push({ from, to: rangeOf(value)[1], by: '{}' });
    } else if (before.trim() === '') {
      edits.push({ from: from - before.length, to: end, by: '' });
    } else {
      edits.push({ from, to: endAfterDash(index), by: '' });
    }
  }

  /** Behind the dash of a list item: the next entry moves up when it follows at once, else the rest of the line stays. */
  function endAfterDash(index: number): number {
    const valueEnd = rangeOf(pairs[index]?.value)[1];
    const next = kept[index + 1] ? rangeOf(pairs[index + 1]?.key)[0] : valueEnd;
    return text.slice(endOfLine(text, valueEnd), next).trim() === '' ? next : valueEnd;
  }
}

/** Start and end of what is written for a node, quotes included. */
function rangeOf(node: Node | null | undefined): readonly [number, number] {
  const [start, end] = node?.range ?? [0, 0];
  return [start, end];
}

const startOfLine = (text: string, offset: number) => text.lastIndexOf('\n', offset - 1) + 1;

/** @returns The index of the line break after `offset`, or the length of the text. */
function endOfLine(text: string, offset: number): number {
  const found = text.indexOf('\n', offset);
  return found < 0 ? text.length : found;
}

import { isMapping } from '../component/mapping.ts';
import { Failure, type Finding, type Place } from '../failure.ts';
import { createObjectCheck, type ObjectCheck } from '../schema/object-check.ts';
import { by, checkOutput, nameObject, type OutputRules } from './check-output.ts';
import { createEvaluate, type ExpressionResult } from './expression.ts';
import { readExpression, showExpression } from './find-expression.ts';
import { outputPath } from './output-path.ts';
import { kindPattern, type Placed, parseSetFile, type SetFile, type SetFileEntry, setFileName } from './set-file.ts';
import { type FilledTemplate, fillTemplate } from './splice.ts';
import { templateFailure } from './template-failure.ts';
import type { OutputFolders, RenderedSet, RenderInput, TemplateSet, TemplateVariables } from './template-set.ts';

/** Hears of every expression before it is evaluated: of one that never ends, it is the last to be heard of. */
export type Watch = (expression: string, place: Place) => void;

/**
 * Renders a template set: same input, same bytes, on any machine.
 *
 * @throws {Failure} `template` with all that is wrong with the set and with what it renders, each with its place.
 */
export function renderSet(
  { set, variables, folders, definitions = [] }: RenderInput,
  watch: Watch = () => undefined,
  checkWith: typeof createObjectCheck = createObjectCheck,
): RenderedSet {
  const setFile = readSetFile(set);
  const all = { ...variables, folders: { ...folders, kustomizations: folders.kustomizations ?? null } };
  const findings: Finding[] = [...findUnused(set, setFile)];
  const rendering: Rendering = {
    set,
    folders,
    report: (place, message, remedy) => findings.push({ place, message, remedy }),
    findings,
    variables: all,
    watch,
    evaluate: watched(all, watch),
    checkSchema: checkWith(definitions),
  };
  const files = renderFiles(setFile, rendering);
  const initialValues = setFile.values && renderValues(setFile.values, rendering);
  if (findings.length > 0) throw templateFailure(findings, `the template set ${set.name}`);
  return { files, initialValues };
}

function watched(variables: TemplateVariables, watch: Watch): Rendering['evaluate'] {
  const evaluate = createEvaluate(variables);
  return (expression, place) => {
    watch(expression, place);
    return evaluate(expression);
  };
}

interface Rendering {
  readonly variables: TemplateVariables;
  readonly watch: Watch;
  readonly set: TemplateSet;
  readonly folders: OutputFolders;
  readonly findings: Finding[];
  readonly checkSchema: ObjectCheck;
  readonly report: (place: Place, message: string, remedy: string) => void;
  readonly evaluate: (expression: string, place: Place) => ExpressionResult;
}

function readSetFile(set: TemplateSet): SetFile {
  const file = set.files.get(setFileName);
  if (file) return parseSetFile(file);
  const remedy = `Add ${setFileName}, which names the files that the set renders.`;
  throw new Failure('template', `the template set ${set.name} has no ${setFileName}`, { remedy });
}

/** A template that nobody names is a mistake: most of all a misspelt file that was to override another. */
function findUnused(set: TemplateSet, { files, values }: SetFile): readonly Finding[] {
  const named = [...files.map((it) => it.template.value), ...(values ? [values.value] : [])];
  return [...set.files]
    .filter(([name]) => /\.ya?ml$/.test(name) && name !== setFileName && !named.includes(name))
    .map(([name, { source }]) => ({
      place: { file: source },
      message: `${setFileName} does not name the template ${name}`,
      remedy: `Name it in ${setFileName}, or spell it as there: ${named.join(', ')}.`,
    }));
}

function renderFiles(setFile: SetFile, rendering: Rendering): ReadonlyMap<string, string> {
  const rules: OutputRules = {
    kinds: setFile.kinds.flatMap((it) => evaluateKind(it, rendering)),
    clusterKinds: setFile.clusterKinds.flatMap((it) => evaluateKind(it, rendering)),
    namespaces: setFile.namespaces?.flatMap((it) => evaluateText(it, rendering)),
  };
  const output: Output = { rules, files: new Map(), objects: new Map() };
  const perItem = perDeployment(rendering);
  for (const entry of setFile.files) {
    for (const it of perItem(entry)) renderFile(entry, output, it);
  }
  return output.files;
}

interface Output {
  readonly rules: OutputRules;
  readonly files: Map<string, string>;
  /** Which template declared which object. */
  readonly objects: Map<string, string>;
}

function renderFile(entry: SetFileEntry, { rules, files, objects }: Output, rendering: Rendering): void {
  if (!evaluateCondition(entry.when, rendering)) return;
  const path = evaluatePath(entry, rendering);
  const filled = fill(entry.template, rendering);
  if (filled) checkObject(filled, rules, objects, rendering);
  if (path === undefined || filled === undefined) return;
  if (files.has(path)) {
    rendering.report(entry.path.place, `two files are rendered to ${path}`, 'Give each file a path of its own.');
  }
  files.set(path, filled.text);
}

/** @returns How often an entry is rendered, and with what: once for each item of its `each`, which is `deployment` then. */
function perDeployment(rendering: Rendering): (entry: SetFileEntry) => readonly Rendering[] {
  const known = new Map<string, Rendering>();
  const renderingOf = (item: unknown): Rendering => {
    const key = JSON.stringify(item);
    const variables = { ...rendering.variables, deployment: item };
    const made = known.get(key) ?? { ...rendering, variables, evaluate: watched(variables, rendering.watch) };
    known.set(key, made);
    return made;
  };
  return ({ each }) => {
    if (!each) return [rendering];
    const items = evaluatePlaced(each, rendering);
    if (Array.isArray(items)) return items.map(renderingOf);
    if (items !== undefined) {
      rendering.report(each.place, `${each.value} yields ${JSON.stringify(items)}`, 'Yield a list.');
    }
    return [];
  };
}

/** @param objects What other files have declared: two that declare one object would undo each other's work for ever. */
function checkObject(filled: FilledTemplate, rules: OutputRules, objects: Map<string, string>, rendering: Rendering) {
  rendering.findings.push(...checkOutput(filled, rules), ...checkAgainstSchema(filled, rendering));
  const name = nameObject(filled);
  if (name === undefined) return;
  const { place } = filled.originOf([]);
  const other = objects.get(name);
  if (other !== undefined) {
    rendering.report(place, `the ${name} is rendered from ${other} too`, 'Give each object a name of its own.');
  }
  objects.set(name, place.file);
}

function checkAgainstSchema({ value, originOf }: FilledTemplate, { checkSchema }: Rendering): readonly Finding[] {
  if (!isMapping(value)) return [];
  return checkSchema(value).map(({ path, message, remedy }) => {
    const origin = originOf(path);
    return { place: origin.place, message: `${message}${by(origin)}`, remedy };
  });
}

function renderValues(template: Placed<string>, rendering: Rendering): Readonly<Record<string, unknown>> | undefined {
  const filled = fill(template, rendering);
  if (filled === undefined) return undefined;
  if (isMapping(filled.value)) return filled.value;
  rendering.report(filled.originOf([]).place, 'the values are no mapping', 'Yield a mapping of names and values.');
  return undefined;
}

function fill({ value: name, place }: Placed<string>, rendering: Rendering): FilledTemplate | undefined {
  const { set, findings, report, evaluate } = rendering;
  const template = set.files.get(name);
  if (!template) {
    report(place, `there is no template ${name}`, `Add the file to the template set ${set.name}.`);
    return undefined;
  }
  const result = fillTemplate(template, evaluate);
  if (result.kind === 'filled') return result.filled;
  findings.push(...result.findings);
  return undefined;
}

/** @returns What a value of `set.yaml` says or yields; `undefined` when that was reported as a problem. */
function evaluatePlaced({ value, place }: Placed<unknown>, { evaluate, report }: Rendering): unknown {
  const found = readExpression(value);
  if (found.kind === 'none') return value;
  const result = found.kind === 'expression' ? evaluate(found.expression, place) : found;
  if (result.kind === 'value') return result.value;
  report(place, found.kind === 'expression' ? `${value}: ${result.message}` : result.message, result.remedy);
  return undefined;
}

function evaluateCondition(when: SetFileEntry['when'], rendering: Rendering): boolean {
  const value = evaluatePlaced(when, rendering);
  if (value !== undefined && typeof value !== 'boolean') {
    rendering.report(when.place, `${when.value} yields ${JSON.stringify(value)}`, 'Yield true or false.');
  }
  return value === true;
}

/** @returns One text, or none where it is left out by `null`. */
function evaluateText(text: Placed<string>, rendering: Rendering): readonly string[] {
  const value = evaluatePlaced(text, rendering);
  if (typeof value === 'string') return [value];
  if (value !== undefined && value !== null) {
    rendering.report(text.place, `${text.value} yields ${JSON.stringify(value)}`, 'Yield a text or null.');
  }
  return [];
}

function evaluateKind(kind: Placed<string>, rendering: Rendering): readonly string[] {
  const found = evaluateText(kind, rendering);
  for (const it of found.filter((one) => !kindPattern.test(one))) {
    const remedy = 'Yield apiVersion/kind, for example apps/v1/Deployment.';
    rendering.report(kind.place, `${kind.value} yields ${it}, which is not a kind`, remedy);
  }
  return found;
}

function evaluatePath({ folder, path }: SetFileEntry, rendering: Rendering): string | undefined {
  const value = evaluatePlaced(path, rendering);
  const root = rendering.folders[folder];
  if (root === undefined) {
    const remedy = `Set flux.kustomizations for the environment, or render it only when: ${showExpression('flux != null')}.`;
    rendering.report(path.place, 'there is no folder for Flux Kustomizations', remedy);
  }
  if (value === undefined || root === undefined) return undefined;
  const result = outputPath(root, value);
  if (result.kind === 'path') return result.path;
  rendering.report(path.place, result.message, result.remedy);
  return undefined;
}

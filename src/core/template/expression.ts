import { type CelInput, celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { remember } from '../remember.ts';
import { boundedFunctions } from './bounded-functions.ts';
import { NotData, toCel, toData } from './cel-data.ts';
import type { TemplateVariables } from './template-set.ts';

// Loading CEL takes a sixth of a second: only what renders may import this file, and that happens in the worker.

/** In characters. CEL has no limit on what an expression may cost, so its length has one. */
const maxLength = 1000;

export type ExpressionResult =
  /** JSON data. */
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'problem'; readonly message: string; readonly remedy: string };

/** @returns What the expression (without `${{` and `}}`) yields. */
export type Evaluate = (expression: string) => ExpressionResult;

/**
 * Prepares the evaluation of CEL expressions over `variables`. Whole numbers are CEL integers, as in Kubernetes; the string
 * functions of Kubernetes are there. A field that is `null` counts as absent for `has()`.
 *
 * @see https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
export function createEvaluate(variables: TemplateVariables): Evaluate {
  const bindings: Record<string, CelInput> = Object.create(null);
  for (const [name, value] of Object.entries(variables)) bindings[name] = toCel(value);

  const evaluate: Evaluate = (expression) => {
    if (expression.length > maxLength) {
      return problem(
        `it has more than ${maxLength} characters`,
        'Compute less here, or split the template into files.',
      );
    }
    try {
      const result = planExpression(expression)(bindings);
      if (isCelError(result)) return explain(expression, result.message, variables);
      return { kind: 'value', value: toData(result) };
    } catch (error) {
      const { message, remedy } = describe(error);
      return remedy === undefined ? explain(expression, message, variables) : problem(message, remedy);
    }
  };
  // Most expressions of a set stand in it several times.
  const known = new Map<string, ExpressionResult>();
  return (expression) => {
    const result = known.get(expression) ?? evaluate(expression);
    known.set(expression, result);
    return result;
  };
}

const environment = celEnv({ funcs: boundedFunctions });
const planExpression = remember((expression) => plan(environment, parse(expression)), 1000);

const problem = (message: string, remedy: string): ExpressionResult => ({ kind: 'problem', message, remedy });

function describe(error: unknown): { message: string; remedy: string | undefined } {
  if (error instanceof NotData) return error;
  const message = error instanceof Error ? error.message : String(error);
  const [, column, found] = /^<input>:\d+:(\d+): found (.*?) but expecting/s.exec(message) ?? [];
  if (column === undefined) return { message, remedy: undefined };
  return {
    message: `it is not CEL: ${found} at character ${column}`,
    remedy: 'Put the expression right (https://cel.dev).',
  };
}

/** Says what the expression could have meant: the keys where one is missing, else the variables. */
function explain(expression: string, message: string, variables: TemplateVariables): ExpressionResult {
  const missing = /^field not found: (.*)$/s.exec(message)?.[1];
  const parent = missing === undefined ? undefined : findParent(expression, missing, variables);
  const names = Object.keys(variables).join(', ');
  if (message === 'unresolved attribute') {
    return problem('it names a variable that is not there', `Use one of the variables ${names}.`);
  }
  if (parent === undefined) return problem(message, `Put the expression right; its variables are ${names}.`);

  const { path, value } = parent;
  if (value === null) return problem(`${path} is null here`, `Ask for that first: ${path} == null ? … : ….`);
  const keys = typeof value === 'object' ? Object.keys(value) : [];
  const there = keys.length === 0 ? 'it has none' : `it has ${keys.slice(0, 20).join(', ')}`;
  return problem(`${path} has no ${missing}`, `Use a key of ${path} (${there}), or ask with has() first.`);
}

interface Found {
  readonly path: string;
  readonly value: unknown;
}

/** @returns The value on the way of one of the expression's paths (`component.resources.image`) where `missing` is not found. */
function findParent(expression: string, missing: string, variables: TemplateVariables): Found | undefined {
  for (const [path] of expression.matchAll(/[A-Za-z_]\w*(?:\.\w+)+/g)) {
    const steps = path.split('.');
    const reached = reach(steps, variables);
    const walked = steps.slice(0, reached.depth).join('.');
    if (reached.depth > 0 && steps[reached.depth] === missing) return { path: walked, value: reached.value };
  }
  return undefined;
}

/** Goes along `steps` as far as there is something; `depth` counts the steps that could be gone. */
function reach(steps: readonly string[], from: unknown): { readonly depth: number; readonly value: unknown } {
  let value = from;
  for (const [depth, step] of steps.entries()) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return { depth, value };
    value = value[step];
  }
  return { depth: steps.length, value };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

import type * as z from 'zod';
import type { Finding, Place } from '../core/failure.ts';
import type { ConfigDocument } from './config-document.ts';
import { type JsonSchema, jsonSchemaOf, keysAt } from './json-schema-keys.ts';
import { nearest } from './nearest.ts';
import { listOf } from './scalars.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

export type CheckResult<Value> =
  | { readonly kind: 'valid'; readonly value: Value }
  | { readonly kind: 'findings'; readonly findings: readonly Finding[] };

/** Holds a document against its schema and puts what is wrong into words: what was found where, and what to write instead. */
export function checkDocument<Value>(schema: z.ZodType<Value>, document: ConfigDocument): CheckResult<Value> {
  const result = schema.safeParse(document.value);
  const reserved = reservedKeys(document);
  if (result.success && reserved.length === 0) return { kind: 'valid', value: result.data };
  const issues = result.success ? [] : result.error.issues;
  const context: Context = {
    document,
    // Only mistakes need the list of what would have been right.
    schema: issues.some(hasUnknownKeys) ? jsonSchemaOf(schema) : {},
  };
  return { kind: 'findings', findings: [...reserved, ...issues.flatMap((issue) => findingsOf(issue, [], context))] };
}

interface Context {
  readonly document: ConfigDocument;
  readonly schema: JsonSchema;
}

function hasUnknownKeys(issue: Issue): boolean {
  if (issue.code === 'invalid_union') return issue.errors.some((it) => it.some(hasUnknownKeys));
  return issue.code === 'unrecognized_keys';
}

function findingsOf(issue: Issue, parents: Path, context: Context): readonly Finding[] {
  const path = [...parents, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.filter((key) => key !== '__proto__').map((key) => unknownKey(key, path, context));
    case 'invalid_union':
      return unionFindings(issue, path, context);
    case 'invalid_key':
      return [wrongName(issue.issues[0]?.message ?? 'a name', path, context)];
    case 'custom':
      return [
        {
          place: placeOf(path, context),
          message: `${prefix(path)}${issue.message}`,
          remedy: remedyOf(issue.params),
        },
      ];
    default:
      return [wrongValue(issue, path, context)];
  }
}

/** Of a value that may have several forms, the form is reported whose kind of value was written. */
function unionFindings(issue: z.core.$ZodIssueInvalidUnion, path: Path, context: Context): readonly Finding[] {
  const meant = issue.errors.find((issues) => !issues.some(isOtherKind));
  if (meant) return meant.flatMap((it) => findingsOf(it, path, context));
  const forms = [...new Set(issue.errors.flatMap((issues) => issues.map(expected)))];
  return [wrongValue({ code: 'invalid_type', message: listOf(forms) }, path, context)];
}

const isOtherKind = (issue: Issue) =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');

function unknownKey(key: string, path: Path, context: Context): Finding {
  const { document, schema } = context;
  const place = document.placeOf([...yamlPath(path), key]);
  const known = keysAt(schema, path);
  if (known.includes(key)) {
    const message = `${prefix(path)}"${key}" cannot stand beside the other keys`;
    return { place, message, remedy: 'Keep one of them.' };
  }
  const meant = nearest(key, known);
  const hidden = document.secretive && meant === undefined && (isSecret(path) || !/^[A-Za-z]{1,32}$/.test(key));
  const shown = hidden ? 'unknown key' : `unknown key "${key}"`;
  return {
    place,
    message: `${prefix(path)}${shown}${meant ? `, did you mean "${meant}"?` : ''}`,
    remedy: meant ? `Write "${meant}", or remove the key.` : `Remove it, or write one of the keys ${listOf(known)}.`,
  };
}

function wrongName(phrase: string, path: Path, context: Context): Finding {
  const key = String(path.at(-1));
  const shown = context.document.secretive && key.includes('@') ? 'a key' : `the key "${key}"`;
  return {
    place: placeOf(path, context),
    message: `${prefix(path.slice(0, -1))}${shown} is not what it must be here`,
    remedy: `Write ${phrase}.`,
  };
}

function wrongValue(issue: Pick<Issue, 'code' | 'message'>, path: Path, context: Context): Finding {
  const value = valueAt(context.document.value, path);
  const label = path.length === 0 ? 'the file' : print(path);
  if (value === undefined) {
    return {
      place: placeOf(path.slice(0, -1), context),
      message: `${label} is missing`,
      remedy: `Add "${String(path.at(-1))}": ${expected(issue)}.`,
    };
  }
  const shown = isHidden(value, issue, path, context) ? kindOf(value) : found(value);
  return { place: placeOf(path, context), message: `${label} is ${shown}`, remedy: `Write ${expected(issue)}.` };
}

/** Words from a fixed list are nobody's secret; any other text of a file with credentials might be. */
function isHidden(value: unknown, issue: Pick<Issue, 'code'>, path: Path, { document }: Context): boolean {
  if (!document.secretive) return false;
  return isSecret(path) || (typeof value === 'string' && issue.code !== 'invalid_value');
}

/** Schemas carry the right words as their message; the rest is said by kind. */
function expected(issue: Pick<Issue, 'code' | 'message'> & { readonly expected?: unknown }): string {
  if (issue.code !== 'invalid_type' || issue.expected === undefined) return issue.message;
  switch (issue.expected) {
    case 'object':
    case 'record':
      return 'a mapping';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'nothing';
    default:
      return issue.message;
  }
}

function found(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return `the ${typeof value} ${value}`;
  return typeof value === 'string' ? clip(JSON.stringify(value.replace(userinfo, '…@'))) : kindOf(value);
}

/** A user with password before a host. */
const userinfo = /[^\s/]*:[^\s/@]*@/g;

const clip = (written: string) => (written.length > 80 ? `${written.slice(0, 76)}…"` : written);

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? 'a text that does not fit' : `a ${typeof value}`;
}

/** JavaScript gives this key a meaning of its own, so that schemas may pass it over. */
function reservedKeys(document: ConfigDocument): readonly Finding[] {
  const findings: Finding[] = [];
  const walk = (value: unknown, path: (string | number)[]): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      const inner = [...path, Array.isArray(value) ? Number(key) : key];
      if (key !== '__proto__') walk(item, inner);
      else findings.push({ place: document.placeOf(inner), message: 'unknown key "__proto__"', remedy: 'Remove it.' });
    }
  };
  walk(document.value, []);
  return findings;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (parent, step) => (typeof parent === 'object' && parent !== null ? Reflect.get(parent, step) : undefined),
    value,
  );
}

const placeOf = (path: Path, { document }: Context): Place => document.placeOf(yamlPath(path));

const yamlPath = (path: Path) => path.map((step) => (typeof step === 'number' ? step : String(step)));

const isSecret = (path: Path) => path.some((step) => /credential|secret|token|password|postgres/i.test(String(step)));

const prefix = (path: Path) => (path.length === 0 ? '' : `${print(path)}: `);

/** @returns The path as people write it: `environments.prod.windows[0].from`. */
function print(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      const key = /^[\w-]+$/.test(String(step)) ? String(step) : `"${String(step)}"`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}

const remedyOf = (params: Readonly<Record<string, unknown>> | undefined) =>
  typeof params?.remedy === 'string' ? params.remedy : undefined;

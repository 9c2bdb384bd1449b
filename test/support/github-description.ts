import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type AnySchema, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

/** One operation of GitHub's API, as GitHub describes it. */
export interface Operation {
  /** @returns What is wrong with the request; nothing when it is as described. */
  checkRequest(request: { readonly query: URLSearchParams; readonly body: unknown }): readonly string[];
  checkAnswer(answer: { readonly status: number; readonly body: unknown }): readonly string[];
}

/** GitHub's description of its API: 13 MB, read once for each process; of it only what is used is compiled. */
export interface Description {
  /** @param name Method and path as described: `GET /repos/{owner}/{repo}/pulls`. */
  operation(name: string): Operation;
  /** @returns An object as described, with `known` in it. What is required besides is filled with empty values of the right type. */
  complete(schema: string, known: Json): Json;
  /** @returns The payload of a webhook as described, filled like `complete`. */
  completeWebhook(name: string, known: Json): Json;
}

export type Json = { readonly [name: string]: unknown };

let loaded: Description | undefined;

export function gitHubDescription(): Description {
  loaded ??= load();
  return loaded;
}

function load(): Description {
  const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
  const root = objectOf(JSON.parse(readFileSync(file, 'utf8')));
  const ajv = new Ajv({ strict: false, allErrors: false, logger: false });
  formats.default(ajv);
  const operations = new Map<string, Operation>();
  const at = (path: readonly string[]) => path.reduce<unknown>((value, name) => objectOf(value)[name], root);
  const resolve = (value: unknown): Json => {
    const schema = objectOf(value);
    return typeof schema.$ref === 'string' ? resolve(at(pathOf(schema.$ref))) : schema;
  };
  const compile = (schema: unknown) => ajv.compile(selfContained(schema, at));
  return {
    operation(name) {
      const operation = operations.get(name) ?? createOperation(name, at, resolve, compile);
      operations.set(name, operation);
      return operation;
    },
    complete: (schema, known) => fill(at(['components', 'schemas', schema]), known, resolve),
    completeWebhook(name, known) {
      const { post } = objectOf(at(['x-webhooks', name]));
      return fill(jsonSchemaOf(objectOf(post).requestBody), known, resolve);
    },
  };
}

const pathOf = (reference: string) => reference.replace('#/', '').split('/');

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

const none: Json = {};

const objectOf = (value: unknown): Json => (isObject(value) ? value : none);

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function jsonSchemaOf(content: unknown): unknown {
  return objectOf(objectOf(objectOf(content).content)['application/json']).schema;
}

type At = (path: readonly string[]) => unknown;
type Resolve = (value: unknown) => Json;

function createOperation(
  name: string,
  at: At,
  resolve: Resolve,
  compile: (schema: unknown) => ValidateFunction,
): Operation {
  const [method = '', path = ''] = name.split(' ');
  const described = objectOf(at(['paths', path, method.toLowerCase()]));
  if (Object.keys(described).length === 0) throw new Error(`${name} is not described`);
  const parameters = new Map(listOf(described.parameters).map((it) => [String(resolve(it).name), resolve(it)]));
  const bodySchema = jsonSchemaOf(described.requestBody);
  const compiled = new Map<string, ValidateFunction>();
  const check = (what: string, schema: unknown, value: unknown): readonly string[] => {
    const validate = compiled.get(what) ?? compile(schema);
    compiled.set(what, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map((it) => `${name}, ${what}: ${it.instancePath} ${it.message}`);
  };
  const checkParameter = (key: string, text: string) => {
    const parameter = parameters.get(key);
    if (parameter?.in !== 'query') return [`${name} has no parameter ${key}`];
    const numeric = resolve(parameter.schema).type === 'integer';
    return check(`parameter ${key}`, parameter.schema, numeric ? Number(text) : text);
  };
  return {
    checkRequest({ query, body }) {
      const given = [...query].flatMap(([key, text]) => checkParameter(key, text));
      if (bodySchema === undefined) return body === undefined ? given : [...given, `${name} takes no body`];
      const fields = objectOf(resolve(bodySchema).properties);
      const unknown = Object.keys(objectOf(body)).filter((it) => Object.keys(fields).length > 0 && !(it in fields));
      return [...given, ...unknown.map((it) => `${name} takes no ${it}`), ...check('body', bodySchema, body ?? null)];
    },
    checkAnswer({ status, body }) {
      const answer = objectOf(described.responses)[status];
      // What may not be done or seen is answered everywhere, described or not.
      if (answer === undefined) return [401, 403, 404].includes(status) ? [] : [`${name} never answers ${status}`];
      const schema = jsonSchemaOf(resolve(answer));
      return schema === undefined ? [] : check(`answer ${status}`, schema, body);
    },
  };
}

/** A schema with all that it refers to, in the words of JSON Schema: OpenAPI 3.0 says in another way that something may be null. */
function selfContained(schema: unknown, at: At): AnySchema {
  const definitions: Record<string, unknown> = {};
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null) return value;
    const { nullable, $ref, discriminator: _, example: __, ...rest } = objectOf(value);
    if (typeof $ref === 'string') return { $ref: `#/definitions/${define($ref)}` };
    const copied = Object.fromEntries(Object.entries(rest).map(([key, it]) => [key, copy(it)]));
    return nullable === true ? { anyOf: [copied, { type: 'null' }] } : copied;
  };
  const define = (reference: string) => {
    const name = pathOf(reference).join('.');
    if (!(name in definitions)) {
      definitions[name] = {};
      definitions[name] = copy(at(pathOf(reference)));
    }
    return name;
  };
  const main = objectOf(copy(schema));
  return { allOf: [main], definitions };
}

function fill(schema: unknown, known: Json, resolve: Resolve): Json {
  const { properties, required, oneOf, anyOf, allOf } = resolve(schema);
  const [choice] = [...listOf(oneOf), ...listOf(anyOf)];
  const base = choice === undefined ? {} : fill(choice, known, resolve);
  const all = listOf(allOf).map((it) => fill(it, known, resolve));
  const described = objectOf(properties);
  const missing = listOf(required)
    .map(String)
    .filter((it) => !(it in known));
  const nested = Object.entries(known).map(([name, value]) => [name, fillNested(described[name], value, resolve)]);
  return {
    ...base,
    ...Object.assign({}, ...all),
    ...Object.fromEntries(missing.map((it) => [it, emptyOf(described[it], resolve)])),
    ...Object.fromEntries(nested),
  };
}

function fillNested(schema: unknown, value: unknown, resolve: Resolve): unknown {
  if (schema === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((it) => fillNested(resolve(schema).items, it, resolve));
  return fill(schema, objectOf(value), resolve);
}

/** The least that a schema lets through. */
function emptyOf(schema: unknown, resolve: Resolve): unknown {
  const { type, nullable, format, enum: values, oneOf, anyOf, allOf, properties } = resolve(schema);
  if (nullable === true) return null;
  if (Array.isArray(values)) return values[0];
  if (type === 'integer' || type === 'number') return 0;
  if (type === 'boolean') return false;
  if (type === 'array') return [];
  if (type === 'string') return emptyTexts[String(format)] ?? '';
  const [choice] = [...listOf(oneOf), ...listOf(anyOf), ...listOf(allOf)];
  if (properties === undefined && choice !== undefined) return emptyOf(choice, resolve);
  return fill(schema, {}, resolve);
}

const emptyTexts: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  email: 'nobody@example.org',
  uri: 'https://github.example.org/',
};

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';

/** The definitions lie beside the checkout where there is such a folder; the product carries none of them. */
const folder = fileURLToPath(new URL('../../../shared/crds/', import.meta.url));

export const crdsAreThere = existsSync(folder);

type Schema = Readonly<Record<string, unknown>>;

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

/** Reads the definitions of one or more controllers. @returns A check that lists what is wrong with an object. */
export function crdCheck(...controllers: readonly string[]): (object: unknown) => readonly string[] {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const checks = new Map<string, ValidateFunction>();
  for (const controller of controllers) {
    for (const file of globSync('*.yaml', { cwd: join(folder, controller) })) {
      const { spec } = parse(readFileSync(join(folder, controller, file), 'utf8')) as Definition;
      for (const { name, schema } of spec.versions) {
        checks.set(`${spec.group}/${name}/${spec.names.kind}`, ajv.compile(objectSchema(schema.openAPIV3Schema)));
      }
    }
  }
  return (object) => {
    const { apiVersion, kind } = object as { readonly apiVersion: string; readonly kind: string };
    const check = checks.get(`${apiVersion}/${kind}`);
    if (!check) return [`there is no definition of ${kind} in ${apiVersion}`];
    check(object);
    return (check.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}

/** Metadata is Kubernetes' own, and the definitions leave it open. */
function objectSchema(schema: Schema): Schema {
  const { properties, ...rest } = schema as { readonly properties: Schema };
  const text = { type: 'string' };
  const texts = { type: 'object', additionalProperties: text };
  const metadata = {
    type: 'object',
    properties: { name: text, namespace: text, labels: texts, annotations: texts },
    required: ['name'],
    additionalProperties: false,
  };
  const whole = closed({ ...rest, properties });
  return {
    ...whole,
    properties: { ...(whole.properties as Schema), metadata },
    required: ['apiVersion', 'kind', 'metadata'],
  };
}

/**
 * Turns a structural schema into JSON Schema, as the API server reads it under server-side apply: what is not declared is
 * refused, unless the schema keeps unknown fields; integers may be texts where it says so; null only where it says so.
 */
function closed(schema: Schema): Schema {
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(schema).filter(([key]) => !key.startsWith('x-kubernetes-')),
  );
  const result: Record<string, unknown> = { ...rest };
  if (isSchema(rest.properties)) {
    result.properties = Object.fromEntries(
      Object.entries(rest.properties).map(([name, it]) => [name, closed(it as Schema)]),
    );
    if (!open) result.additionalProperties = false;
  }
  for (const key of ['items', 'additionalProperties'] as const) {
    if (isSchema(rest[key])) result[key] = closed(rest[key] as Schema);
  }
  if (schema['x-kubernetes-int-or-string'] === true) return { anyOf: [{ type: 'integer' }, { type: 'string' }] };
  return nullable === true ? { anyOf: [result, { type: 'null' }] } : result;
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

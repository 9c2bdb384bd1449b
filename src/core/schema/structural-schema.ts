/** A schema as CustomResourceDefinitions have it (`openAPIV3Schema`): the structural part of OpenAPI 3.0. */
export type StructuralSchema = Readonly<Record<string, unknown>>;

/** A JSON Schema (draft 7). */
export type JsonSchema = Readonly<Record<string, unknown>>;

export const isSchema = (value: unknown): value is StructuralSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Turns the schema of a kind into JSON Schema, as the API server reads it under Flux's server-side apply: what is not declared is refused,
 * unless the schema keeps unknown fields; `null` is nothing but where it says so (ocm-domain.md 2.7). Rules in CEL are left to the cluster.
 */
export function objectSchema(schema: StructuralSchema): JsonSchema {
  const { properties, required = [], ...rest } = schema;
  const whole = closedSchema({ ...rest, properties: { ...(isSchema(properties) ? properties : {}), ...ownFields } });
  return {
    ...whole,
    required: [...new Set([...(Array.isArray(required) ? required : []), ...Object.keys(ownFields)])],
  };
}

const text = { type: 'string' };
const texts = { type: 'object', additionalProperties: text };

/** What every object has; definitions leave its metadata open. Only what a template may say of it. */
const ownFields = {
  apiVersion: text,
  kind: text,
  metadata: {
    type: 'object',
    properties: {
      name: text,
      namespace: text,
      labels: texts,
      annotations: texts,
      finalizers: { type: 'array', items: text },
    },
    required: ['name'],
  },
};

function closedSchema(schema: StructuralSchema): JsonSchema {
  if (schema['x-kubernetes-int-or-string'] === true) return { type: ['integer', 'string'] };
  const { nullable, properties, pattern, ...others } = withoutExtensions(schema);
  // What only Go reads, such as (?i), is left to the cluster.
  const rest = typeof pattern === 'string' && isReadable(pattern) ? { ...others, pattern } : others;
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const result = {
    ...rest,
    ...(isSchema(properties) && { properties: mapSchemas(properties) }),
    ...(isSchema(properties) && !open && rest.additionalProperties === undefined && { additionalProperties: false }),
    ...(isSchema(rest.items) && { items: closedSchema(rest.items) }),
    ...(isSchema(rest.additionalProperties) && { additionalProperties: closedSchema(rest.additionalProperties) }),
  };
  return nullable === true ? { anyOf: [{ type: 'null' }, result] } : result;
}

function isReadable(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') !== undefined;
  } catch {
    return false;
  }
}

const mapSchemas = (properties: StructuralSchema) =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, it]) => (isSchema(it) ? [[name, closedSchema(it)] as const] : [])),
  );

const withoutExtensions = (schema: StructuralSchema): StructuralSchema =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => !key.startsWith('x-kubernetes-')));

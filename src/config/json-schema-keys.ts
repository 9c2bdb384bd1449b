import * as z from 'zod';

/** The parts of JSON Schema (draft 7) that the configuration's schemas use. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly allOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | false;
  readonly items?: JsonSchema;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

/** @returns The JSON schema of what people write, as plain data. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })));
}

/** @returns What a reference stands for, and the schema itself where it is none. */
export function dereference(root: JsonSchema, schema: JsonSchema): JsonSchema {
  const [inner] = schema.allOf ?? [];
  const reference = (inner ?? schema).$ref;
  if (reference === undefined) return schema;
  return { ...root.definitions?.[reference.replace('#/definitions/', '')], ...withoutReference(schema) };
}

const withoutReference = ({ $ref, allOf, ...others }: JsonSchema): JsonSchema => others;

/** @returns The keys that the mapping at `path` may have. */
export function keysAt(root: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  let schemas = forms(root, root);
  for (const step of path) {
    schemas = schemas.flatMap((schema) => {
      const inner = schema.properties?.[String(step)] ?? schema.additionalProperties;
      const child = typeof step === 'number' ? schema.items : inner;
      return child ? forms(root, child) : [];
    });
  }
  return [...new Set(schemas.flatMap((it) => Object.keys(it.properties ?? {})))];
}

/** @returns The forms that a value may have: one, or several for a union. */
function forms(root: JsonSchema, schema: JsonSchema): readonly JsonSchema[] {
  const plain = dereference(root, schema);
  return plain.anyOf ? plain.anyOf.flatMap((it) => forms(root, it)) : [plain];
}

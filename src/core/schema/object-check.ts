import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { readDocuments } from '../document/read-documents.ts';
import type { YamlPath } from '../document/strict-yaml.ts';
import { Failure } from '../failure.ts';
import { builtInSchemas } from './built-in-schemas.ts';
import { isSchema, objectSchema, type StructuralSchema } from './structural-schema.ts';

/** A file of CustomResourceDefinitions. */
export interface DefinitionFile {
  readonly text: string;
  /** For messages. */
  readonly source: string;
}

export interface SchemaProblem {
  /** Where in the object. */
  readonly path: YamlPath;
  readonly message: string;
  readonly remedy: string;
}

/** @returns What the API server would refuse about an object; nothing for kinds that are not known. */
export type ObjectCheck = (object: Readonly<Record<string, unknown>>) => readonly SchemaProblem[];

/**
 * Makes the check of objects against the schemas of their kinds: those that are given, and the built-in ones where none is given.
 * A kind's schema is compiled when it is met first.
 *
 * @throws {Failure} `configuration` for a file that is no CustomResourceDefinition.
 */
export function createObjectCheck(files: readonly DefinitionFile[]): ObjectCheck {
  const given = Map.groupBy(files.flatMap(readDefinitions), ({ kind }) => kind);
  const builtIn = Map.groupBy(builtInSchemas, ({ kind }) => kind);
  const ajv = new Ajv({ strict: false, allErrors: true, verbose: true, validateFormats: false });
  const compiled = new Map<string, readonly ValidateFunction[]>();

  function checksOf(kind: string): readonly ValidateFunction[] {
    const known = compiled.get(kind);
    if (known) return known;
    const definitions = given.get(kind) ?? builtIn.get(kind) ?? [];
    const checks = definitions.map((it) => compile(ajv, it));
    compiled.set(kind, checks);
    return checks;
  }

  return (object) => {
    const results = checksOf(`${object.apiVersion}/${object.kind}`).map((check) =>
      check(object) ? [] : problemsOf(check),
    );
    // Of several definitions of one kind, the one that is meant is the one that fits best.
    const [best = []] = results.toSorted((a, b) => a.length - b.length);
    return best;
  };
}

interface Definition {
  readonly kind: string;
  readonly schema: StructuralSchema;
  readonly source?: string;
}

function compile(ajv: Ajv, { schema, source }: Definition): ValidateFunction {
  try {
    return ajv.compile(objectSchema(schema));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw notDefinition(source ?? 'a built-in schema', `its schema cannot be used: ${why.slice(0, 200)}`);
  }
}

function readDefinitions({ text, source }: DefinitionFile): readonly Definition[] {
  const documents = parseDocuments(text, source).filter((it) => it !== null);
  if (documents.length === 0) throw notDefinition(source, 'it holds nothing');
  return documents.flatMap((it) => readDefinition(it, source));
}

function parseDocuments(text: string, source: string): readonly unknown[] {
  try {
    const documents = readDocuments(text);
    const [error] = documents.flatMap((it) => it.errors);
    if (!error) return documents.map((it) => it.toJS({ maxAliasCount: 0 }));
  } catch {
    // Nested too deeply for the parser, or aliases, which these files do not have.
  }
  throw notDefinition(source, 'it is not YAML');
}

function readDefinition(value: unknown, source: string): readonly Definition[] {
  const { kind, spec } = isSchema(value) ? value : {};
  const { group, names, versions } = isSchema(spec) ? spec : {};
  if (kind !== 'CustomResourceDefinition')
    throw notDefinition(source, `it is ${typeof kind === 'string' ? `a ${kind}` : 'no object'}`);
  const name = isSchema(names) ? names.kind : undefined;
  if (typeof group !== 'string' || typeof name !== 'string' || !Array.isArray(versions)) {
    throw notDefinition(source, 'its group, kind or versions are missing');
  }
  return versions.flatMap((version: unknown) => {
    const { name: of, schema } = isSchema(version) ? version : {};
    const { openAPIV3Schema } = isSchema(schema) ? schema : {};
    if (typeof of !== 'string' || !isSchema(openAPIV3Schema)) throw notDefinition(source, 'a version has no schema');
    return [{ kind: `${group}/${of}/${name}`, schema: openAPIV3Schema, source }];
  });
}

function notDefinition(source: string, what: string): Failure {
  return new Failure('configuration', `${source} is not a CustomResourceDefinition: ${what}.`, {
    place: { file: source },
    remedy: 'Put the definition there as the controller has it, or take the file away.',
  });
}

/** More than these nobody reads. */
const maxProblems = 20;

function problemsOf({ errors }: ValidateFunction): readonly SchemaProblem[] {
  return (errors ?? [])
    .filter(({ keyword }) => keyword !== 'anyOf')
    .slice(0, maxProblems)
    .map(problemOf);
}

function problemOf(error: ErrorObject): SchemaProblem {
  const path = pathOf(error.instancePath);
  const where = path.length === 0 ? 'the object' : path.join('.');
  const { keyword, params, parentSchema, message = 'does not fit' } = error;
  switch (keyword) {
    case 'additionalProperties': {
      const known = Object.keys(isSchema(parentSchema?.properties) ? parentSchema.properties : {});
      return {
        path: [...path, String(params.additionalProperty)],
        message: `${where} has no field "${params.additionalProperty}", and Flux refuses what has a field too many`,
        remedy: known.length === 0 ? 'Take it away.' : `Write one of ${known.join(', ')}, or take it away.`,
      };
    }
    case 'required':
      return { path, message: `${where} lacks "${params.missingProperty}"`, remedy: 'Add the field.' };
    case 'enum':
      return {
        path,
        message: `${where} is none of the values that it may have`,
        remedy: `Write one of ${params.allowedValues?.join(', ')}.`,
      };
    default:
      return { path, message: `${where} ${message}`, remedy: 'Write what the definition of this kind takes.' };
  }
}

const pathOf = (pointer: string): YamlPath =>
  pointer
    .split('/')
    .slice(1)
    .map((it) => it.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((it) => (/^\d+$/.test(it) ? Number(it) : it));

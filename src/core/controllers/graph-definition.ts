import { isMap } from 'yaml';
import { isMapping } from '../component/mapping.ts';
import { readDocuments } from '../document/read-documents.ts';
import { decodeUtf8 } from '../document/strict-yaml.ts';
import { Failure } from '../failure.ts';
import { parseSimpleSchema, type SchemaField } from './simple-schema.ts';

/** What a ResourceGraphDefinition of kro says about the kind that it defines. */
export interface GraphDefinition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** The parameters that have a default, with it. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Paths of the parameters that an instance must state. */
  readonly needed: readonly (readonly string[])[];
}

/**
 * Reads which kind a ResourceGraphDefinition defines, and what may be set in an instance.
 *
 * @param source For messages.
 * @throws {Failure} `content` when it is none, or its schema cannot be read.
 * @see https://kro.run/docs/concepts/rgd/schema
 */
export function parseGraphDefinition(bytes: Uint8Array, source: string): GraphDefinition {
  const refuse = (what: string): never => {
    throw new Failure('content', `${source} is no ResourceGraphDefinition that can be used: ${what}`, {
      remedy: 'Name another resource under "instance", or ask the provider for a version whose definition is right.',
    });
  };
  const text = decodeUtf8(bytes) ?? refuse('it is not UTF-8 text');
  const [found, second] = readDefinitions(text) ?? refuse('it is not YAML');
  if (!found) return refuse('it holds no ResourceGraphDefinition of kro.run');
  if (second) return refuse('it holds several, and one kind is wanted');
  const schema = isMapping(found.spec) ? found.spec.schema : undefined;
  if (!isMapping(schema)) return refuse('it has no spec.schema');
  const { apiVersion, kind, group = 'kro.run', scope = 'Namespaced', spec = {} } = schema;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof group !== 'string')
    return refuse('its schema has no apiVersion and kind');
  const fields = isMapping(spec) ? parseSimpleSchema(spec) : refuse('its schema has a spec that is no mapping');
  if (fields.kind === 'problem') return refuse(`in its schema, ${fields.message}`);
  return {
    apiVersion: `${group}/${apiVersion}`,
    kind,
    namespaced: scope !== 'Cluster',
    defaults: defaultsOf(fields.fields),
    needed: fields.fields.filter((it) => it.required && it.value === undefined).map(({ path }) => path),
  };
}

/** @returns All definitions in a text, as they are written; `undefined` when it is not YAML. */
export function readDefinitions(text: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  try {
    const documents = readDocuments(text);
    if (documents.some(({ errors }) => errors.length > 0)) return undefined;
    return documents.flatMap((document) => {
      const value: unknown = isMap(document.contents) ? document.toJS({ maxAliasCount: 100 }) : undefined;
      return isMapping(value) && isDefinition(value) ? [value] : [];
    });
  } catch {
    // Nested too deeply for the parser, or aliases without end.
    return undefined;
  }
}

const isDefinition = ({ apiVersion, kind }: Readonly<Record<string, unknown>>) =>
  kind === 'ResourceGraphDefinition' && typeof apiVersion === 'string' && apiVersion.startsWith('kro.run/');

function defaultsOf(fields: readonly SchemaField[]): Readonly<Record<string, unknown>> {
  const defaults: Record<string, unknown> = Object.create(null);
  for (const { path, value } of fields) {
    if (value === undefined) continue;
    let holder = defaults;
    for (const step of path.slice(0, -1)) holder = childOf(holder, step);
    holder[path.at(-1) ?? ''] = value;
  }
  return defaults;
}

function childOf(holder: Record<string, unknown>, key: string): Record<string, unknown> {
  const child = holder[key];
  if (isRecord(child)) return child;
  const made: Record<string, unknown> = Object.create(null);
  holder[key] = made;
  return made;
}

const isRecord = (value: unknown): value is Record<string, unknown> => isMapping(value);

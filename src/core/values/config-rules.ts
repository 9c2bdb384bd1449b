import { parseDocument } from 'yaml';
import { isMapping, type Mapping } from '../component/mapping.ts';
import { Failure } from '../failure.ts';
import { parseConfigData } from '../template/config-data.ts';

/** What a component says of its parameters, and of what goes into its manifests. */
export interface ConfigRules {
  readonly defaults: Mapping;
  /** As written; it may be anything. */
  readonly schema: unknown;
  readonly localization: readonly LocalizationRule[];
  readonly configuration: readonly ConfigurationRule[];
  /** Sentences on rules that are left out. */
  readonly problems: readonly string[];
}

/** What each field of a localization rule puts in place, of the reference to a resource. */
export const substitutedFields = ['registry', 'repository', 'fullyQualifiedRepository', 'image', 'tag'] as const;

export type SubstitutedField = (typeof substitutedFields)[number];

export type LocalizationRule =
  | {
      readonly kind: 'substitution';
      readonly resource: string;
      readonly file: string;
      /** Paths in the file, by what goes there. */
      readonly paths: readonly { readonly field: SubstitutedField; readonly path: string }[];
    }
  /** Computed by CUE. */
  | { readonly kind: 'mapping'; readonly file: string; readonly path: string };

export interface ConfigurationRule {
  readonly value: unknown;
  readonly file: string;
  readonly path: string;
}

export type ConfigReading =
  | { readonly kind: 'read'; readonly rules: ConfigRules }
  /** In words. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** Of each kind. The demo has three. */
const maxRules = 200;

/**
 * Reads ConfigData with its rules (ocm-domain.md 5.1). For those who explain: rules that are none are named and left out.
 *
 * @param source For messages: `the resource config`.
 */
export function readConfigRules(text: string, source: string): ConfigReading {
  try {
    const { defaults } = parseConfigData(Buffer.from(text), source);
    const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
    const data: unknown = document.toJS({ maxAliasCount: 100 });
    const configuration = mappingAt(data, 'configuration');
    const localization = readRules(mappingOf(data).localization, 'localization', readLocalizationRule);
    const configured = readRules(configuration.rules, 'configuration', readConfigurationRule);
    return {
      kind: 'read',
      rules: {
        defaults,
        schema: configuration.schema,
        localization: localization.rules,
        configuration: configured.rules,
        problems: [...localization.problems, ...configured.problems],
      },
    };
  } catch (error) {
    if (error instanceof Failure) return { kind: 'unreadable', why: error.message.replace(/\.$/, '') };
    // Too many aliases, or nested too deeply for the parser.
    return { kind: 'unreadable', why: `${source} is YAML that cannot be read with bounded means` };
  }
}

/** @returns Rules that share one block of values, as one. Nothing of them clashes: what is rendered is refused then. */
export function combineRules(all: readonly ConfigRules[]): ConfigRules {
  const schemas = all.map(({ schema }) => schema).filter((it) => it !== undefined && it !== null);
  return {
    defaults: Object.fromEntries(all.flatMap(({ defaults }) => Object.entries(defaults))),
    schema: schemas.length > 1 ? { allOf: schemas } : schemas[0],
    localization: all.flatMap(({ localization }) => localization),
    configuration: all.flatMap(({ configuration }) => configuration),
    problems: all.flatMap(({ problems }) => problems),
  };
}

const mappingOf = (data: unknown): Mapping => (isMapping(data) ? data : {});
const mappingAt = (data: unknown, key: string): Mapping => mappingOf(mappingOf(data)[key]);
const textIn = (data: Mapping, key: string): string => (typeof data[key] === 'string' ? data[key] : '');

function readRules<Rule>(data: unknown, what: string, read: (rule: Mapping) => Rule | undefined) {
  const all = Array.isArray(data) ? data : [];
  const found = all.slice(0, maxRules).map((it) => read(mappingOf(it)));
  const rules = found.filter((it) => it !== undefined);
  const broken = found.flatMap((it, index) => (it === undefined ? [index + 1] : []));
  const problems = [
    ...(data === undefined || data === null || Array.isArray(data) ? [] : [`its rules of ${what} are no list`]),
    ...(broken.length > 0
      ? [`${inWords(broken)} of ${what} ${broken.length > 1 ? 'name' : 'names'} no file or path`]
      : []),
    ...(all.length > maxRules ? [`of its ${all.length} rules of ${what} the first ${maxRules} are looked at`] : []),
  ];
  return { rules, problems };
}

const inWords = (numbers: readonly number[]): string =>
  numbers.length > 3 ? `${numbers.length} rules` : `rule ${numbers.join(', ')}`;

function readLocalizationRule(rule: Mapping): LocalizationRule | undefined {
  const file = textIn(rule, 'file');
  // A mapping goes before everything else in a rule.
  if (isMapping(rule.mapping)) {
    const path = textIn(rule.mapping, 'path');
    return file && path ? { kind: 'mapping', file, path } : undefined;
  }
  const resource = textIn(mappingAt(rule, 'resource'), 'name');
  const paths = substitutedFields.flatMap((field) => {
    const path = textIn(rule, field);
    return path ? [{ field, path }] : [];
  });
  return file && resource && paths.length > 0 ? { kind: 'substitution', resource, file, paths } : undefined;
}

function readConfigurationRule(rule: Mapping): ConfigurationRule | undefined {
  const [file, path] = [textIn(rule, 'file'), textIn(rule, 'path')];
  return file && path ? { value: rule.value ?? null, file, path } : undefined;
}

import { isMapping } from '../component/mapping.ts';
import { parseStrictYaml, type YamlPath } from '../document/strict-yaml.ts';
import type { Finding, Place } from '../failure.ts';
import { remember } from '../remember.ts';
import { readExpression } from './find-expression.ts';
import { templateFailure } from './template-failure.ts';
import type { TemplateFile } from './template-set.ts';

/** The file that says what a template set consists of. */
export const setFileName = 'set.yaml';

/** What `set.yaml` says. Texts that are expressions are still to be evaluated. */
export interface SetFile {
  /** Counts up with every change of what the set renders. */
  readonly version: number;
  /** Kinds of objects in namespaces that the set may render, as `apiVersion/kind`: `apps/v1/Deployment`, `v1/Secret`. */
  readonly kinds: readonly Placed<string>[];
  /** Kinds of objects without a namespace that the set may render. */
  readonly clusterKinds: readonly Placed<string>[];
  /** Namespaces that the objects may lie in; `undefined` for any. */
  readonly namespaces: readonly Placed<string>[] | undefined;
  readonly files: readonly SetFileEntry[];
  /** Template of what a new installation's block in the values file begins with. */
  readonly values: Placed<string> | undefined;
}

export interface SetFileEntry {
  readonly template: Placed<string>;
  readonly folder: 'components' | 'kustomizations';
  /** Below the folder. */
  readonly path: Placed<string>;
  /** Whether the file is rendered at all. */
  readonly when: Placed<string | boolean>;
  /** Expression of a list: the file is rendered once for each item. */
  readonly each: Placed<string> | undefined;
}

/** A value and where it stands. */
export interface Placed<T> {
  readonly value: T;
  readonly place: Place;
}

/** @throws {Failure} `template` with every problem and its place. */
export const parseSetFile = ({ text, source }: TemplateFile): SetFile => parseOnce(`${source}\n${text}`);

const parseOnce = remember((key) => {
  const end = key.indexOf('\n');
  return parse({ source: key.slice(0, end), text: key.slice(end + 1) });
});

function parse({ text, source }: TemplateFile): SetFile {
  const parsed = parseStrictYaml(text);
  if (parsed.kind === 'problems') {
    throw templateFailure(
      parsed.problems.map(({ message, line, column }) => ({ place: { file: source, line, column }, message })),
      source,
    );
  }
  const findings: Finding[] = [];
  const set = readSet({
    root: parsed.value,
    placeOf: (path) => ({ file: source, ...parsed.placeOf(path) }),
    report: (path, message, remedy) =>
      findings.push({ place: { file: source, ...parsed.placeOf(path) }, message, remedy }),
    reportKey: (path, message, remedy) =>
      findings.push({ place: { file: source, ...parsed.placeOfKey(path) }, message, remedy }),
  });
  if (findings.length > 0) throw templateFailure(findings, source);
  return set;
}

type Report = (path: YamlPath, message: string, remedy?: string) => void;

interface Reader {
  readonly root: unknown;
  readonly placeOf: (path: YamlPath) => Place;
  readonly report: Report;
  readonly reportKey: Report;
}

/** Group, version and kind of an object: `apps/v1/Deployment`. */
export const kindPattern = /^(?:[a-z0-9.-]+\/)?v[a-z0-9]+\/[A-Z][A-Za-z0-9]*$/;

function readSet(reader: Reader): SetFile {
  const set = readFields([], ['version', 'files'], ['kinds', 'clusterKinds', 'namespaces', 'values'], reader);
  const { version, values, namespaces } = set;
  if (version !== undefined && !(Number.isSafeInteger(version) && Number(version) >= 1)) {
    reader.report(['version'], `the version is ${JSON.stringify(version)}`, 'Write a whole number from 1 upwards.');
  }
  if (isMapping(reader.root) && set.kinds === undefined && set.clusterKinds === undefined) {
    reader.report([], 'there is no list of kinds', 'Name the kinds of objects that the set renders under "kinds".');
  }
  return {
    version: Number(version),
    kinds: readKinds(['kinds'], set.kinds, reader),
    clusterKinds: readKinds(['clusterKinds'], set.clusterKinds, reader),
    namespaces: namespaces === undefined ? undefined : readTexts(['namespaces'], namespaces, reader),
    files: readFiles(set.files, reader),
    values: values === undefined ? undefined : readText(['values'], values, reader),
  };
}

/** @returns The mapping at `path`, without prototype, after reporting keys that are missing or not known. */
function readFields(
  path: YamlPath,
  required: readonly string[],
  optional: readonly string[],
  { root, report, reportKey }: Reader,
): Readonly<Record<string, unknown>> {
  const value = path.reduce<unknown>(
    (it, step) => (isMapping(it) ? it[step] : Array.isArray(it) ? it[Number(step)] : undefined),
    root,
  );
  if (!isMapping(value)) {
    report(path, 'here must be a mapping', `Write ${required.map((it) => `${it}: …`).join(', ')}.`);
    return Object.create(null);
  }
  const known = [...required, ...optional];
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) reportKey([...path, key], `there is no "${key}" here`, `Use one of ${known.join(', ')}.`);
  }
  for (const key of required) {
    if (value[key] === undefined) report(path, `"${key}" is missing`, `Write ${key}: ….`);
  }
  return value;
}

function readKinds(path: YamlPath, value: unknown, reader: Reader): readonly Placed<string>[] {
  const kinds = value === undefined ? [] : readTexts(path, value, reader);
  for (const [index, kind] of kinds.entries()) {
    const written = kind.value !== '' && readExpression(kind.value).kind === 'none';
    if (written && !kindPattern.test(kind.value)) {
      reader.report(
        [...path, index],
        `${kind.value} is not a kind`,
        'Write apiVersion/kind, for example apps/v1/Deployment.',
      );
    }
  }
  return kinds;
}

function readTexts(path: YamlPath, value: unknown, reader: Reader): readonly Placed<string>[] {
  if (Array.isArray(value)) return value.map((item, index) => readText([...path, index], item, reader));
  reader.report(path, `"${path.at(-1)}" must be a list`, 'Write a list of texts.');
  return [];
}

function readText(path: YamlPath, value: unknown, { placeOf, report }: Reader): Placed<string> {
  const good = typeof value === 'string' && value !== '';
  if (!good)
    report(path, `here must be a text, not ${JSON.stringify(value)}`, 'Write a text, in quotes where it is a number.');
  return { value: good ? value : '', place: placeOf(path) };
}

function readFiles(value: unknown, reader: Reader): readonly SetFileEntry[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length === 0) {
    reader.report(['files'], 'the set has no files', 'List at least one file: template, folder, path.');
    return [];
  }
  return value.map((_, index) => readFile(['files', index], reader));
}

function readFile(path: YamlPath, reader: Reader): SetFileEntry {
  const {
    template,
    folder,
    path: target,
    when = true,
    each,
  } = readFields(path, ['template', 'folder', 'path'], ['when', 'each'], reader);
  if (folder !== undefined && folder !== 'components' && folder !== 'kustomizations') {
    reader.report(
      [...path, 'folder'],
      `there is no folder ${JSON.stringify(folder)}`,
      'Write components or kustomizations.',
    );
  }
  if (typeof when !== 'boolean' && typeof when !== 'string') {
    reader.report([...path, 'when'], `"when" is ${JSON.stringify(when)}`, 'Write an expression, true or false.');
  }
  return {
    template: template === undefined ? nowhere : readText([...path, 'template'], template, reader),
    folder: folder === 'kustomizations' ? folder : 'components',
    path: target === undefined ? nowhere : readText([...path, 'path'], target, reader),
    when: { value: typeof when === 'boolean' ? when : String(when), place: reader.placeOf([...path, 'when']) },
    each: each === undefined ? undefined : readText([...path, 'each'], each, reader),
  };
}

/** For what is missing, which has been reported. */
const nowhere: Placed<string> = { value: '', place: { file: '' } };

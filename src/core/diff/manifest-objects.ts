import { type Data, type DataMap, dataAt, isDataList, isDataMap, textAt } from './manifest-data.ts';
import { hideSecrets } from './manifest-secrets.ts';
import { shortText } from './manifest-text.ts';
import { type ReadingBudget, readYaml, type YamlReading } from './manifest-yaml.ts';

/** Files by path with their text; files that hold no objects count for nothing here. */
export type Manifests = ReadonlyMap<string, string>;

export interface ObjectName {
  /** Empty for settings that are no object of Kubernetes, such as those of a chart. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** An object of Kubernetes as a file declares it, without what must not be shown. */
export interface ManifestObject {
  readonly object: ObjectName;
  /** The part of apiVersion before the slash; empty for the core group. */
  readonly group: string;
  readonly content: DataMap;
  readonly path: string;
}

export interface UnreadableFile {
  readonly path: string;
  readonly why: string;
}

export interface ManifestSide {
  /** By group, kind, namespace and name: the version of an API is not part of what an object is. */
  readonly objects: ReadonlyMap<string, ManifestObject>;
  readonly unreadable: readonly UnreadableFile[];
  /** Paths of files that were not read: what they hold is not known. */
  readonly unread: ReadonlySet<string>;
  readonly truncated: boolean;
}

/** What both sides of one comparison share: limits, and what the same text was read as. */
export interface ManifestReader {
  readonly budget: ReadingBudget;
  readonly known: Map<string, FileReading>;
}

interface FileReading {
  /** `undefined` when the file could not be read. */
  readonly objects: readonly DataMap[] | undefined;
  /** What of it cannot be compared, and why. */
  readonly problems: readonly string[];
}

const notRead: FileReading = { objects: undefined, problems: [] };

const maxBytes = 5 * 1024 * 1024;

export function createManifestReader(): ManifestReader {
  return { budget: { values: 2_000_000, documents: 20_000 }, known: new Map() };
}

/** Reads all objects of one side, files in the order of their paths. Of an object that is declared twice the last one counts. */
export function readManifests(manifests: Manifests, reader: ManifestReader): ManifestSide {
  const objects = new Map<string, ManifestObject>();
  const unreadable: UnreadableFile[] = [];
  const unread = new Set<string>();
  let left = maxBytes;
  for (const [path, text] of manifestsInOrder(manifests)) {
    left -= Buffer.byteLength(text);
    const { objects: found, problems } = left < 0 ? notRead : readFile(text, reader);
    if (!found) unread.add(path);
    const told = [...(isOtherFile(path) ? [] : problems), ...addObjects(objects, found ?? [], path)];
    for (const why of told) unreadable.push({ path, why });
  }
  return { objects, unreadable, unread, truncated: left < 0 };
}

function manifestsInOrder(manifests: Manifests): readonly (readonly [string, string])[] {
  return [...manifests].filter(([, text]) => mayDeclare(text)).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** @returns Why objects that were there before do not count. */
function addObjects(
  objects: Map<string, ManifestObject>,
  contents: readonly DataMap[],
  path: string,
): readonly string[] {
  return contents.flatMap((content) => {
    const added = nameObject(content, path);
    const key = keyOf(added);
    const twin = objects.get(key);
    objects.set(key, added);
    return twin ? [twiceText(twin, path)] : [];
  });
}

/** Telling so takes a hundredth of the time of parsing. With a backslash or a tag any word can be written so that it is not found. */
function mayDeclare(text: string): boolean {
  return /\\|!!|!<|%TAG/.test(text) || (text.includes('apiVersion') && text.includes('metadata'));
}

/** Such files may show a manifest without being one. A path without an extension may be the place of a whole resource. */
function isOtherFile(path: string): boolean {
  const documentation = /\.(?:adoc|css|html?|md|rst|svg|txt|xml)$/i;
  const program = /\.(?:bash|go|java|js|mjs|ps1|py|rb|rs|sh|ts)$/i;
  const template = /\.(?:cue|gotmpl|json5|jsonnet|libsonnet|proto|rego|tf|tmpl|toml|tpl)$/i;
  return documentation.test(path) || program.test(path) || template.test(path);
}

function readFile(text: string, { budget, known }: ManifestReader): FileReading {
  const before = known.get(text);
  if (before !== undefined) return before;
  const reading = fileReadingOf(readYaml(text, budget));
  known.set(text, reading);
  return reading;
}

function fileReadingOf(reading: YamlReading): FileReading {
  if (reading.kind === 'unreadable') return { objects: undefined, problems: [reading.why] };
  const found = reading.documents.flatMap((it) => objectsOf(it));
  return {
    objects: found.filter((it) => typeof it !== 'string').map(hideSecrets),
    problems: [...new Set(found.filter((it) => typeof it === 'string'))],
  };
}

interface ObjectType {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * Objects of a list are objects of their own; those of a typed list may leave out their type. An item that is none, and an object
 * without a name, are given as a sentence.
 */
function objectsOf(data: Data, list?: { readonly type: ObjectType | undefined }): readonly (DataMap | string)[] {
  const type = typeOf(data, list?.type);
  if (!isDataMap(data) || !type) return list ? ['an item of a list that is no object'] : [];
  const items = data.get('items');
  if (!isDataList(items) || !areObjects(items, type.kind)) return objectOf(data, type);
  const typeOfItems = type.kind === 'List' ? undefined : { ...type, kind: type.kind.replace(/List$/, '') };
  const own = new Map<string, Data>(data);
  own.delete('items');
  return [
    ...items.flatMap((it) => objectsOf(it, { type: typeOfItems })),
    // What else a list says would go unseen; most have no name and say nothing.
    ...(nameOf(data) === undefined ? [] : objectOf(own, type)),
  ];
}

function typeOf(data: Data, ofItems: ObjectType | undefined): ObjectType | undefined {
  const kind = textAt(data, 'kind') ?? ofItems?.kind;
  const apiVersion = textAt(data, 'apiVersion') ?? ofItems?.apiVersion;
  return kind === undefined || apiVersion === undefined ? undefined : { apiVersion, kind };
}

function objectOf(data: DataMap, { apiVersion, kind }: ObjectType): readonly (DataMap | string)[] {
  if (nameOf(data) === undefined) return ['an object without a name'];
  const isTyped = data.get('apiVersion') === apiVersion && data.get('kind') === kind;
  return [isTyped ? data : new Map<string, Data>(data).set('apiVersion', apiVersion).set('kind', kind)];
}

/** Any object that has objects in `items` is a list: https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1/unstructured */
function areObjects(items: readonly Data[], kind: string): boolean {
  if (kind.endsWith('List')) return items.length === 0 || items.some(isDataMap);
  return items.some((it) => textAt(it, 'kind') !== undefined);
}

/** Of the name that a cluster makes up only the beginning is known. */
function nameOf(content: DataMap): string | undefined {
  const beginning = nameAt(content, 'generateName');
  return nameAt(content, 'name') ?? (beginning === undefined ? undefined : `${beginning}*`);
}

/** A name such as `y` or `1` is no text for all readers of YAML, and its object must not go unseen. */
function nameAt(content: DataMap, key: string): string | undefined {
  const found = dataAt(content, 'metadata', key);
  const isText = typeof found !== 'boolean' && typeof found !== 'number' && typeof found !== 'bigint';
  return isText ? textAt(content, 'metadata', key) : String(found);
}

function nameObject(content: DataMap, path: string): ManifestObject {
  const apiVersion = textAt(content, 'apiVersion') ?? '';
  const object: ObjectName = {
    apiVersion,
    kind: textAt(content, 'kind') ?? '',
    namespace: nameAt(content, 'namespace'),
    name: nameOf(content) ?? '',
  };
  const slash = apiVersion.indexOf('/');
  return { object, group: slash < 0 ? '' : apiVersion.slice(0, slash), content, path };
}

function keyOf({ group, object }: ManifestObject): string {
  return JSON.stringify([group, object.kind, object.namespace ?? '', object.name]);
}

function twiceText(twin: ManifestObject, path: string): string {
  const where = twin.path === path ? 'in this file' : `in ${shortText(twin.path)}`;
  return `${nameText(twin.object)} is declared before this ${where}; the last one counts`;
}

/** @returns Whether these are settings: they take no risk by themselves, nor do they show that there is none. */
export const isSettings = ({ apiVersion }: ObjectName): boolean => apiVersion === '';

/** @returns An object's name in a sentence: `Deployment default/podinfo`. */
export function nameText({ kind, namespace, name }: ObjectName): string {
  return `${shortText(kind)} ${namespace === undefined ? '' : `${shortText(namespace)}/`}${shortText(name)}`;
}

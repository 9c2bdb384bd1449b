import { type Data, type DataMap, dataAt, isDataList, isDataMap, textAt } from './manifest-data.ts';
import { hideSecrets } from './manifest-secrets.ts';
import { shortText } from './manifest-text.ts';
import { type ReadingBudget, readYaml, type YamlReading } from './manifest-yaml.ts';

/** Files by path with their text; files that hold no objects count for nothing here. */
export type Manifests = ReadonlyMap<string, string>;

export interface ObjectName {
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
  readonly known: Map<string, readonly DataMap[] | string>;
}

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
    const found = left < 0 ? undefined : readFile(text, reader);
    if (typeof found === 'object') {
      const twins = found.flatMap((content) => addObject(objects, nameObject(content, path)));
      unreadable.push(...twins.map((why) => ({ path, why })));
      continue;
    }
    unread.add(path);
    if (found !== undefined && !isOtherFile(path)) unreadable.push({ path, why: found });
  }
  return { objects, unreadable, unread, truncated: left < 0 };
}

function manifestsInOrder(manifests: Manifests): readonly (readonly [string, string])[] {
  return [...manifests].filter(([, text]) => mayDeclare(text)).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** @returns Why an object that was there before does not count. */
function addObject(objects: Map<string, ManifestObject>, added: ManifestObject): readonly string[] {
  const key = keyOf(added);
  const twin = objects.get(key);
  objects.set(key, added);
  return twin ? [twiceText(twin, added.path)] : [];
}

/** Telling so takes a hundredth of the time of parsing. With a backslash any word can be written so that it is not found. */
function mayDeclare(text: string): boolean {
  return text.includes('\\') || (text.includes('apiVersion') && text.includes('metadata'));
}

/** Such files may show a manifest without being one. A path without an extension may be the place of a whole resource. */
function isOtherFile(path: string): boolean {
  const documentation = /\.(?:adoc|css|html?|md|rst|svg|txt|xml)$/i;
  const program = /\.(?:bash|go|java|js|mjs|ps1|py|rb|rs|sh|ts)$/i;
  const template = /\.(?:cue|gotmpl|json5|jsonnet|libsonnet|proto|rego|tf|tmpl|toml|tpl)$/i;
  return documentation.test(path) || program.test(path) || template.test(path);
}

function readFile(text: string, { budget, known }: ManifestReader): readonly DataMap[] | string {
  const before = known.get(text);
  if (before !== undefined) return before;
  const objects = objectsOfReading(readYaml(text, budget));
  known.set(text, objects);
  return objects;
}

function objectsOfReading(reading: YamlReading): readonly DataMap[] | string {
  return reading.kind === 'unreadable'
    ? reading.why
    : reading.documents.flatMap((it) => objectsOf(it)).map(hideSecrets);
}

/** Objects of a list are objects of their own; those of a typed list may leave out their type. */
function objectsOf(data: Data, typed?: { readonly apiVersion: string; readonly kind: string }): readonly DataMap[] {
  if (!isDataMap(data)) return [];
  const kind = textAt(data, 'kind') ?? typed?.kind;
  const apiVersion = textAt(data, 'apiVersion') ?? typed?.apiVersion;
  if (kind === undefined || apiVersion === undefined) return [];
  const items = data.get('items');
  if (kind.endsWith('List') && isDataList(items)) {
    const type = kind === 'List' ? undefined : { apiVersion, kind: kind.slice(0, -'List'.length) };
    return items.flatMap((it) => objectsOf(it, type));
  }
  if (nameAt(data, 'name') === undefined) return [];
  return [typed ? new Map<string, Data>(data).set('apiVersion', apiVersion).set('kind', kind) : data];
}

/** A name such as `y` or `1` is no text for all readers of YAML, and its object must not go unseen. */
function nameAt(content: DataMap, key: string): string | undefined {
  const found = dataAt(content, 'metadata', key);
  return typeof found === 'boolean' || typeof found === 'number' ? String(found) : textAt(content, 'metadata', key);
}

function nameObject(content: DataMap, path: string): ManifestObject {
  const apiVersion = textAt(content, 'apiVersion') ?? '';
  const object: ObjectName = {
    apiVersion,
    kind: textAt(content, 'kind') ?? '',
    namespace: nameAt(content, 'namespace'),
    name: nameAt(content, 'name') ?? '',
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

/** @returns An object's name in a sentence: `Deployment default/podinfo`. */
export function nameText({ kind, namespace, name }: ObjectName): string {
  return `${shortText(kind)} ${namespace === undefined ? '' : `${shortText(namespace)}/`}${shortText(name)}`;
}

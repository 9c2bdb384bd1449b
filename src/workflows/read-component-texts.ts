import { readAll, readTar } from '../core/archive/tar.ts';
import { readAccess } from '../core/component/access.ts';
import type { CollectedVersion } from '../core/component/collected-version.ts';
import type { Resource } from '../core/component/component-descriptor.ts';
import { lookUpResource } from '../core/controllers/component-element.ts';
import { decodeUtf8 } from '../core/document/strict-yaml.ts';
import { isArtifactSetType } from '../core/trust/artifact-set.ts';
import { nodeHashOf } from '../core/trust/component-digest.ts';
import { Refusal } from '../core/trust/reason.ts';
import { readDigestRule } from '../core/trust/resource-digest.ts';
import type { ComponentRepository } from '../ports/component-repository.ts';
import { type DifferingPlace, isSameContent, type PlacedResource } from './differing-resources.ts';
import { readResourceBytes } from './read-resource.ts';

/** What lies in a component version as text that people can read. */
export interface ComponentTexts {
  /** By the resource's place; within it by the file's name, which is empty where the resource is no archive. */
  readonly resources: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Places of resources that are left out, with the reason. */
  readonly unread: ReadonlyMap<string, string>;
}

/** Of one resource, packed and unpacked. */
const maxBytes = 1024 * 1024;
const maxFiles = 500;
/** Of one component version with all that it refers to. */
const maxResources = 50;
/** Of all together, in characters: comparing takes a second for so much. */
export const maxText = 2 * 1024 * 1024;

/** Resources that the cluster does not apply: their digests tell all there is to tell. */
const compiled = /image|chart|executable/i;

/** The resources of two versions whose content differs and may be text. */
interface DifferingTexts {
  readonly before: readonly PlacedResource[];
  readonly after: readonly PlacedResource[];
  /** Places of those that are not even looked at, with the reason. */
  readonly unread: ReadonlyMap<string, string>;
}

/** @returns What of it may be text. */
export function selectTexts(places: readonly DifferingPlace[]): DifferingTexts {
  const found = { before: [] as PlacedResource[], after: [] as PlacedResource[], unread: new Map<string, string>() };
  for (const { place, ...sides } of places) {
    const [old, fresh] = [sides.before.filter(mayBeApplied), sides.after.filter(mayBeApplied)];
    if (isSameContent(old, fresh)) continue;
    const why = whyUnread([...old, ...fresh], Math.max(old.length, fresh.length));
    if (why !== undefined) found.unread.set(place, why);
    else {
      found.before.push(...old);
      found.after.push(...fresh);
    }
  }
  return found;
}

const mayBeApplied = ({ resource }: PlacedResource): boolean => !compiled.test(resource.type);

/** Two in one place cannot be told apart. */
function whyUnread(resources: readonly PlacedResource[], inOnePlace: number): string | undefined {
  if (inOnePlace > 1) return 'several resources are named so';
  const other = resources.find(({ resource }) => readAccess(resource.access).kind !== 'local');
  if (other) return `its content is behind an access of type ${other.resource.access.type}`;
  const set = resources.some(({ resource: { access } }) => {
    const target = readAccess(access);
    return target.kind === 'local' && isArtifactSetType(target.mediaType);
  });
  return set ? 'it is an OCI artifact' : undefined;
}

/** Resources by their paths, as far as they may be read as text. */
export interface NamedResources {
  readonly found: readonly PlacedResource[];
  /** Paths of those that cannot be read, with the reason. */
  readonly unread: ReadonlyMap<string, string>;
}

/** @param paths Of resources that are there: `resource`, or `reference/…/resource`. */
export function findNamedResources(root: CollectedVersion, paths: readonly string[]): NamedResources {
  const found: PlacedResource[] = [];
  const unread = new Map<string, string>();
  for (const place of new Set(paths)) {
    const named = lookUpResource(root, place);
    if (!named) continue;
    const { resource, version } = named;
    const why = whyUnread([{ component: version.component, resource, place }], 1);
    if (why === undefined) found.push({ component: version.component, resource, place });
    else unread.set(place, why);
  }
  return { found, unread };
}

/** @returns Texts of these places in one map: by place, with the file's name behind it where there is one. */
export function flattenTexts({ resources }: ComponentTexts, places: Iterable<string>): ReadonlyMap<string, string> {
  return new Map(
    [...new Set(places)].flatMap((place) =>
      [...(resources.get(place) ?? [])].map(
        ([name, text]) => [name === '' ? place : `${place}/${name}`, text] as const,
      ),
    ),
  );
}

/** Reads them, each by the digest that its component descriptor states. What is no text, or too much, is left out. */
export async function readComponentTexts(
  repository: ComponentRepository,
  resources: readonly PlacedResource[],
): Promise<ComponentTexts> {
  const read = new Map<string, ReadonlyMap<string, string>>();
  const unread = new Map<string, string>();
  for (const { place } of resources.slice(maxResources)) unread.set(place, `only ${maxResources} are compared`);
  let length = 0;
  for (const it of resources.slice(0, maxResources)) {
    try {
      const texts = await readTexts(repository, it);
      length += [...texts.values()].reduce((sum, text) => sum + text.length, 0);
      if (length > maxText)
        throw new Refusal('too-large', `all together is more than ${maxText / 1024 / 1024} MiB of text`);
      read.set(it.place, texts);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      unread.set(it.place, error.problem.message);
    }
  }
  return { resources: read, unread };
}

async function readTexts(
  repository: ComponentRepository,
  { component, resource }: PlacedResource,
): Promise<ReadonlyMap<string, string>> {
  if (!isStoredUnderItsDigest(resource)) throw new Refusal('malformed', 'its digest is not that of what is stored');
  const nothing = new Map<never, never>();
  const version = { problems: [], layers: nothing, siblings: nothing };
  const bytes = await readResourceBytes(
    { repository, component, version, maxUnpackedBytes: maxBytes },
    resource,
    maxBytes,
  );
  const texts = new Map<string, string>();
  if (!bytes) return texts;
  if (!isTar(bytes)) return texts.set('', textOf(bytes));
  for await (const { name, content } of readTar([bytes], { maxEntries: maxFiles }))
    texts.set(name, textOf(await readAll(content, maxBytes, name)));
  return texts;
}

/** What is read is found by the digest of the stored bytes: it is what was signed only when that is the digest of the resource, too. */
export function isStoredUnderItsDigest({ access, digest }: Resource): boolean {
  const target = readAccess(access);
  const rule = readDigestRule(digest);
  if (target.kind !== 'local' || rule.kind !== 'rule' || rule.over === 'artifact') return false;
  const [stored, second] = target.digests;
  return stored === `${nodeHashOf(rule.hash)}:${rule.value}` && second === undefined;
}

/** @see POSIX.1-2017, pax, "ustar Interchange Format": the field `magic`. */
const isTar = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(257, 262)).toString('latin1') === 'ustar';

/** @throws {Refusal} For what others may read as text, and is none here. */
export function textOf(bytes: Uint8Array): string {
  const text = decodeUtf8(hasByteOrderMark(bytes) ? bytes.subarray(3) : bytes);
  if (text === undefined || text.includes('\0')) throw new Refusal('malformed', 'it is no text in UTF-8');
  return text;
}

const hasByteOrderMark = (bytes: Uint8Array): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

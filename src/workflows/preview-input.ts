import type { CollectedVersion } from '../core/component/collected-version.ts';
import { type FoundResource, lookUpResource } from '../core/controllers/component-element.ts';
import type { Target } from '../core/controllers/target.ts';
import type { AddressedResource } from '../core/localization/localize.ts';
import type { PreviewInput, PreviewPart, ReadFiles, ReadText, ValuesTexts } from '../core/localization/preview.ts';
import type { Evidence, ReferenceEvidence } from '../core/trust/evidence.ts';
import type { PlacedResource } from './differing-resources.ts';
import { type ComponentTexts, findNamedResources, type NamedResources } from './read-component-texts.ts';

/** What a preview is about, beside the component versions. */
export interface PreviewSubject {
  /** Which resources are deployed, and by which configuration. */
  readonly target: Target;
  readonly values: ValuesTexts;
  /** Of the proposed version. */
  readonly evidence: Evidence;
  /** As the cluster reaches it: host and base path. */
  readonly registry: string;
}

/** @returns The resources whose texts a preview needs. */
export function previewedResources(collected: CollectedVersion, { target }: PreviewSubject): NamedResources {
  const paths = target.deployments.flatMap(({ resource, configuration }) =>
    configuration === undefined ? [] : [resource, configuration],
  );
  return findNamedResources(collected, [...paths, ...graphPathsOf(target)]);
}

/** In generation 2 everything that is deployed may be a definition of kro. */
function graphPathsOf({ generation, deployments, definition }: Target): readonly string[] {
  if (generation !== 2) return [];
  return [...new Set([...deployments.map(({ resource }) => resource), definition].filter((it) => it !== undefined))];
}

/** What was read of both versions for comparing them: what is the same in both is read of the proposed one alone. */
export interface ReadVersions {
  readonly installed: CollectedVersion | undefined;
  readonly old: ComponentTexts;
  readonly now: ComponentTexts;
  readonly differing: { readonly before: readonly PlacedResource[]; readonly unread: ReadonlyMap<string, string> };
  /** Paths of resources of the proposed version that cannot be read, with the reason. */
  readonly unread: ReadonlyMap<string, string>;
}

export function previewInput(
  collected: CollectedVersion,
  { installed, old, now, differing, unread }: ReadVersions,
  { target, values, evidence, registry }: PreviewSubject,
): PreviewInput {
  const differs = new Set(differing.before.map(({ place }) => place));
  const readBefore = (path: string) => (differs.has(path) ? old : now);
  const after: Reading = {
    textsOf: (path) => now.resources.get(path),
    whyNot: (path) => unread.get(path) ?? now.unread.get(path),
    evidence,
    registry,
  };
  const before: Reading = {
    registry,
    textsOf: (path) => readBefore(path).resources.get(path),
    whyNot: (path) => differing.unread.get(path) ?? readBefore(path).unread.get(path),
  };
  return {
    values,
    after: partsOf(collected, target, after),
    ...(installed && { before: partsOf(installed, target, before) }),
  };
}

interface Reading {
  readonly textsOf: (path: string) => ReadonlyMap<string, string> | undefined;
  readonly whyNot: (path: string) => string | undefined;
  readonly evidence?: Evidence;
  readonly registry: string;
}

function partsOf(collected: CollectedVersion, target: Target, reading: Reading): readonly PreviewPart[] {
  return [
    ...rulesPartsOf(collected, target, reading),
    ...graphPathsOf(target).flatMap((path) => graphPartOf(collected, path, reading) ?? []),
  ];
}

/** What is deployed as it is needs no rules. */
function rulesPartsOf(
  collected: CollectedVersion,
  { deployments, required }: Target,
  reading: Reading,
): readonly PreviewPart[] {
  return deployments.flatMap(({ resource: manifests, configuration: config }) => {
    if (config === undefined) return [];
    const [archive, rules] = [lookUpResource(collected, manifests), lookUpResource(collected, config)];
    if (!rules && !required) return [];
    return [
      {
        kind: 'rules',
        names: { manifests, config },
        config: readText(config, rules, reading),
        manifests: readFiles(manifests, archive, reading),
        resources: rules ? addressesOf(rules, reading.evidence) : [],
      } as const,
    ];
  });
}

function graphPartOf(
  collected: CollectedVersion,
  path: string,
  { textsOf, evidence, registry }: Reading,
): PreviewPart | undefined {
  const found = lookUpResource(collected, path);
  const texts = [...(textsOf(path)?.values() ?? [])].filter((it) => it.includes('ResourceGraphDefinition'));
  if (!found || texts.length === 0) return undefined;
  const { component } = found.version;
  return { kind: 'graph', file: path, texts, registry, component, resources: addressesOf(found, evidence) };
}

function readText(path: string, found: FoundResource | undefined, { textsOf, whyNot }: Reading): ReadText {
  if (!found) return { kind: 'missing' };
  const texts = textsOf(path);
  const text = texts?.get('');
  if (text !== undefined) return { kind: 'read', text };
  return { kind: 'unread', why: texts ? 'it is an archive of files' : (whyNot(path) ?? 'it was not read') };
}

function readFiles(path: string, found: FoundResource | undefined, { textsOf, whyNot }: Reading): ReadFiles {
  if (!found) return { kind: 'missing' };
  const texts = textsOf(path);
  if (!texts) return { kind: 'unread', why: whyNot(path) ?? 'it was not read' };
  if (texts.has('')) return { kind: 'unread', why: 'it is no archive of files, as the controller wants one' };
  return { kind: 'read', names: [...texts.keys()] };
}

/** Evidence has one entry per resource, in the order of the component descriptor; of a version that is repeated it has none. */
function addressesOf({ version, references }: FoundResource, root: Evidence | undefined): readonly AddressedResource[] {
  let evidence: Evidence | ReferenceEvidence | undefined = root;
  for (const reference of references) evidence = evidence?.references.find(({ name }) => name === reference.name);
  return (version.descriptor?.resources ?? []).map(({ name, access, digest }, index) => {
    const proof = evidence?.resources[index]?.proof;
    return { name, access, ...(digest && { digest }), ...(proof && { proof }) };
  });
}

import type { CollectedReference, CollectedVersion, ResourceContent } from '../core/component/collected-version.ts';
import type { ComponentDescriptor, ComponentReference, Resource } from '../core/component/component-descriptor.ts';
import { mapLimited } from '../core/map-limited.ts';
import { type Problem, Refusal } from '../core/trust/reason.ts';
import type { ComponentRepository } from '../ports/component-repository.ts';
import {
  type DescriptorAllowance,
  type ReadVersion,
  readComponentVersion,
  type WantedVersion,
} from './read-component-version.ts';
import { type ResourceReading, readResource, readResourceBytes } from './read-resource.ts';

export type CollectRequest = WantedVersion & {
  /** Paths of resources whose bytes are wanted, for rendering: `resource`, or `reference/…/resource`. */
  readonly readResources?: readonly string[];
  readonly limits?: Partial<CollectLimits>;
};

export interface CollectLimits {
  /** Of references below the component version. */
  readonly maxDepth: number;
  readonly maxVersions: number;
  /** Of all component descriptors together. */
  readonly maxDescriptorBytes: number;
  /** Of one resource that is wanted, packed and unpacked. */
  readonly maxResourceBytes: number;
  /** Of an archive of an OCI artifact, unpacked. */
  readonly maxUnpackedBytes: number;
}

const defaultLimits: CollectLimits = {
  maxDepth: 10,
  maxVersions: 200,
  maxDescriptorBytes: 2 * 1024 * 1024,
  maxResourceBytes: 4 * 1024 * 1024,
  maxUnpackedBytes: 8 * 1024 * 1024 * 1024,
};

/** Versions, and resources of one version, that are read at the same time; a registry's connection has its own limit. */
const concurrency = 8;

/**
 * Reads everything that a component version consists of, through all its references. What is wrong with the content is part of
 * the result; only what keeps it from being read at all is thrown.
 *
 * @throws {Failure} As the repository.
 */
export async function collectComponentVersion(
  repository: ComponentRepository,
  request: CollectRequest,
): Promise<CollectedVersion> {
  const { root, below, limits } = await readDescriptors(repository, request);
  const wanted = wantedByVersion(request.readResources ?? [], { root, below });
  const all = await mapLimited([root, ...below.values()], concurrency, (version) =>
    readContents(repository, version, { limits, readResources: wanted.get(keyOf(version.wanted)) ?? new Set() }),
  );
  const contents = new Map(all.map((it) => [keyOf(it.wanted), it]));
  return build(root, { contents, name: repository.name, limits });
}

/** @returns Names of the wanted resources by the version that has them. A path that leads nowhere is passed over. */
function wantedByVersion(paths: readonly string[], { root, below }: Descriptors): ReadonlyMap<string, Set<string>> {
  const wanted = new Map<string, Set<string>>();
  for (const path of paths) {
    const steps = path.split('/');
    const name = steps.pop() ?? '';
    let version: Version | undefined = root;
    for (const step of steps) {
      const reference: ComponentReference | undefined = version && referencesOf(version).find((it) => it.name === step);
      version = reference && below.get(keyOf({ component: reference.componentName, version: reference.version }));
    }
    if (!version) continue;
    const key = keyOf(version.wanted);
    wanted.set(key, (wanted.get(key) ?? new Set()).add(name));
  }
  return wanted;
}

/** As `collectComponentVersion`, without a look at any resource: for what was verified before. */
export async function collectDescriptors(
  repository: ComponentRepository,
  request: WantedVersion,
): Promise<CollectedVersion> {
  const { root, below, limits } = await readDescriptors(repository, request);
  const unread = { resources: [], contents: new Map<string, never>() };
  const contents = new Map([root, ...below.values()].map((it) => [keyOf(it.wanted), { ...it, ...unread }]));
  return build(root, { contents, name: repository.name, limits });
}

interface Descriptors {
  readonly root: Version;
  /** By component and version. */
  readonly below: ReadonlyMap<string, Version>;
}

async function readDescriptors(repository: ComponentRepository, request: CollectRequest) {
  const limits = { ...defaultLimits, ...request.limits };
  const allowance = { bytes: limits.maxDescriptorBytes };
  const root = { wanted: request, read: await readComponentVersion(repository, request, allowance) };
  return { root, below: await readReferenced(repository, root, { ...limits, allowance }), limits };
}

interface Version {
  readonly wanted: WantedVersion;
  readonly read: ReadVersion;
}

type VersionWithContents = Version & Pick<CollectedVersion, 'resources' | 'contents'>;

const askedFor = (wanted: WantedVersion): string => ('tag' in wanted ? wanted.tag : wanted.version);
const keyOf = (wanted: WantedVersion): string => `${wanted.component}:${askedFor(wanted)}`;

/** Reads the component versions that one refers to, level by level, each once; as deep and as many as the limits let. */
async function readReferenced(
  repository: ComponentRepository,
  root: Version,
  { maxDepth, maxVersions, allowance }: CollectLimits & { readonly allowance: DescriptorAllowance },
): Promise<ReadonlyMap<string, Version>> {
  const found = new Map<string, Version>();
  let level: readonly Version[] = [root];
  for (let depth = 1; depth <= maxDepth && level.length > 0; depth++) {
    const wanted = new Map<string, WantedVersion>();
    for (const { componentName: component, version } of level.flatMap(referencesOf)) {
      const key = keyOf({ component, version });
      if (key === keyOf(root.wanted) || found.has(key) || found.size + wanted.size >= maxVersions) continue;
      wanted.set(key, { component, version });
    }
    level = await mapLimited([...wanted.values()], concurrency, async (it) => ({
      wanted: it,
      read: await readComponentVersion(repository, it, allowance),
    }));
    for (const version of level) found.set(keyOf(version.wanted), version);
  }
  return found;
}

const referencesOf = ({ read }: Version): readonly ComponentReference[] => read.descriptor?.references ?? [];

interface Reading {
  readonly limits: CollectLimits;
  /** Names of resources whose bytes are kept. */
  readonly readResources: ReadonlySet<string>;
}

async function readContents(
  repository: ComponentRepository,
  { wanted, read }: Version,
  { limits, readResources }: Reading,
): Promise<VersionWithContents> {
  const { descriptor } = read;
  if (!descriptor) return { wanted, read, resources: [], contents: new Map() };
  const { component } = wanted;
  const reading = { repository, component, version: read, maxUnpackedBytes: limits.maxUnpackedBytes };
  const resources = await mapLimited(descriptor.resources, concurrency, (it) => readResource(reading, it));
  const kept = await keepBytes(reading, descriptor, { resources, readResources, maxBytes: limits.maxResourceBytes });
  return { wanted, read, ...kept };
}

interface Building {
  readonly contents: ReadonlyMap<string, VersionWithContents>;
  /** Of the repository. */
  readonly name: string;
  readonly limits: CollectLimits;
}

/** Puts together what was read. A version that is referred to twice is the same object; one that refers back is a problem. */
function build(root: Version, { contents, name, limits }: Building): CollectedVersion {
  const built = new Map<string, CollectedVersion>();
  return buildVersion(root, []);

  function buildVersion(version: Version, path: readonly string[]): CollectedVersion {
    const key = keyOf(version.wanted);
    const { component } = version.wanted;
    const { manifest, descriptor, problems, layers } = version.read;
    const { resources = [], contents: bytes = new Map<string, never>() } = contents.get(key) ?? {};
    const references = referencesOf(version).map((it) => buildReference(it, [...path, key]));
    const sizes = new Map([...layers].map(([digest, { size }]) => [digest, size]));
    const base = { component, version: askedFor(version.wanted), ...(manifest && { manifest }), sizes, problems };
    const collected = { ...base, ...(descriptor && { descriptor }), resources, references, contents: bytes };
    built.set(key, collected);
    return collected;
  }

  function buildReference(
    { componentName: component, version }: ComponentReference,
    path: readonly string[],
  ): CollectedReference {
    const key = keyOf({ component, version });
    if (path.includes(key)) return problem('reference-cycle', `it refers back: ${[...path, key].join(' > ')}`);
    const found = contents.get(key);
    if (!found) return problem('too-large', beyondLimits(path.length, limits));
    if (found.read.problems.some(({ code }) => code === 'version-not-found')) {
      return problem('reference-unresolved', `${name} does not have it`);
    }
    return { kind: 'collected', version: built.get(key) ?? buildVersion(found, path) };
  }
}

function beyondLimits(depth: number, { maxDepth, maxVersions }: CollectLimits): string {
  return depth > maxDepth
    ? `references are more than ${maxDepth} deep`
    : `references lead to more than ${maxVersions} component versions`;
}

function problem(code: Problem['code'], message: string): CollectedReference {
  return { kind: 'problem', problem: { code, message } };
}

interface Keeping {
  readonly resources: readonly ResourceContent[];
  readonly readResources: ReadonlySet<string>;
  readonly maxBytes: number;
}

/** Keeps the bytes of the wanted resources; those that cannot be kept get a problem in their place. */
async function keepBytes(
  reading: ResourceReading,
  { resources }: ComponentDescriptor,
  { resources: found, readResources, maxBytes }: Keeping,
): Promise<Pick<CollectedVersion, 'resources' | 'contents'>> {
  const contents = new Map<string, Uint8Array>();
  const keep = async (resource: Resource, content: ResourceContent): Promise<ResourceContent> => {
    if (!readResources.has(resource.name) || !isProved(resource, content)) return content;
    try {
      const bytes = await readResourceBytes(reading, resource, maxBytes);
      if (bytes) contents.set(resource.name, bytes);
      return content;
    } catch (error) {
      if (error instanceof Refusal) return { kind: 'problems', problems: [error.problem] };
      throw error;
    }
  };
  const kept: ResourceContent[] = [];
  for (const [index, resource] of resources.entries())
    kept.push(await keep(resource, found[index] ?? { kind: 'not-read' }));
  return { resources: kept, contents };
}

/** Only of the stored bytes themselves: an archive of an OCI artifact is not covered by the artifact's digest. */
function isProved({ digest }: Resource, content: ResourceContent): boolean {
  return content.kind === 'blob' && content.hash === digest?.value;
}

import type { CollectedReference, CollectedVersion, ResourceContent } from '../core/component/collected-version.ts';
import type { ComponentDescriptor, ComponentReference, Resource } from '../core/component/component-descriptor.ts';
import { mapLimited } from '../core/map-limited.ts';
import { type Problem, Refusal } from '../core/trust/reason.ts';
import type { ComponentRepository } from '../ports/component-repository.ts';
import { readComponentVersion, type WantedVersion } from './read-component-version.ts';
import { type ResourceReading, readResource, readResourceBytes } from './read-resource.ts';

export type CollectRequest = WantedVersion & {
  /** Names of resources whose bytes are wanted, for rendering. */
  readonly readResources?: readonly string[];
  readonly limits?: Partial<CollectLimits>;
};

export interface CollectLimits {
  /** Of references below the component version. */
  readonly maxDepth: number;
  readonly maxVersions: number;
  /** Of one resource that is wanted, packed and unpacked. */
  readonly maxResourceBytes: number;
  /** Of an archive of an OCI artifact, unpacked. */
  readonly maxUnpackedBytes: number;
}

const defaultLimits: CollectLimits = {
  maxDepth: 10,
  maxVersions: 200,
  maxResourceBytes: 4 * 1024 * 1024,
  maxUnpackedBytes: 8 * 1024 * 1024 * 1024,
};

/** Requests to a registry at the same time. */
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
  const limits = { ...defaultLimits, ...request.limits };
  const wanted = new Set(request.readResources ?? []);
  const collected = new Map<string, CollectedVersion>();
  return await collect(request, [], wanted);

  async function collect(
    version: WantedVersion,
    path: readonly string[],
    readResources: ReadonlySet<string>,
  ): Promise<CollectedVersion> {
    const read = await readComponentVersion(repository, version);
    const { component } = version;
    const { manifest, descriptor, problems } = read;
    const asked = 'tag' in version ? version.tag : version.version;
    const base = { component, version: asked, ...(manifest && { manifest }), problems };
    if (!descriptor) return { ...base, resources: [], references: [], contents: new Map() };
    const reading = { repository, component, version: read, maxUnpackedBytes: limits.maxUnpackedBytes };
    const resources = await mapLimited(descriptor.resources, concurrency, (it) => readResource(reading, it));
    const kept = await keepBytes(reading, descriptor, { resources, readResources, maxBytes: limits.maxResourceBytes });
    const references: CollectedReference[] = [];
    const here = [...path, `${component}:${asked}`];
    for (const reference of descriptor.references) references.push(await follow(reference, here));
    return { ...base, descriptor, references, ...kept };
  }

  async function follow(reference: ComponentReference, path: readonly string[]): Promise<CollectedReference> {
    const { componentName: component, version } = reference;
    const key = `${component}:${version}`;
    if (path.includes(key)) return problem('reference-cycle', `it refers back: ${[...path, key].join(' > ')}`);
    const known = collected.get(key);
    if (known) return { kind: 'collected', version: known };
    if (path.length > limits.maxDepth) return problem('too-large', `references are more than ${limits.maxDepth} deep`);
    if (collected.size >= limits.maxVersions) {
      return problem('too-large', `references lead to more than ${limits.maxVersions} component versions`);
    }
    const found = await collect({ component, version }, path, new Set());
    if (found.problems.some(({ code }) => code === 'version-not-found')) {
      return problem('reference-unresolved', `${repository.name} does not have it`);
    }
    collected.set(key, found);
    return { kind: 'collected', version: found };
  }
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

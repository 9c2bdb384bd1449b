import { hasNoContent, readAccess } from '../core/component/access.ts';
import type { CollectedVersion } from '../core/component/collected-version.ts';
import type { Resource } from '../core/component/component-descriptor.ts';
import type { ComponentName } from '../core/component/component-name.ts';

/** A resource of a component version, or of one that it refers to. */
export interface PlacedResource {
  readonly component: ComponentName;
  readonly resource: Resource;
  /** The references from the root, and the resource: `backend/manifests`. */
  readonly place: string;
  /** Of what is stored in the component version itself, in bytes. */
  readonly size?: number;
}

/** What two versions have in one place, where that differs: usually one resource on each side, or none. */
export interface DifferingPlace {
  readonly place: string;
  readonly before: readonly PlacedResource[];
  readonly after: readonly PlacedResource[];
}

/**
 * @param before `undefined` when there is nothing to compare with.
 * @returns The resources of two versions whose content differs, with those of the component versions that they refer to.
 */
export function findDifferingPlaces(
  before: CollectedVersion | undefined,
  after: CollectedVersion,
): readonly DifferingPlace[] {
  const [then, now] = [before ? findResources(before) : new Map<string, never>(), findResources(after)];
  return [...new Set([...now.keys(), ...then.keys()])]
    .map((place) => ({ place, before: then.get(place) ?? [], after: now.get(place) ?? [] }))
    .filter((it) => !isSameContent(it.before, it.after));
}

/** What has no digest may be anything. */
export function isSameContent(before: readonly PlacedResource[], after: readonly PlacedResource[]): boolean {
  const [old, now] = [before, after].map((all) => all.map(({ resource: { digest } }) => digest?.value ?? '').sort());
  return !(old?.includes('') || now?.includes('')) && old?.join() === now?.join();
}

function findResources(root: CollectedVersion): ReadonlyMap<string, readonly PlacedResource[]> {
  const found: PlacedResource[] = [];
  // One that several refer to is looked at once, or a few levels would come to millions.
  const seen = new Set<CollectedVersion>([root]);
  const queue: { readonly version: CollectedVersion; readonly path: readonly string[] }[] = [
    { version: root, path: [] },
  ];
  for (const { version, path } of queue) {
    const { component, descriptor, references } = version;
    for (const resource of (descriptor?.resources ?? []).filter((it) => !hasNoContent(it))) {
      const size = sizeOf(resource, version);
      found.push({
        component,
        resource,
        place: [...path, resource.name].join('/'),
        ...(size !== undefined && { size }),
      });
    }
    for (const [index, it] of references.entries()) {
      const name = descriptor?.references[index]?.name ?? '';
      if (it.kind === 'problem' || seen.has(it.version)) continue;
      seen.add(it.version);
      queue.push({ version: it.version, path: [...path, name] });
    }
  }
  return Map.groupBy(found, ({ place }) => place);
}

/** As the manifest states it: nothing has to be read for that. */
function sizeOf({ access }: Resource, { sizes }: CollectedVersion): number | undefined {
  const target = readAccess(access);
  if (target.kind !== 'local') return undefined;
  const stated = target.digests.map((it) => sizes?.get(it));
  return stated.reduce((sum, it) => (sum === undefined || it === undefined ? undefined : sum + it), 0);
}

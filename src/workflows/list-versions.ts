import type { ComponentName } from '../core/component/component-name.ts';
import { Failure } from '../core/failure.ts';
import type { Installation } from '../core/installation/installation.ts';
import { mapLimited } from '../core/map-limited.ts';
import { Refusal } from '../core/trust/reason.ts';
import type { ComponentRepositories, ComponentRepository, TagListing } from '../ports/component-repository.ts';

/** Tags by component and registry, each as asked for once in a pass; or why they could not be listed. */
export type Listings = ReadonlyMap<string, Listed>;

type Listed = ListedVersions | { readonly error: Failure | Refusal };

export interface ListedVersions {
  readonly listing: TagListing;
  /** Where it was listed: an archive that is replaced meanwhile is told by that. */
  readonly repository: ComponentRepository;
}

type Place = Pick<Installation, 'component' | 'registry'>;

/** Listings that are asked for at the same time; how many requests one host gets is for its connection to say. */
const concurrency = 16;

/**
 * Lists the versions of everything that is configured: one request for each component repository, however many installations have
 * it. What cannot be listed keeps only its own installations from going on.
 */
export async function listVersions(
  installations: readonly Place[],
  repositories: ComponentRepositories,
): Promise<Listings> {
  const places = new Map(installations.map((it) => [keyOf(it), it]));
  const entries = await mapLimited(
    [...places],
    concurrency,
    async ([key, place]): Promise<[string, Listed]> => [key, await list(place, repositories)],
  );
  return new Map(entries);
}

/** @returns The listing for an installation. @throws {Failure} or {Refusal} what kept it from being listed. */
export function listingOf(listings: Listings, installation: Place): ListedVersions {
  const listed = listings.get(keyOf(installation));
  if (!listed) throw new Error(`${installation.component} was not listed.`);
  if ('error' in listed) throw listed.error;
  return listed;
}

async function list({ component, registry }: Place, repositories: ComponentRepositories): Promise<Listed> {
  try {
    const repository = await repositories.open(registry.url);
    return { listing: await repository.listTags(component), repository };
  } catch (error) {
    if (error instanceof Failure || error instanceof Refusal) return { error };
    throw error;
  }
}

/** A component's name holds no blank. */
function keyOf({ component, registry }: { readonly component: ComponentName; readonly registry: Place['registry'] }) {
  return `${component} ${registry.url}`;
}

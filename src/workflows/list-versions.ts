import type { Installation } from '../core/installation/installation.ts';
import { mapLimited } from '../core/map-limited.ts';
import type { ComponentRepositories, ComponentRepository, TagListing } from '../ports/component-repository.ts';

/** What registries offer, by component and registry, each as asked for once in a pass. */
export interface Listings {
  /**
   * @returns The listing for an installation, once it is there.
   * @throws {Failure} or {Refusal} What kept it from being listed.
   */
  of(installation: Place): Promise<ListedVersions>;
}

export interface ListedVersions {
  readonly listing: TagListing;
  /** Where it was listed: an archive that is replaced meanwhile is told by that. */
  readonly repository: ComponentRepository;
}

type Listed = ListedVersions | { readonly error: unknown };

type Place = Pick<Installation, 'component' | 'registry'>;

/** Listings that one host is asked for at the same time; how many of these requests it gets at once is for its connection to say. */
const concurrency = 16;

/**
 * Begins to list the versions of everything that is configured, in the order of the installations: one request for each component
 * repository, however many installations have it. What cannot be listed keeps only its own installations from going on.
 */
export function listVersions(installations: readonly Place[], repositories: ComponentRepositories): Listings {
  const places = [...new Map(installations.map((it) => [keyOf(it), it]))];
  const listings = new Map(places.map(([key]) => [key, Promise.withResolvers<Listed>()]));
  // A host that does not answer holds up nothing but itself.
  for (const group of Map.groupBy(places, ([, { registry }]) => registry.url.split('/', 1)[0]).values()) {
    void mapLimited(group, concurrency, async ([key, place]) =>
      listings.get(key)?.resolve(await list(place, repositories)),
    );
  }
  return {
    of: async (installation) => {
      const listed = await listings.get(keyOf(installation))?.promise;
      if (!listed) throw new Error(`${installation.component} was not listed.`);
      if ('error' in listed) throw listed.error;
      return listed;
    },
  };
}

async function list({ component, registry }: Place, repositories: ComponentRepositories): Promise<Listed> {
  try {
    const repository = await repositories.open(registry.url);
    return { listing: await repository.listTags(component), repository };
  } catch (error) {
    return { error };
  }
}

/** A component's name holds no blank. */
const keyOf = ({ component, registry }: Place): string => `${component} ${registry.url}`;

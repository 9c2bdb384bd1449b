import { type AccessReference, parseArtifactReference } from '../../core/component/access.ts';
import { Failure } from '../../core/failure.ts';
import { Refusal } from '../../core/trust/reason.ts';
import type {
  ArtifactResult,
  ComponentRepositories,
  ComponentRepository,
  ReadResult,
  WantedContent,
} from '../../ports/component-repository.ts';

/** How registries of one name are reached. */
export interface Route {
  /** The name in the configuration. */
  readonly name: string;
  /** Opens a registry whose name begins with the route's. */
  open(registry: string): Promise<ComponentRepository>;
}

/**
 * Opens registries as they are configured. What a resource refers to in another configured registry is looked for there.
 *
 * @param findRoute Finds how a registry, or what lies in it, is reached.
 */
export function createConfiguredRepositories(
  findRoute: (registry: string) => Route | undefined,
): ComponentRepositories {
  async function open(registry: string): Promise<ComponentRepository> {
    const route = findRoute(registry);
    if (!route) throw notConfigured(registry);
    const repository = await route.open(registry);
    const opened = { repository, route };
    return {
      ...repository,
      findArtifact: (reference) => findArtifact(reference, opened),
      readReferenced: (reference, wanted) => readReferenced(reference, wanted, opened),
    };
  }

  /**
   * A component descriptor names hosts and paths as it likes: only what a configured name covers is asked, with that name's account.
   * An archive in the place of a registry that cannot be read proves nothing about what refers to it.
   */
  async function findArtifact(reference: AccessReference, { repository, route }: Opened): Promise<ArtifactResult> {
    if (reference.kind === 'relative') return repository.findArtifact(reference);
    const covering = findCovering(reference);
    if (!covering) return { kind: 'outside' };
    const own = covering.name === route.name ? await repository.findArtifact(reference) : undefined;
    return own && own.kind !== 'outside' ? own : await findIn(covering, reference);
  }

  /** As {@link findArtifact}. */
  async function readReferenced(
    reference: AccessReference,
    wanted: WantedContent,
    { repository, route }: Opened,
  ): Promise<ReadResult> {
    if (reference.kind === 'relative') return repository.readReferenced(reference, wanted);
    const covering = findCovering(reference);
    if (!covering) return { kind: 'missing' };
    if (covering.name === route.name) {
      const own = await repository.readReferenced(reference, wanted);
      if (own.kind !== 'missing') return own;
    }
    return (await covering.open(covering.name)).readReferenced(reference, wanted);
  }

  function findCovering({ text }: AccessReference): Route | undefined {
    const place = parseArtifactReference(text)?.repository;
    return place === undefined ? undefined : findRoute(place);
  }

  return { open };
}

interface Opened {
  readonly repository: ComponentRepository;
  readonly route: Route;
}

async function findIn(route: Route, reference: AccessReference): Promise<ArtifactResult> {
  try {
    return await (await route.open(route.name)).findArtifact(reference);
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'incomplete', problems: [error.problem] };
    throw error;
  }
}

function notConfigured(registry: string): Failure {
  const [host = registry] = registry.split('/');
  return new Failure('configuration', `The registry ${registry} is not in the server configuration.`, {
    remedy:
      `Add it under "registries": "${host}: {}" reads it over https without credentials,` +
      ` "${registry}: { archive: ./delivery.ctf }" puts an archive in its place.`,
  });
}

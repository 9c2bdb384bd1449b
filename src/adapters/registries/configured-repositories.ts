import { parseArtifactReference } from '../../core/component/access.ts';
import { Failure } from '../../core/failure.ts';
import { Refusal } from '../../core/trust/reason.ts';
import type { ArtifactResult, ComponentRepositories, ComponentRepository } from '../../ports/component-repository.ts';

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
    return { ...repository, findArtifact: (reference) => findArtifact(reference, repository) };
  }

  /** An archive in the place of another registry that cannot be read proves nothing about what refers to it. */
  async function findArtifact(
    reference: Parameters<ComponentRepository['findArtifact']>[0],
    repository: ComponentRepository,
  ): Promise<ArtifactResult> {
    const found = await repository.findArtifact(reference);
    const place = reference.kind === 'absolute' ? parseArtifactReference(reference.text)?.repository : undefined;
    const other = found.kind === 'outside' && place !== undefined ? findRoute(place) : undefined;
    if (!other) return found;
    try {
      return await (await other.open(other.name)).findArtifact(reference);
    } catch (error) {
      if (error instanceof Refusal) return { kind: 'incomplete', problems: [error.problem] };
      throw error;
    }
  }

  return { open };
}

function notConfigured(registry: string): Failure {
  const [host = registry] = registry.split('/');
  return new Failure('configuration', `The registry ${registry} is not in the server configuration.`, {
    remedy:
      `Add it under "registries": "${host}: {}" reads it over https without credentials,` +
      ` "${registry}: { archive: ./delivery.ctf }" puts an archive in its place.`,
  });
}

import { readArchive } from '../adapters/ctf/open-archive.ts';
import type { RegistryClient } from '../adapters/oci/registry-client.ts';
import type { ServerConfig } from '../config/server-config.ts';
import type { RegistryConnection } from '../config/server-connections.ts';
import { parseComponentPlace } from '../core/component/component-place.ts';
import { Failure } from '../core/failure.ts';
import { Refusal } from '../core/trust/reason.ts';
import type { CataloguedComponent, ComponentCatalog } from '../ports/component-catalog.ts';

/** What the configured registries hold, archives in their place included. */
export function createCatalog(
  { registries }: Pick<ServerConfig, 'registries'>,
  clientOf: (connection: RegistryConnection) => Promise<RegistryClient>,
): ComponentCatalog {
  const find = (registry: string): RegistryConnection => {
    const connection = registries.get(registry);
    if (connection) return connection;
    throw new Failure('configuration', `The registry ${registry} is not in the server configuration.`, {
      remedy: `Configured are ${[...registries.keys()].join(', ') || 'none'}.`,
    });
  };
  return {
    async list(registry) {
      const { archive, ...connection } = find(registry);
      if (archive !== undefined) {
        return [...(await readIndex(archive)).keys()].flatMap((it) => componentAt(registry, it));
      }
      const [host = '', ...path] = registry.split('/');
      const repositories = await (await clientOf({ ...connection, archive })).listRepositories();
      const below = path.length === 0 ? '' : `${path.join('/')}/`;
      return repositories?.filter((it) => it.startsWith(below)).flatMap((it) => componentAt(host, it));
    },
    async reach(registry) {
      const connection = find(registry);
      if (connection.archive !== undefined) await readIndex(connection.archive);
      else await (await clientOf(connection)).reach();
    },
  };
}

function componentAt(above: string, repository: string): readonly CataloguedComponent[] {
  const place = parseComponentPlace(repository);
  if (!place) return [];
  const { basePath, component } = place;
  return [{ registry: basePath === '' ? above : `${above}/${basePath}`, component }];
}

async function readIndex(archive: string) {
  try {
    return (await readArchive(archive)).index;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Failure('content', `The archive ${archive} cannot be read: ${error.message}.`, {
      remedy: 'Replicate the components anew.',
      cause: error,
    });
  }
}

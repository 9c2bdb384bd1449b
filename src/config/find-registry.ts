import type { ServerConfig } from './server-config.ts';
import type { RegistryConnection } from './server-connections.ts';

/**
 * Finds how a registry is reached.
 *
 * @param registry Host and base path, for example `registry.example.org/prod/acme`.
 * @returns The connection with the longest name that `registry` begins with, path segment by path segment, `undefined` when
 *   no connection covers it.
 */
export function findRegistry(
  { registries }: Pick<ServerConfig, 'registries'>,
  registry: string,
): RegistryConnection | undefined {
  for (let end = registry.length; end > 0; end = registry.lastIndexOf('/', end - 1)) {
    const connection = registries.get(registry.slice(0, end));
    if (connection) return connection;
  }
  return undefined;
}

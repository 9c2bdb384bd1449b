import { Failure } from '../../core/failure.ts';
import type { ComponentRepositories } from '../../ports/component-repository.ts';
import { type Archive, createArchiveRepository, readArchive } from './open-archive.ts';

/**
 * Puts archives in the place of registries.
 *
 * @param archives Path of the archive by registry name. The longest name that the asked registry begins with counts; what follows
 *   it is the base path inside the archive.
 */
export function createComponentRepositories(archives: ReadonlyMap<string, string>): ComponentRepositories {
  const opened = new Map<string, Archive>();
  const names = [...archives.keys()].toSorted((a, b) => b.length - a.length);

  async function openUnchanged(path: string): Promise<Archive> {
    const known = opened.get(path);
    if (known && !(await known.source.hasChanged())) return known;
    const archive = await readArchive(path);
    opened.set(path, archive);
    return archive;
  }

  return {
    open: async (registry) => {
      const name = names.find((it) => registry === it || registry.startsWith(`${it}/`));
      const path = name === undefined ? undefined : archives.get(name);
      if (name === undefined || path === undefined) throw notAvailable(registry);
      return createArchiveRepository(await openUnchanged(path), registry.slice(name.length + 1), registry);
    },
  };
}

function notAvailable(registry: string): Failure {
  return new Failure(
    'not-available',
    `The registry ${registry} cannot be reached: registries over the network come later.`,
    {
      remedy: `Put an archive in its place in the server configuration: registries: {${registry}: {archive: ./delivery.ctf}}.`,
    },
  );
}

import type { ApplicationsRepository } from '../config/server-connections.ts';
import { Failure } from '../core/failure.ts';

/** Where a repository lies on its forge. */
export interface PlaceOnForge {
  /** Of the forge, as people open it. */
  readonly address: string;
  readonly owner: string;
  readonly name: string;
}

const gitHub = 'https://github.com';

/**
 * Finds owner and name in the address that git uses: the last two parts of its path, behind that of the forge.
 *
 * @throws {Failure} `configuration` when the address has no such parts, or lies on another server than the forge.
 * @example placeOnForge({ url: 'git@git.example.org:platform/apps.git', … }) // { owner: 'platform', name: 'apps', … }
 */
export function placeOnForge({ name: called, url, forge, place }: ApplicationsRepository): PlaceOnForge {
  const address = forge.url ?? gitHub;
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*\//i, '').replace(/^[^/:]+:(?!\/\/)/, '');
  const parts = path
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .split('/')
    .filter((it) => it !== '');
  const [owner, name] = parts.slice(-2);
  if (owner === undefined || name === undefined || path === url) {
    throw new Failure('configuration', `The address of ${called} does not name an owner and a repository: ${url}`, {
      place,
      remedy: `Write it as ${address}/<owner>/<repository>.git, as the forge shows it for cloning.`,
    });
  }
  return { address, owner, name };
}

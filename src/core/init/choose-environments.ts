import type { FluxPath } from './read-manifest.ts';

/** An environment as the configuration names it. */
export interface ProposedEnvironment {
  readonly name: string;
  /** From the root of the repository, `.` for all of it. */
  readonly path: string;
}

/** The bot's own branches are called so. */
const reserved: ReadonlySet<string> = new Set(['init', 'state']);

/**
 * Finds the folders that are environments among those that Flux applies: not those that lead to others, by holding them or the
 * Kustomizations for them.
 *
 * @returns One `default` for the whole repository when Flux applies nothing that shows here.
 */
export function chooseEnvironments(fluxPaths: readonly FluxPath[]): readonly ProposedEnvironment[] {
  const paths = [...new Set(fluxPaths.map(({ path }) => path))].sort();
  const leadsOn = (path: string) =>
    fluxPaths.some((it) => it.path !== path && (isBelow(it.path, path) || isBelow(it.file, path)));
  const leaves = paths.filter((it) => !leadsOn(it));
  const chosen = leaves.length > 0 ? leaves : ['.'];
  const short = chosen.map(shortNameOf);
  return chosen.map((path, index) => {
    const name = short[index] ?? path;
    const isAlone = short.filter((it) => it === name).length === 1;
    return { name: isAlone ? name : nameFrom(path), path };
  });
}

/** @returns Whether a file or folder lies in a folder, at any depth. */
export function isBelow(path: string, folder: string): boolean {
  return folder === '.' ? path !== '.' : path.startsWith(`${folder}/`);
}

function shortNameOf(path: string): string {
  return path === '.' ? 'default' : nameFrom(path.split('/').at(-1) ?? path);
}

/** @returns A name of lower-case letters, digits and dashes. */
export function nameFrom(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);
  if (name === '') return 'unnamed';
  return reserved.has(name) ? `env-${name}` : name;
}

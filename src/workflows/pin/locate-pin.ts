import { Failure } from '../../core/failure.ts';
import type { Installation } from '../../core/installation/installation.ts';
import { configurationFolder } from '../../core/installation/places.ts';
import { findPins, type Pin } from '../../core/pin/find-pins.ts';
import type { RepositoryContent } from '../../ports/repository-content.ts';
import { type RepositoryState, readTexts } from '../observe-repository.ts';

/** The one object that deploys an installation's component, with the file that it stands in. */
export interface LocatedPin {
  readonly path: string;
  /** The whole file. */
  readonly text: string;
  readonly pin: Pin;
}

export interface Locating {
  readonly installation: Installation;
  readonly state: Pick<RepositoryState, 'commit' | 'tree' | 'installations'>;
  /** The file where it was before. */
  readonly before: string | undefined;
  readonly content: RepositoryContent;
}

interface Found {
  readonly located: readonly LocatedPin[];
  /** Files that name the component, and of which a part cannot be read. */
  readonly unreadable: readonly string[];
}

interface Remembered {
  readonly key: string;
  readonly found: Found;
}

/** By name of the installation. Most passes find the file, or all of the repository, as it was. */
const remembered = new WeakMap<RepositoryContent, Map<string, Remembered>>();

/**
 * Finds the one object below the environment's path that deploys the component. Where it was before is looked at first: only when
 * it is not there, all YAML files are read.
 *
 * @throws {Failure} `configuration` when there is none, or several.
 */
export async function locatePin(locating: Locating): Promise<LocatedPin> {
  const { installation, state, before, content } = locating;
  const known = remembered.get(content) ?? new Map<string, Remembered>();
  remembered.set(content, known);
  const find = async (key: string, read: () => Promise<Found>): Promise<Found> => {
    const last = known.get(installation.name);
    if (last?.key === key) return last.found;
    const found = await read();
    known.set(installation.name, { key, found });
    return found;
  };
  const { component, path } = installation;
  const blob = before === undefined ? undefined : state.tree.get(before)?.blob;
  const isBelow = before !== undefined && placesOf(locating)(before);
  const first = blob && isBelow ? await find(`${component} ${before} ${blob}`, () => search([before], locating)) : none;
  const found =
    first.located.length > 0
      ? first
      : await find(`${component} ${path} ${state.commit}`, () =>
          search([...state.tree.keys()].filter(placesOf(locating)), locating),
        );
  const [only, ...others] = found.located;
  if (!only) throw nothingFound(installation, found);
  if (others.length > 0) throw severalFound(installation, found);
  return only;
}

/**
 * Looks everywhere: the lock file only says where the manifest was when that was written, and people may have moved it since.
 *
 * @throws {Failure} `configuration` when manifests of people still deploy what is to be rendered.
 */
export async function refuseStillPinned(locating: Omit<Locating, 'before'>): Promise<void> {
  const { installation, state } = locating;
  const everywhere = { ...locating, before: undefined };
  const { located } = await search([...state.tree.keys()].filter(placesOf(everywhere)), everywhere);
  const [first] = located;
  if (!first) return;
  const { name, component } = installation;
  const { path, pin } = first;
  throw new Failure('configuration', `${name} is to be rendered, and is deployed by ${path}, which is yours.`, {
    place: { file: path, line: pin.line },
    remedy: `Set "manage: pin" again, or remove the ${pin.kind} from ${path}: both would deploy ${component}.`,
  });
}

const none: Found = { located: [], unreadable: [] };

/** What lies in the folder of an environment that has the same component belongs to that one. */
function placesOf({ installation, state }: Locating): (path: string) => boolean {
  const { component, path } = installation;
  const inner = state.installations
    .filter((it) => it.component === component && it.path !== path && isBelow(it.path, path))
    .map((it) => it.path);
  return (file) =>
    /\.ya?ml$/.test(file) &&
    isBelow(file, path) &&
    !isBelow(file, configurationFolder) &&
    !inner.some((it) => isBelow(file, it));
}

const isBelow = (path: string, folder: string) => folder === '' || path.startsWith(`${folder}/`);

async function search(paths: readonly string[], { installation, state, content }: Locating): Promise<Found> {
  const texts = await readTexts(content, state.tree, paths);
  const found = [...texts].map(([path, text]) => ({ path, text, ...findPins(text, installation.component) }));
  return {
    located: found.flatMap(({ path, text, pins }) => pins.map((pin) => ({ path, text, pin }))),
    unreadable: found.filter(({ unreadable }) => unreadable).map(({ path }) => path),
  };
}

function nothingFound({ name, component, path }: Installation, { unreadable }: Found): Failure {
  const where = path === '' ? 'this repository' : path;
  const broken = unreadable.length === 0 ? '' : ` ${shorten(unreadable)} name it, and cannot be read as YAML.`;
  return new Failure(
    'configuration',
    `No ComponentVersion or Component in ${where} deploys ${component}, so there is no version to change.${broken}`,
    { remedy: `Add one, or set "manage: render" for ${name} to have manifests rendered.` },
  );
}

function severalFound({ component, path }: Installation, { located }: Found): Failure {
  const [first] = located;
  const places = located.map(printPin);
  return new Failure('configuration', `${component} is deployed ${places.length} times: by ${shorten(places)}.`, {
    place: first && { file: first.path, line: first.pin.line },
    remedy: `Keep one of them in ${path === '' ? 'the repository' : path}, or give each an environment with a path of its own.`,
  });
}

const mostShown = 10;

function shorten(all: readonly string[]): string {
  const more = all.length > mostShown ? ` and ${all.length - mostShown} more` : '';
  return `${all.slice(0, mostShown).join(', ')}${more}`;
}

/** @returns `ComponentVersion in apps/podinfo.yaml:9` */
function printPin({ path, pin: { kind, line } }: LocatedPin): string {
  return `${kind} in ${path}:${line}`;
}

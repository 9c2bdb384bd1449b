import type { Finding, Place } from '../core/failure.ts';
import type { Installation } from '../core/installation/installation.ts';
import { componentsFolderOf } from '../core/installation/places.ts';
import { effective, type Subject } from './setting-levels.ts';

interface Resolved {
  readonly subject: Subject;
  readonly installation: Installation;
}

/** Something of the repository that one installation claims. */
interface Claim {
  readonly path: string;
  readonly name: string;
  readonly place: () => Place | undefined;
}

/** Finds files that two installations would both write, or that one would remove as not its own, and objects that both would. */
export function checkOwnership(resolved: readonly Resolved[]): readonly Finding[] {
  const byRepository = Map.groupBy(resolved, ({ subject }) => {
    const { repository = '', branch = '' } = subject.environment.content;
    return `${repository}\n${branch}`;
  });
  return [...byRepository.values()].flatMap((all) => {
    const group = all.filter(({ installation }) => installation.manage === 'render');
    const folders = group.map(folderClaim).toSorted(byPath);
    return [...nestedFolders(folders), ...sharedFiles(group), ...insideFolders(group, folders), ...sharedObjects(all)];
  });
}

/** The object to change is found by its component: there must be one application for it. */
function sharedObjects(group: readonly Resolved[]): readonly Finding[] {
  const sharing = Map.groupBy(group, ({ installation: { component, path } }) => `${component}\n${path}`);
  return [...sharing.values()].flatMap((some): readonly Finding[] => {
    const [pinned, ...others] = some.toSorted((a, b) => Number(isRendered(a)) - Number(isRendered(b)));
    if (!pinned || isRendered(pinned) || others.length === 0) return [];
    const { name, component, path } = pinned.installation;
    const names = [name, ...others.map(({ installation }) => installation.name)].join(' and ');
    return [
      {
        place: pinned.subject.application.placeOf(),
        message: `${names} both deploy ${component} in ${path || 'the root of the repository'}, and "manage: pin" changes the one object that does`,
        remedy: 'Keep one of these applications there.',
      },
    ];
  });
}

const isRendered = ({ installation }: Resolved) => installation.manage === 'render';

function folderClaim({ subject, installation }: Resolved): Claim {
  const place = () => subject.environment.placeOf('path');
  return { path: `${componentsFolderOf(installation)}/`, name: installation.name, place };
}

const byPath = (a: Claim, b: Claim) => (a.path < b.path ? -1 : Number(a.path > b.path));

/** Expects sorted claims, in which whatever lies in a folder follows it at once. */
function nestedFolders(folders: readonly Claim[]): readonly Finding[] {
  const findings: Finding[] = [];
  let outer: Claim | undefined;
  for (const claim of folders) {
    if (outer === undefined || !claim.path.startsWith(outer.path)) outer = claim;
    else {
      findings.push({
        place: claim.place(),
        message: `the folder ${claim.path.slice(0, -1)} of ${claim.name} lies in the folder of ${outer.name}, which owns all of it`,
        remedy: 'Give the environments paths of which none leads into "components" of another.',
      });
    }
  }
  return findings;
}

/** Blocks in a values file and files of Flux Kustomizations are told apart by the application's name only. */
function sharedFiles(group: readonly Resolved[]): readonly Finding[] {
  const owners = new Map<string, string>();
  const findings: Finding[] = [];
  for (const { subject, installation } of group) {
    const { valuesPath, flux, application, name } = installation;
    const places = [
      { setting: 'values', path: valuesPath, what: 'their values' } as const,
      ...(flux ? [{ setting: 'flux', path: flux.kustomizations, what: 'their Flux Kustomization' } as const] : []),
    ];
    for (const { setting, path, what } of places) {
      const key = `${setting}\n${path}\n${application}`;
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, name);
      else {
        findings.push({
          place: effective(subject.levels, setting).place() ?? subject.environment.placeOf('path'),
          message: `${owner} and ${name} both have ${what} as "${application}" in ${path || 'the root of the repository'}`,
          remedy: `Set "${setting}" in each environment, with another path.`,
        });
      }
    }
  }
  return findings;
}

/** The folder of an application is owned as a whole, and Flux applies what lies in it. */
function insideFolders(group: readonly Resolved[], folders: readonly Claim[]): readonly Finding[] {
  const owners = new Map(folders.map((it) => [it.path, it]));
  return group.flatMap(({ subject, installation }) => {
    const { valuesPath, flux } = installation;
    const claims = [
      { setting: 'values', path: valuesPath } as const,
      ...(flux ? [{ setting: 'flux', path: `${flux.kustomizations}/` } as const] : []),
    ];
    return claims.flatMap(({ setting, path }): readonly Finding[] => {
      const owner = parents(path)
        .map((it) => owners.get(it))
        .find((it) => it !== undefined);
      if (!owner) return [];
      return [
        {
          place: effective(subject.levels, setting).place() ?? subject.environment.placeOf('path'),
          message: `${setting} of ${installation.name} leads into ${owner.path.slice(0, -1)}, which ${owner.name} owns as a whole`,
          remedy: 'Write a path outside of "components".',
        },
      ];
    });
  });
}

/** @returns All folders above the path, with their slash: `a/`, `a/b/` for `a/b/c`. */
function parents(path: string): readonly string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1));
}

import type { ComponentName } from '../component/component-name.ts';
import { readPin } from '../pin/read-pin.ts';
import { parseConstraint } from '../version/constraint.ts';
import { isBelow, nameFrom, type ProposedEnvironment } from './choose-environments.ts';
import type { DeployedComponent } from './read-manifest.ts';

/** An application as the configuration is to name it. */
export interface ProposedApplication {
  readonly name: string;
  readonly component: ComponentName;
  /** Whether manifests of people deploy it in its environments, of which only the version is to be changed. */
  readonly pinned: boolean;
  /** `undefined` for all versions. */
  readonly versions: string | undefined;
  /** Environments, where it is not all of them. */
  readonly environments: readonly string[] | undefined;
  /** Names of the signatures that its manifests ask for; `undefined` where nothing deploys it yet. */
  readonly signatures: readonly string[] | undefined;
  /** Files that deploy it already. */
  readonly files: readonly string[];
}

interface Found {
  readonly components: readonly ComponentName[];
  readonly deployed: readonly DeployedComponent[];
  readonly environments: readonly ProposedEnvironment[];
}

/** Brings together what the registry holds and what manifests deploy, one application for each component. */
export function proposeApplications({ components, deployed, environments }: Found): readonly ProposedApplication[] {
  const all = [...new Set([...components, ...deployed.map(({ component }) => component)])].sort();
  return all.map((component) => {
    const objects = deployed.filter((it) => it.component === component);
    const names = environmentsOf(objects, environments);
    const pinned = names.length > 0;
    const ranges = objects.flatMap(rangeOf);
    return {
      name: nameOf(component, all),
      component,
      pinned,
      // What is pinned says which version runs, and not which may follow.
      versions: ranges.find((it) => !(pinned && it.isExact))?.versions,
      environments: names.length === 0 || names.length === environments.length ? undefined : names,
      signatures: objects.length === 0 ? undefined : signaturesOf(objects),
      files: [...new Set(objects.map(({ file }) => file))].sort(),
    };
  });
}

/** The last part of the component's name, and more of it where two would be called the same. */
function nameOf(component: ComponentName, all: readonly ComponentName[]): string {
  const parts = component.split('/');
  for (let count = 1; count < parts.length; count++) {
    const name = nameFrom(parts.slice(-count).join('-'));
    if (all.filter((it) => nameFrom(it.split('/').slice(-count).join('-')) === name).length === 1) return name;
  }
  return nameFrom(component);
}

function isConstraint(text: string): boolean {
  return text !== '*' && parseConstraint(text).kind === 'parsed';
}

function rangeOf({ kind, versions }: DeployedComponent) {
  if (versions === undefined || !isConstraint(versions)) return [];
  return [{ versions, isExact: readPin(kind === 'Component' ? 2 : 1, versions).kind === 'exact' }];
}

function signaturesOf(objects: readonly DeployedComponent[]): readonly string[] {
  return [...new Set(objects.flatMap(({ signatures }) => signatures.map(({ name }) => name)))].sort();
}

/** A subscription brings a component into the registry and deploys it nowhere. */
function environmentsOf(
  objects: readonly DeployedComponent[],
  environments: readonly ProposedEnvironment[],
): readonly string[] {
  const files = objects.filter(({ kind }) => kind !== 'ComponentSubscription').map(({ file }) => file);
  return environments.filter(({ path }) => files.some((it) => isBelow(it, path))).map(({ name }) => name);
}

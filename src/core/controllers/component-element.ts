import type { CollectedVersion } from '../component/collected-version.ts';
import type { ComponentReference, Resource } from '../component/component-descriptor.ts';
import { Failure } from '../failure.ts';

/** A resource of a component version or of one that it refers to, and the way there. */
export interface FoundResource {
  readonly resource: Resource;
  /** The references from the component version to the one that has the resource. */
  readonly references: readonly ComponentReference[];
  /** The component versions on the way, the one that has the resource being the last. */
  readonly versions: readonly CollectedVersion[];
  /** The component version that has it. */
  readonly version: CollectedVersion;
}

type Found =
  | { readonly kind: 'found'; readonly found: FoundResource }
  | { readonly kind: 'absent'; readonly message: string; readonly there: string };

/** @param path `resource`, or `reference/…/resource`. */
export function lookUpResource(collected: CollectedVersion, path: string): FoundResource | undefined {
  const result = walk(collected, path);
  return result.kind === 'found' ? result.found : undefined;
}

/** @throws {Failure} `content` when the component version has no such resource, or several, with those that it has. */
export function findResource(collected: CollectedVersion, path: string): FoundResource {
  const result = walk(collected, path);
  if (result.kind === 'found') return result.found;
  throw new Failure('content', `${result.message}, so that ${path} cannot be deployed; it has ${result.there}.`, {
    remedy: 'Name one of these under "deploy" or "instance", or ask the provider for a version that has it.',
  });
}

function walk(root: CollectedVersion, path: string): Found {
  const steps = path.split('/');
  const name = steps.pop() ?? '';
  const references: ComponentReference[] = [];
  const versions = [root];
  let version = root;
  for (const step of steps) {
    const next = follow(version, step);
    if ('there' in next) return next;
    references.push(next.reference);
    version = next.version;
    versions.push(version);
  }
  const all = version.descriptor?.resources ?? [];
  const [resource, second] = all.filter((it) => it.name === name);
  if (resource && !second) return { kind: 'found', found: { resource, references, versions, version } };
  const names = [...namesOf(all), ...namesOf(version.descriptor?.references ?? []).map((it) => `${it}/…`)];
  return absent(version, { what: 'resource', name, several: second !== undefined, names });
}

type Absent = Extract<Found, { kind: 'absent' }>;

function follow(
  version: CollectedVersion,
  name: string,
): Absent | { readonly reference: ComponentReference; readonly version: CollectedVersion } {
  const all = version.descriptor?.references ?? [];
  const [found, second] = all.flatMap((reference, index) =>
    reference.name === name ? [{ reference, collected: version.references[index] }] : [],
  );
  if (found && !second && found.collected?.kind === 'collected')
    return { reference: found.reference, version: found.collected.version };
  return absent(version, { what: 'reference', name, several: second !== undefined, names: namesOf(all) });
}

const namesOf = (elements: readonly { readonly name: string }[]) => [...new Set(elements.map(({ name }) => name))];

const mostShown = 20;

interface Absence {
  readonly what: 'resource' | 'reference';
  readonly name: string;
  readonly several: boolean;
  readonly names: readonly string[];
}

function absent({ component, version, descriptor }: CollectedVersion, { what, name, several, names }: Absence): Absent {
  const where = `${component}:${descriptor?.version ?? version}`;
  const shown = names.slice(0, mostShown).join(', ') + (names.length > mostShown ? ' and more' : '');
  const message = several ? `${where} has several ${what}s ${name}` : `${where} has no ${what} ${name}`;
  return { kind: 'absent', message, there: shown === '' ? 'none at all' : shown };
}

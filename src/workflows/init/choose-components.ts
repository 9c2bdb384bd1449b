import type { ComponentName } from '../../core/component/component-name.ts';
import { Failure } from '../../core/failure.ts';
import type { DeployedComponent } from '../../core/init/read-manifest.ts';
import type { CataloguedComponent, ComponentCatalog } from '../../ports/component-catalog.ts';

interface Chosen {
  readonly registry: string;
  readonly components: readonly ComponentName[];
}

/** What whoever asks says about it. */
export interface DeliverySource {
  /** Names of the server configuration. */
  readonly registries: readonly string[];
  /** Host and base path; chosen among what is there when not given. */
  readonly registry: string | undefined;
  /** Instead of what the registry lists. */
  readonly components: readonly ComponentName[];
}

/**
 * Finds the registry that the repository is delivered from, and what lies there. Components that are named count alone.
 *
 * @throws {Failure} `configuration` when there are several, or none that can be found out about.
 */
export async function chooseComponents(
  deployed: readonly DeployedComponent[],
  catalog: ComponentCatalog,
  asked: DeliverySource,
): Promise<Chosen> {
  const names = asked.registries.filter((it) => asked.registry === undefined || covers(it, asked.registry));
  if (names.length === 0) throw noRegistry(asked);
  const listed = await listAll(names, catalog);
  const registry = asked.registry ?? chooseRegistry(deployed, { ...asked, ...listed });
  if (asked.components.length > 0) return { registry, components: asked.components };
  return { registry, components: listed.found.filter((it) => it.registry === registry).map((it) => it.component) };
}

interface Listed {
  readonly found: readonly CataloguedComponent[];
  /** Registries that do not list what they have. */
  readonly silent: readonly string[];
}

async function listAll(names: readonly string[], catalog: ComponentCatalog): Promise<Listed> {
  const found: CataloguedComponent[] = [];
  const silent: string[] = [];
  for (const name of names) {
    const components = await catalog.list(name);
    if (components) found.push(...components);
    else silent.push(name);
  }
  return { found, silent };
}

/** Where components were found, or what manifests name; the configured one where it is alone. */
function chooseRegistry(
  deployed: readonly DeployedComponent[],
  { registries, found, silent }: DeliverySource & Listed,
): string {
  const named = deployed
    .flatMap(({ registry }) => registry ?? [])
    .filter((it) => registries.some((name) => covers(name, it)));
  const [first, ...others] = new Set(named.length > 0 ? named : found.map(({ registry }) => registry));
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) throw several([first, ...others]);
  const [only, ...more] = registries;
  if (only !== undefined && more.length === 0) return only;
  const where = silent.length > 0 ? `; ${silent.join(', ')} does not list what it has` : '';
  throw new Failure('configuration', `No component was found in ${registries.join(', ')}${where}.`, {
    remedy: 'Say where they lie with --registry HOST/PATH, and which they are with --component NAME.',
  });
}

const covers = (name: string, registry: string) => registry === name || registry.startsWith(`${name}/`);

function several(registries: readonly string[]): Failure {
  return new Failure('configuration', `Components lie in several registries: ${registries.join(', ')}.`, {
    remedy: 'Say which one this repository is delivered from with --registry.',
  });
}

function noRegistry({ registry, registries }: DeliverySource): Failure {
  const what = registry === undefined ? 'names no registry' : `does not cover the registry ${registry}`;
  return new Failure('configuration', `The server configuration ${what}.`, {
    remedy: `Add it under "registries"${registries.length > 0 ? `, beside ${registries.join(', ')}` : ''}.`,
  });
}

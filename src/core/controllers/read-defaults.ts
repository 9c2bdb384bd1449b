import type { CollectedVersion } from '../component/collected-version.ts';
import { Failure } from '../failure.ts';
import { parseConfigData } from '../template/config-data.ts';
import { sameData } from '../template/json-data.ts';
import { lookUpResource } from './component-element.ts';
import type { Target } from './target.ts';

/**
 * Reads the parameters of everything that is deployed: they share one block of the values file.
 *
 * @returns `undefined` when none of it has configuration.
 * @throws {Failure} `content` when a configuration cannot be used, or two of them have other defaults for one parameter.
 */
export function readDefaults(
  { deployments }: Target,
  collected: CollectedVersion,
): Readonly<Record<string, unknown>> | undefined {
  const merged: Record<string, unknown> = Object.create(null);
  const origins = new Map<string, string>();
  const paths = new Set(deployments.flatMap(({ configuration }) => configuration ?? []));
  let found = false;
  for (const path of paths) {
    const bytes = readContentAt(collected, path);
    if (!bytes) continue;
    found = true;
    const { defaults } = parseConfigData(bytes, `the resource ${path} of ${collected.component}:${collected.version}`);
    for (const [name, value] of Object.entries(defaults)) {
      const other = origins.get(name);
      if (other !== undefined && !sameData(merged[name], value)) throw clash(name, [other, path]);
      origins.set(name, path);
      merged[name] = value;
    }
  }
  return found ? merged : undefined;
}

/** @returns The bytes of a resource that was asked for; `undefined` when there are none, or none that are proved. */
export function readContentAt(collected: CollectedVersion, path: string): Uint8Array | undefined {
  const found = lookUpResource(collected, path);
  return found?.version.contents.get(found.resource.name);
}

function clash(name: string, [one, other]: readonly [string, string]): Failure {
  const message = `The configurations ${one} and ${other} have different defaults for the parameter ${name}, and share one block of values.`;
  return new Failure('content', message, {
    remedy: 'Deploy them as two applications, or ask the provider for one name each.',
  });
}

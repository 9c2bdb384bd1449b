import { isMapping } from '../component/mapping.ts';
import { parseStrictYaml } from '../document/strict-yaml.ts';
import { Failure } from '../failure.ts';
import type { FileSet } from '../repository/commit.ts';
import type { GraphDefinition } from './graph-definition.ts';

/**
 * The API server would refuse an instance without what its kind asks for, and with it everything of the same Kustomization.
 *
 * @throws {Failure} `configuration` with what is missing.
 */
export function refuseIncompleteInstance({ apiVersion, kind, needed }: GraphDefinition, files: FileSet): void {
  for (const [path, text] of files) {
    const parsed = needed.length > 0 && text.includes(kind) ? parseStrictYaml(text) : undefined;
    const object = parsed?.kind === 'parsed' && isMapping(parsed.value) ? parsed.value : {};
    if (object.apiVersion !== apiVersion || object.kind !== kind) continue;
    const missing = needed.filter((steps) => isMissing(object.spec, steps)).map((steps) => `spec.${steps.join('.')}`);
    if (missing.length === 0) continue;
    const name = path.split('/').at(-1);
    throw new Failure('configuration', `A ${kind} needs ${missing.join(', ')}, for which it has no default.`, {
      remedy: `Put a ${name} with a value into the folder of the template set below .consignee/templates.`,
    });
  }
}

/** What an absent mapping would need is not asked for. */
function isMissing(spec: unknown, steps: readonly string[]): boolean {
  let holder: unknown = spec ?? {};
  for (const step of steps.slice(0, -1)) holder = isMapping(holder) ? holder[step] : undefined;
  return isMapping(holder) && holder[steps.at(-1) ?? ''] === undefined;
}

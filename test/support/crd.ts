import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createObjectCheck, type DefinitionFile } from '../../src/core/schema/object-check.ts';

/** The definitions lie beside the checkout where there is such a folder; the product carries none of them. */
const folder = fileURLToPath(new URL('../../../shared/crds/', import.meta.url));

export const crdsAreThere = existsSync(folder);

/** @returns The definitions of one or more controllers. */
export function crdFiles(...controllers: readonly string[]): readonly DefinitionFile[] {
  return controllers.flatMap((controller) =>
    globSync('*.yaml', { cwd: join(folder, controller) }).map((file) => ({
      source: `${controller}/${file}`,
      text: readFileSync(join(folder, controller, file), 'utf8'),
    })),
  );
}

/** @returns A check that lists what is wrong with an object by the definitions of one or more controllers. */
export function crdCheck(...controllers: readonly string[]): (object: unknown) => readonly string[] {
  const check = createObjectCheck(crdFiles(...controllers));
  return (object) => check(object as Readonly<Record<string, unknown>>).map(({ message }) => message);
}

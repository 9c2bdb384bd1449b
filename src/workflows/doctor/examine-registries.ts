import type { ConfiguredInstallation } from '../../core/installation/installation.ts';
import type { ComponentCatalog } from '../../ports/component-catalog.ts';
import type { ComponentRepositories } from '../../ports/component-repository.ts';
import { about, type Examination, examine } from './examination.ts';

/** Lists the versions of every component that is to be installed: what a pass does first. */
export async function examineComponents(
  installations: readonly ConfiguredInstallation[],
  repositories: ComponentRepositories,
): Promise<readonly Examination[]> {
  const wanted = new Map(
    installations.map((it) => [`${it.registry.url}//${it.component}`, { registry: it.registry.url, it }]),
  );
  const all: Examination[] = [];
  for (const [where, { registry, it }] of wanted) {
    const found = await examine({ check: 'component', where }, async () => {
      const { tags, complete } = await (await repositories.open(registry)).listTags(it.component);
      const component = about({ check: 'component', where });
      const count = `${tags.size}${complete ? '' : ' or more'} ${tags.size === 1 ? 'tag' : 'tags'}`;
      if (tags.size > 0) return [component.ok(`It can be read, and has ${count}.`)];
      return [
        component.warning('It has no version.', 'Check its name and the registry, and whether it was replicated.'),
      ];
    });
    all.push(...found);
  }
  return all;
}

/** Asks the other registries, which nothing is installed from. */
export async function examineRegistries(
  names: readonly string[],
  catalog: ComponentCatalog,
): Promise<readonly Examination[]> {
  const all: Examination[] = [];
  for (const where of names) {
    const found = await examine({ check: 'registry', where }, async () => {
      await catalog.reach(where);
      return [about({ check: 'registry', where }).ok('It answers, and takes the credentials.')];
    });
    all.push(...found);
  }
  return all;
}

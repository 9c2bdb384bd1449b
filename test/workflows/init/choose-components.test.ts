import { expect, test } from 'vitest';
import { type ComponentName, parseComponentName } from '../../../src/core/component/component-name.ts';
import type { DeployedComponent } from '../../../src/core/init/read-manifest.ts';
import { chooseComponents, type DeliverySource } from '../../../src/workflows/init/choose-components.ts';

function name(text: string): ComponentName {
  const found = parseComponentName(text);
  if (!found) throw new Error(`${text} is no name`);
  return found;
}

const web = name('acme.example/web');
const host = 'registry.example.org';

interface Case {
  /** Registries with a component, by configured name; `undefined` for one that gives no list. */
  readonly listed: Readonly<Record<string, readonly string[] | undefined>>;
  readonly deployedFrom?: string;
  readonly asked?: Partial<DeliverySource>;
}

function choose({ listed, deployedFrom, asked }: Case) {
  const deployed: readonly DeployedComponent[] =
    deployedFrom === undefined
      ? []
      : [{ component: web, kind: 'Component', file: 'a', registry: deployedFrom, versions: undefined, signatures: [] }];
  const catalog = {
    list: async (registry: string) => listed[registry]?.map((it) => ({ registry: it, component: web })),
    reach: async () => undefined,
  };
  const source = { registries: Object.keys(listed), registry: undefined, components: [], ...asked };
  return chooseComponents(deployed, catalog, source);
}

test.each<[string, Case, string, number]>([
  ['the one place where components lie', { listed: { [host]: [`${host}/consumer`] } }, `${host}/consumer`, 1],
  [
    'the place that manifests name, among several',
    { listed: { [host]: [`${host}/dev`, `${host}/prod`] }, deployedFrom: `${host}/prod` },
    `${host}/prod`,
    1,
  ],
  [
    'the place that is asked for',
    { listed: { [host]: [`${host}/dev`, `${host}/prod`] }, asked: { registry: `${host}/dev` } },
    `${host}/dev`,
    1,
  ],
  ['the one configured registry, where none lists', { listed: { [`${host}/a`]: undefined } }, `${host}/a`, 0],
  ['the one that lists nothing', { listed: { [`${host}/a`]: [] } }, `${host}/a`, 0],
  [
    'what is named, whatever lies there',
    { listed: { [host]: [`${host}/dev`] }, asked: { components: [name('acme.example/db')] } },
    `${host}/dev`,
    1,
  ],
])('%s', async (_, given, registry, count) => {
  const chosen = await choose(given);
  expect([chosen.registry, chosen.components.length]).toEqual([registry, count]);
});

test('components that are named count alone', async () => {
  const db = name('acme.example/db');
  expect((await choose({ listed: { [host]: [`${host}/dev`] }, asked: { components: [db] } })).components).toEqual([db]);
});

test.each<[string, Case, RegExp]>([
  ['several places', { listed: { [host]: [`${host}/dev`, `${host}/prod`] } }, /several registries: .*\/dev, .*\/prod/],
  ['several registries without a list', { listed: { a: undefined, b: undefined } }, /a, b does not list what it has/],
  ['no registry', { listed: {} }, /names no registry/],
  ['one that no name covers', { listed: { [host]: [] }, asked: { registry: 'other.example' } }, /does not cover/],
  [
    'one whose name only begins alike',
    { listed: { [`${host}/a`]: [] }, asked: { registry: `${host}/ab` } },
    /does not/,
  ],
])('%s are asked about', async (_, given, message) => {
  await expect(choose(given)).rejects.toThrow(message);
});

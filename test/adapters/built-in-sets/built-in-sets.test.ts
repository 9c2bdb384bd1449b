import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBuiltInSets } from '../../../src/adapters/built-in-sets/built-in-sets.ts';

const templates = new URL('../../../templates/manifests/', import.meta.url);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'built-in-sets-'));
  const set = join(fileURLToPath(templates), 'ocm-controller');
  await cp(set, join(folder, 'ocm-controller@1'), { recursive: true });
  await cp(set, join(folder, 'ocm-controller'), { recursive: true });
  await writeFile(
    join(folder, 'ocm-controller', 'set.yaml'),
    'version: 2\nkinds: [v1/Secret]\nfiles: [{ template: a.yaml, folder: components, path: a.yaml }]\n',
  );
});
afterAll(() => rm(folder, { recursive: true }));

test('reads the files of a set, each with where it came from', async () => {
  const { name, files } = await createBuiltInSets(templates).readBuiltIn('ocm-controller', 1);
  expect(name).toBe('ocm-controller');
  expect([...files.keys()]).toEqual([
    'component_subscription.yaml',
    'component_version.yaml',
    'configure.yaml',
    'deploy.yaml',
    'deploy_chart.yaml',
    'kustomization.yaml',
    'localize.yaml',
    'resource.yaml',
    'set.yaml',
    'values.yaml',
  ]);
  expect(files.get('deploy.yaml')).toEqual({
    text: expect.stringContaining('kind: FluxDeployer'),
    source: 'built-in ocm-controller/deploy.yaml',
  });
});

test('an older version that is kept beside the newest is read', async () => {
  const sets = createBuiltInSets(folder);
  const [one, two] = [await sets.readBuiltIn('ocm-controller', 1), await sets.readBuiltIn('ocm-controller', 2)];
  expect(one.name).toBe('ocm-controller');
  expect(one.files.get('set.yaml')?.text).toContain('version: 1');
  expect(two.files.get('set.yaml')?.text).toContain('version: 2');
});

test.each([
  ['ocm-controller', 3],
  ['ocm-controler', 1],
  ['../manifests/ocm-controller', 1],
])('there is no set %s@%d, and the answer names those there are', async (name, version) => {
  await expect(createBuiltInSets(folder).readBuiltIn(name, version)).rejects.toMatchObject({
    code: 'configuration',
    message: `There is no built-in template set ${name}@${version}.`,
    remedy: expect.stringContaining('ocm-controller@1, ocm-controller@2'),
  });
});

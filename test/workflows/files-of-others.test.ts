import { expect, test } from 'vitest';
import { configPath, createWorld, type World } from '../support/world.ts';
import { registry } from '../support/world-ports.ts';

const config = `registry: ${registry}
verify: [{ signature: release, publicKey: keys/release.pub }]
environments: { dev: { path: environments/dev }, prod: { path: environments/prod } }
applications: { podinfo: { component: example.org/podinfo } }
`;
const lockOf = (environment: string) => `.consignee/lock/${environment}/podinfo.yaml`;

async function merge(world: World, branch: string): Promise<void> {
  const tree = (await world.git.git('merge-tree', '--write-tree', 'main', branch)).trim();
  const merged = await world.git.git('commit-tree', '-p', 'main', '-p', branch, '-m', 'Merge', tree);
  await world.git.git('update-ref', 'refs/heads/main', merged.trim());
}

test('a file that a lock file names beside that of another environment is not removed', async () => {
  await using world = await createWorld();
  await world.person.commit('main', { [configPath]: config });
  await world.publish('v1.0.0');
  expect(await world.steps()).toEqual(['open', 'open']);
  await merge(world, 'consignee/dev/podinfo');
  await merge(world, 'consignee/prod/podinfo');

  const path = 'environments/prod/components/podinfo/deploy.yaml';
  const prod = (await world.read('main', lockOf('prod'))) ?? '';
  const [entry] = new RegExp(`  - path: "${path}"\n.*\n.*\n`).exec(prod) ?? [];
  await world.person.commit('main', { [lockOf('dev')]: `${await world.read('main', lockOf('dev'))}${entry}` });
  await world.publish('v1.1.0');
  expect(await world.steps()).toEqual(['open', 'open']);
  expect(await world.read('consignee/dev/podinfo', path)).toBe(await world.read('main', path));
  expect(await world.read('consignee/dev/podinfo', lockOf('dev'))).not.toContain(path);
});

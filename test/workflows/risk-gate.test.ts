import { describe, expect } from 'vitest';
import type { PassPorts } from '../../src/workflows/pass.ts';
import { createWorld, expectNothingWritten, test, type World } from '../support/world.ts';

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: one, namespace: default }\n';
const binding = `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: all }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: one, namespace: default }]
`;

/** v1.0.0 is installed; v1.1.0, with a ClusterRoleBinding, is proposed. */
async function proposed(config: string): Promise<World> {
  const world = await createWorld({ config });
  await world.publish('v1.0.0', { manifests: configMap });
  expect(await world.step()).toBe('open');
  if (config.includes('automatic')) expect(await world.step()).toBe('merge');
  else await world.merge();
  await world.publish('v1.1.0', { manifests: configMap + binding });
  expect(await world.step()).toBe('open');
  return world;
}

/** Has a person, who may write, approve the head of the open pull request on the forge. */
const approving = (ports: PassPorts): PassPorts => ({
  ...ports,
  forge: {
    ...ports.forge,
    people: { ...ports.forge.people, permissionOf: async () => 'write' },
    reviews: {
      list: async (number) => {
        const head = (await ports.forge.pullRequests.read(number))?.headSha;
        return [{ by: { id: 'mira', name: 'mira' }, verdict: 'approved', head, dismissed: false }];
      },
    },
  },
});

describe.concurrent('an approval because of a risk', () => {
  test('is asked for on the kinds that are named, and no others', async () => {
    await using world = await proposed('merge: automatic\nrequireApprovalOn: [deletion, rbac]\n');
    await expectNothingWritten(world, 'leave waiting-for-gates');
    const [, pull] = await world.pullRequests();
    expect(pull?.body).toContain('merges this by itself once somebody approved, for it has the risk `rbac`');
    expect(await world.step({ wrap: approving })).toBe('merge');
  });

  test('is not asked for on other risks', async () => {
    await using world = await proposed('merge: automatic\nrequireApprovalOn: [deletion]\n');
    expect(await world.step()).toBe('merge');
  });

  test('is asked for where the store was lost', async () => {
    await using world = await proposed('merge: automatic\nrequireApprovalOn: [rbac]\n');
    await world.loseStore();
    await expectNothingWritten(world, 'leave waiting-for-gates');
  });

  test('is asked for again on the next version that has the risk', async () => {
    await using world = await proposed('merge: automatic\nrequireApprovalOn: [rbac]\n');
    expect(await world.step({ wrap: approving })).toBe('merge');
    await world.publish('v1.2.0', { manifests: configMap + binding.replace('name: one', 'name: two') });
    expect(await world.step()).toBe('open');
    await expectNothingWritten(world, 'leave waiting-for-gates');
    await world.publish('v1.3.0', { manifests: configMap + binding });
    expect(await world.step()).toBe('update');
    expect(await world.step()).toBe('merge');
  });

  test('is told of to a person who merges', async () => {
    await using world = await proposed('requireApprovalOn: [rbac]\n');
    expect(await world.step()).toBe('leave waiting-for-merge');
    const [, pull] = await world.pullRequests();
    expect(pull?.body).toContain('a person merges this pull request once somebody approved');
  });
});

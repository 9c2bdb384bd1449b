import { expect, test } from 'vitest';
import { createWorld } from '../support/world.ts';

const path = '.consignee/templates/pull-request/body.md';

test('a repository arranges the text of pull requests, and adds to it', async () => {
  await using world = await createWorld();
  const text =
    '${{ summary }}\n\n* [ ] @team looked at ${{ application }} ${{ version }}\n\n<!-- consignee:end -->\n\n${{ files }}\n';
  await world.person.commit('main', { [path]: text });
  await world.publish('v1.0.0');
  expect(await world.step()).toBe('open');
  const [pull] = await world.pullRequests();
  expect(pull?.body).toMatch(
    /\*\*podinfo\*\* v1\.0\.0 to be installed[\s\S]*\* \[ \] @team looked at `podinfo` `v1\.0\.0`[\s\S]*Changes to the files/,
  );
  expect(pull?.body).not.toContain('Verification');
  // What looks like a marker in it is none.
  expect(pull?.body.match(/^<!-- consignee:end -->$/gm)).toHaveLength(1);
  expect(await world.step()).toBe('leave waiting-for-merge');
});

test('a mistake in it holds the installation, with its place, before anything is pushed', async () => {
  await using world = await createWorld();
  await world.person.commit('main', { [path]: 'hello\n${{ sumary }}\n' });
  await world.publish('v1.0.0');
  const refs = await world.refs();
  const [result] = await world.pass();
  expect(result?.outcome).toMatchObject({
    kind: 'failed',
    failure: { code: 'template', place: { file: path, line: 2, column: 1 } },
  });
  expect(await world.refs()).toBe(refs);
  await world.person.commit('main', { [path]: undefined });
  expect(await world.step()).toBe('open');
});

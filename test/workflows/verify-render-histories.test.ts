import { expect, test } from 'vitest';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import { verifyRender } from '../../src/workflows/verify-render/verify-render.ts';
import { createWorld } from '../support/world.ts';
import { openPorts, worldOptions } from '../support/world-ports.ts';

const first = 'consignee/default/podinfo';
const second = 'consignee/default/second';

test.each(['sha1', 'sha256'] as const)(
  'every commit of two installations that are merged, squashed and fast-forwarded reproduces (%s)',
  async (objectFormat) => {
    const config = '  second: { component: example.org/second }\n';
    await using world = await createWorld({ objectFormat, config });
    await world.publish('v1.0.0');
    await world.publish('v1.0.0', { name: 'example.org/second' });
    expect(await world.steps()).toEqual(['open', 'open']);
    await world.person.fastForward(first, 'main');
    expect(await world.steps()).toEqual(['leave in-sync', 'update']);
    await world.person.squash(second, 'main');
    await world.publish('v1.1.0', { parameters: { replicas: 1, logo: 'x' } });
    expect((await world.steps())[0]).toBe('open');
    await world.person.commit('main', { 'notes.txt': 'unrelated\n' });
    await world.person.merge(first, 'main');

    await using ports = await openPorts(world.folder, { evaluator: createEvaluator({ timeoutSeconds: 20 }) });
    const verify = async (revision: string) => {
      const request = { only: [], revision, isRead: () => true };
      const { installations } = await verifyRender(request, { ports, options: worldOptions({ mode: 'plan' }) });
      return installations.map(({ version = 'none', result }) => `${version} ${result}`).join(', ');
    };
    const found: string[] = [];
    const tip = (await ports.forge.content.readRefs()).get('refs/heads/main');
    const history = tip ? await ports.forge.content.readCommits({ to: tip, limit: 50 }) : [];
    // The commit without a configuration is none to verify.
    for (const { sha } of history.slice(0, -1)) found.push(await verify(sha));
    expect(new Set(found)).toEqual(
      new Set([
        'v1.1.0 reproduced, v1.0.0 reproduced',
        'v1.0.0 reproduced, v1.0.0 reproduced',
        'v1.0.0 reproduced, none not-installed',
        'none not-installed, none not-installed',
      ]),
    );
    expect(found[0]).toBe('v1.1.0 reproduced, v1.0.0 reproduced');
    expect(found.at(-1)).toBe('none not-installed, none not-installed');
  },
);

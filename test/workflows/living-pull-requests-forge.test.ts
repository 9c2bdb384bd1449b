import { describe, expect } from 'vitest';
import type { GiteaFault } from '../support/gitea-stand-in-faults.ts';
import { scenes } from '../support/living-scenes.ts';
import { expectSound, type LivingWorld, outcomeOf, rest, livingTest as test } from '../support/living-world.ts';

/** What each scene ends with when nobody and nothing comes in between. */
const undisturbed = {
  opening: ['#1 open: v1.0.0 → v1.1.0', 'branch ours', 'main v1.0.0'],
  updating: ['#1 open: v1.0.0 → v1.2.0', 'branch ours', 'main v1.0.0'],
  'closing as moot': ['#1 closed: v1.0.0 → v1.1.0', '#1 is told: Closed', 'branch gone', 'main v1.1.0'],
  merging: ['#1 merged by consignee: v1.0.0 → v1.1.0', 'branch gone', 'main v1.1.0'],
} as const;

type Scene = keyof typeof undisturbed;

describe.concurrent('the forge does it and answers 500', () => {
  const push = /\/git-receive-pack$/;
  const calls: readonly (readonly [scene: Scene, method: string, path: RegExp])[] = [
    ['opening', 'POST', push],
    ['opening', 'POST', /\/labels$/],
    ['opening', 'POST', /\/pulls$/],
    ['updating', 'PATCH', /\/pulls\/1$/],
    ['opening', 'POST', /\/statuses\//],
    ['closing as moot', 'POST', /\/comments$/],
    ['closing as moot', 'PATCH', /\/pulls\/1$/],
    ['merging', 'POST', /\/pulls\/1\/merge$/],
    ['merging', 'POST', push],
  ];

  test.for(calls)('%s: %s %s is not done twice', async ([scene, method, path], { living }) => {
    await scenes[scene](living);
    const { faults, requests } = living.forge.standIn;
    const from = requests.length;
    faults.add({ method, path, fault: 'error-500-after', times: 1 });
    await rest(living);
    expect(faults.idle()).toEqual([]);
    expect(await outcomeOf(living)).toEqual(undisturbed[scene]);
    await expectSound(living);
    const merges = requests.slice(from).filter((it) => it.startsWith('POST ') && it.endsWith('/merge'));
    expect(merges).toHaveLength(scene === 'merging' ? 1 : 0);
  });
});

describe.concurrent('somebody renames the repository', () => {
  const moved = (location: string, status: number): GiteaFault => ({ status, headers: { location } });

  /** As Gitea answers at the old place from then on. */
  function rename({ forge }: LivingWorld, status: number) {
    const { faults } = forge.standIn;
    faults.add({ path: /^\/api\/v1\/repos\//, fault: moved('/api/v1/repos/software-consumer/fleet', status) });
    faults.add({ path: /\.git\//, fault: moved('/software-consumer/fleet.git/info/refs', status) });
  }

  const moments: readonly (readonly [scene: Scene, write: string, status: number])[] = [
    ['opening', 'start', 301],
    ['opening', 'push', 301],
    ['opening', 'open', 307],
    ['updating', 'update', 301],
    ['merging', 'merge', 301],
  ];

  test.for(moments)(
    '%s, before its %s (%i): it names the new place and writes nowhere',
    async ([scene, write, status], { living }) => {
      await scenes[scene](living);
      const { standIn } = living.forge;
      let before: readonly string[] = [];
      const renameNow = async (name: string) => {
        if (before.length > 0 || name !== write) return;
        before = await outcomeOf(living);
        rename(living, status);
      };
      await renameNow('start');
      expect(await living.step({ before: renameNow })).toMatch(
        /configuration: The repository was renamed: .* software-consumer\/fleet /,
      );
      expect(await outcomeOf(living)).toEqual(before);
      standIn.faults.clear();
      await rest(living);
      expect(await outcomeOf(living)).toEqual(undisturbed[scene]);
      await expectSound(living);
    },
  );
});

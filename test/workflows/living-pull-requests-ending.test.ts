import { describe } from 'vitest';
import { casesOf, play, type Row } from '../support/living-scenes.ts';
import { livingTest as test } from '../support/living-world.ts';

const others = '#1 is told: The branch of pull request #1 has commits that Consignee did not make';

/**
 * Whoever does something at whatever moment: only what the bot made and decided on is merged by it. What a row
 * ends with is reliability.md C-08 to C-14 and C-19 to C-21.
 */
const rows: readonly Row[] = [
  [
    'closing as moot',
    'holds it by a label',
    ['start'],
    ['#1 open: v1.0.0 → v1.1.0, consignee/hold', 'branch ours', 'main v1.1.0'],
  ],
  [
    'closing as moot',
    'pushes to the branch',
    ['recordSeen'],
    ['#1 open: v1.0.0 → v1.1.0', others, 'branch theirs', 'main v1.1.0'],
  ],
  [
    'closing as moot',
    'pushes to the branch',
    ['close'],
    ['#1 closed: v1.0.0 → v1.1.0', '#1 is told: Closed', 'branch theirs', 'main v1.1.0'],
  ],
  [
    'closing as moot',
    'reopens it',
    ['push'],
    ['#1 closed: v1.0.0 → v1.1.0', '#1 is told: Closed', 'branch gone', 'main v1.1.0'],
  ],
  [
    'closing as moot',
    'makes a pass with another bot',
    ['ensureComment'],
    ['#1 closed: v1.0.0 → v1.1.0', '#1 is told: Closed', 'branch gone', 'main v1.1.0'],
  ],
  ['merging', 'pushes to the branch', ['merge'], ['#1 open: v1.0.0 → v1.1.0', others, 'branch theirs', 'main v1.0.0']],
  [
    'merging',
    'pushes to the branch',
    ['push'],
    ['#1 merged by consignee: v1.0.0 → v1.1.0', 'branch theirs', 'main v1.1.0'],
  ],
  ['merging', 'retargets it', ['merge'], ['#1 open into release: v1.0.0 → v1.1.0', 'branch ours', 'main v1.0.0']],
  ['merging', 'closes it', ['merge'], ['#1 closed: v1.0.0 → v1.1.0', 'branch ours', 'main v1.0.0']],
  [
    'merging',
    'pushes to the branch by force',
    ['merge'],
    ['#1 open: v1.0.0 → v1.1.0', others, 'branch theirs', 'main v1.0.0'],
  ],
  [
    'merging',
    'merges it and reverts that',
    ['merge'],
    ['#1 merged by mira: v1.0.0 → v1.1.0', 'branch gone', 'main v1.0.0'],
  ],
  ['merging', 'marks it as not ready', ['merge'], ['#1 open: WIP: v1.0.0 → v1.1.0', 'branch ours', 'main v1.0.0']],
  ['merging', 'merges it', ['merge'], ['#1 merged by mira: v1.0.0 → v1.1.0', 'branch gone', 'main v1.1.0']],
  [
    'merging',
    'deletes the branch',
    ['merge'],
    ['#1 closed: v1.0.0 → v1.1.0', '#2 merged by consignee: v1.0.0 → v1.1.0', 'branch gone', 'main v1.1.0'],
  ],
  [
    'merging',
    'holds it by a label',
    ['recordSeen'],
    ['#1 open: v1.0.0 → v1.1.0, consignee/hold', 'branch ours', 'main v1.0.0'],
  ],
  ['merging', 'pushes to main', ['merge'], ['#1 merged by consignee: v1.0.0 → v1.1.0', 'branch gone', 'main v1.1.0']],
  [
    'merging',
    'changes the values on main',
    ['merge'],
    ['#1 merged by consignee: v1.0.0 → v1.1.0', 'branch gone', 'main v1.1.0'],
  ],
  [
    'merging',
    'makes a pass with another bot',
    ['recordSeen', 'merge'],
    ['#1 merged by consignee: v1.0.0 → v1.1.0', 'branch gone', 'main v1.1.0'],
  ],
  [
    'merging',
    'merges it with git',
    ['merge'],
    ['#1 closed: v1.0.0 → v1.1.0', '#1 is told: Closed', 'branch gone', 'main v1.1.0'],
  ],
  [
    'opening after one that was closed',
    'reopens it',
    ['open'],
    ['#1 open: v1.0.0 → v1.2.0', 'branch ours', 'main v1.0.0'],
  ],
  [
    'opening after one that was closed',
    'reopens it',
    ['check'],
    ['#1 open: v1.0.0 → v1.2.0', '#2 closed: v1.0.0 → v1.2.0', '#2 is told: Closed', 'branch ours', 'main v1.0.0'],
  ],
];

describe.concurrent('a pull request that is merged, closed or opened again', () => {
  test.for(casesOf(rows))('$scene, before $write: somebody $act', ({ scene, act, write, outcome }, { living }) =>
    play(living, { scene, act, write, outcome }),
  );
});

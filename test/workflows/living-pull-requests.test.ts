import { describe } from 'vitest';
import { casesOf, play, type Row } from '../support/living-scenes.ts';
import { livingTest as test } from '../support/living-world.ts';

const others = '#1 is told: The branch of pull request #1 has commits that Consignee did not make';

/**
 * Whoever does something at whatever moment: no commit is lost, and at most one pull request is open. What a row
 * ends with is reliability.md C-08 to C-14 and C-19 to C-21.
 */
const rows: readonly Row[] = [
  ['resting', 'pushes to the branch', ['start'], ['#1 open: v1.0.0 → v1.1.0', others, 'branch theirs', 'main v1.0.0']],
  ['resting', 'retargets it', ['start'], ['#1 open into release: v1.0.0 → v1.1.0', 'branch ours', 'main v1.0.0']],
  ['resting', 'closes it', ['start'], ['#1 closed: v1.0.0 → v1.1.0', 'branch ours', 'main v1.0.0']],
  [
    'resting',
    'deletes the branch',
    ['start'],
    ['#1 closed: v1.0.0 → v1.1.0', '#2 open: v1.0.0 → v1.1.0', 'branch ours', 'main v1.0.0'],
  ],
  [
    'resting',
    'merges it and reverts that',
    ['start'],
    ['#1 merged by mira: v1.0.0 → v1.1.0', 'branch ours', 'main v1.0.0'],
  ],
  [
    'updating',
    'holds it by a label',
    ['start'],
    ['#1 open: v1.0.0 → v1.1.0, consignee/hold', 'branch ours', 'main v1.0.0'],
  ],
  ['opening', 'pushes to the branch', ['push'], ['branch theirs', 'main v1.0.0']],
  ['opening', 'pushes to the branch', ['open'], ['#1 open: v1.0.0 → v1.1.0', others, 'branch theirs', 'main v1.0.0']],
  ['opening', 'closes it', ['check'], ['#1 closed: v1.0.0 → v1.1.0', 'branch ours', 'main v1.0.0']],
  ['opening', 'deletes the branch', ['open'], ['#1 open: v1.0.0 → v1.1.0', 'branch ours', 'main v1.0.0']],
  ['opening', 'changes the values on main', ['push'], ['#1 open: v1.0.0 → v1.1.0', 'branch ours', 'main v1.0.0']],
  [
    'opening',
    'makes a pass with another bot',
    ['push', 'open'],
    ['#1 open: v1.0.0 → v1.1.0', 'branch ours', 'main v1.0.0'],
  ],
  [
    'updating',
    'pushes to the branch',
    ['update'],
    ['#1 open: v1.0.0 → v1.2.0', others, 'branch theirs', 'main v1.0.0'],
  ],
  ['updating', 'pushes to the branch', ['push'], ['#1 open: v1.0.0 → v1.1.0', others, 'branch theirs', 'main v1.0.0']],
  [
    'updating',
    'pushes to the branch by force',
    ['push'],
    ['#1 open: v1.0.0 → v1.1.0', others, 'branch theirs', 'main v1.0.0'],
  ],
  ['updating', 'retargets it', ['push'], ['#1 open into release: v1.0.0 → v1.2.0', 'branch ours', 'main v1.0.0']],
  [
    'updating',
    'closes it',
    ['push', 'update'],
    ['#1 closed: v1.0.0 → v1.1.0', '#2 open: v1.0.0 → v1.2.0', 'branch ours', 'main v1.0.0'],
  ],
  ['updating', 'closes and reopens it', ['push'], ['#1 open: v1.0.0 → v1.2.0', 'branch ours', 'main v1.0.0']],
  ['updating', 'merges it', ['update'], ['#1 merged by mira: v1.0.0 → v1.2.0', 'branch ours', 'main v1.2.0']],
  [
    'updating',
    'merges it',
    ['push'],
    ['#1 merged by mira: v1.0.0 → v1.1.0', '#2 open: v1.1.0 → v1.2.0', 'branch ours', 'main v1.1.0'],
  ],
  ['updating', 'merges it with git', ['push'], ['#1 open: v1.1.0 → v1.2.0', 'branch ours', 'main v1.1.0']],
  [
    'updating',
    'merges it and reverts that',
    ['push'],
    ['#1 merged by mira: v1.0.0 → v1.1.0', '#2 open: v1.0.0 → v1.2.0', 'branch ours', 'main v1.0.0'],
  ],
  [
    'updating',
    'merges it with git',
    ['update'],
    ['#1 closed: v1.0.0 → v1.2.0', '#1 is told: Closed', 'branch gone', 'main v1.2.0'],
  ],
  [
    'updating',
    'merges it and reverts that',
    ['update'],
    ['#1 merged by mira: v1.0.0 → v1.2.0', 'branch ours', 'main v1.0.0'],
  ],
  ['updating', 'gives it another title and a label', ['push'], ['#1 open: Mine, mine', 'branch ours', 'main v1.0.0']],
  ['updating', 'marks it as not ready', ['push'], ['#1 open: WIP: v1.0.0 → v1.2.0', 'branch ours', 'main v1.0.0']],
  [
    'updating',
    'deletes the branch',
    ['push', 'update'],
    ['#1 closed: v1.0.0 → v1.1.0', '#2 open: v1.0.0 → v1.2.0', 'branch ours', 'main v1.0.0'],
  ],
  [
    'updating',
    'makes a pass with another bot',
    ['push', 'update'],
    ['#1 open: v1.0.0 → v1.2.0', 'branch ours', 'main v1.0.0'],
  ],
  [
    'resting',
    'deletes the branch, and again',
    ['start'],
    ['#1 closed: v1.0.0 → v1.1.0', '#2 closed: v1.0.0 → v1.1.0', 'branch gone', 'main v1.0.0'],
  ],
];

describe.concurrent('a pull request that is made, lives and is brought up to date', () => {
  test.for(casesOf(rows))('$scene, before $write: somebody $act', ({ scene, act, write, outcome }, { living }) =>
    play(living, { scene, act, write, outcome }),
  );
});

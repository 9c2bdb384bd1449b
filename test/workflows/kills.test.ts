import { describe, expect } from 'vitest';
import { parseBody } from '../../src/core/pull-request/body.ts';
import { type Boundary, withBoundaries } from '../support/boundaries.ts';
import { startPass } from '../support/start-pass.ts';
import {
  branch,
  configPath,
  configText,
  createWorld,
  expectNothingWritten,
  test,
  type World,
} from '../support/world.ts';

interface Scene {
  readonly from: 'world' | 'proposed';
  readonly prepare: (world: World) => Promise<unknown>;
  /** What stands after a pass that nobody killed, or any number of passes after one that was. */
  readonly end: (world: World) => Promise<void>;
  /** In this order; a scene that does something else, or nothing, is noticed. */
  readonly writes: readonly string[];
  /** What a pass comes to afterwards; without it, nothing is left to do. */
  readonly rest?: string;
}

const scenes: Readonly<Record<string, Scene>> = {
  'opens a pull request': {
    from: 'world',
    prepare: (world) => world.publish('v1.0.0'),
    end: (world) => expectOpen(world, { number: 1, title: 'default/podinfo v1.0.0 (installation)', version: 'v1.0.0' }),
    writes: ['recordVerdict', 'recordSeen', 'writeCommit', 'recordCommit', 'push', 'open', 'recordDecision'],
  },
  'updates a pull request': {
    from: 'proposed',
    prepare: async (world) => {
      await world.publish('v1.2.0');
    },
    end: (world) => expectOpen(world, { number: 2, title: 'default/podinfo v1.0.0 → v1.2.0', version: 'v1.2.0' }),
    writes: ['recordVerdict', 'recordSeen', 'writeCommit', 'recordCommit', 'push', 'update', 'recordDecision'],
  },
  'closes a pull request': {
    from: 'proposed',
    prepare: async (world) => {
      await world.person.squash(branch, 'main');
    },
    end: async (world) => {
      expect(await world.pullRequests()).toMatchObject([{ state: 'merged' }, { state: 'closed' }]);
      expect(await world.lock('main')).toMatchObject({ version: 'v1.1.0' });
    },
    writes: ['recordSeen', 'ensureComment', 'close', 'push', 'recordDecision'],
  },
  'merges a pull request': {
    from: 'proposed',
    prepare: async (world) => {
      await world.person.commit('main', { [configPath]: configText('merge: automatic\n') });
    },
    end: async (world) => {
      expect(await world.pullRequests()).toMatchObject([{ state: 'merged' }, { state: 'merged' }]);
      expect(await world.lock('main')).toMatchObject({ version: 'v1.1.0' });
      expect(await world.git.git('log', '--format=%s', '--merges', 'main')).toMatch(
        /^Merge pull request #2: .*\n.*\n$/,
      );
    },
    writes: ['recordVerdict', 'recordSeen', 'merge', 'push', 'recordDecision'],
  },
  'brings a branch back': {
    from: 'proposed',
    prepare: async (world) => {
      await world.person.deleteBranch(branch);
    },
    end: (world) => expectOpen(world, { number: 2, title: 'default/podinfo v1.0.0 → v1.1.0', version: 'v1.1.0' }),
    writes: [
      'recordVerdict',
      'recordSeen',
      'writeCommit',
      'recordCommit',
      'push',
      'update',
      'ensureComment',
      'recordDecision',
    ],
  },
  'marks a pull request whose content is not proved any more': {
    from: 'proposed',
    prepare: (world) => world.publish('v1.1.0', { tampered: true }),
    end: async (world) => {
      const [, open] = await world.pullRequests();
      expect(parseBody(open?.body ?? '')).toMatchObject({ version: 'v1.1.0', refused: true });
    },
    rest: 'refuse not-verified',
    writes: ['recordVerdict', 'recordSeen', 'ensureComment', 'update', 'recordDecision'],
  },
};

async function expectOpen(
  world: World,
  { number, title, version }: { number: number; title: string; version: string },
) {
  const open = (await world.pullRequests()).filter(({ state }) => state === 'open');
  expect(open).toMatchObject([{ number, title, body: expect.stringContaining(` version=${version} `) }]);
  expect(await world.lock(branch)).toMatchObject({ version });
  expect((await world.git.git('rev-list', '--count', `main..${branch}`)).trim()).toBe('1');
}

describe.concurrent('a pass that is killed after any of its writes', () => {
  test.for(Object.entries(scenes))(
    '%s all the same',
    { timeout: 300_000 },
    async ([, scene], { world: empty, proposed }) => {
      const { from, prepare, end, writes, rest = /^leave (in-sync|waiting-for-merge)$/ } = scene;
      const world = from === 'world' ? empty : proposed;
      await prepare(world);
      expect(await writesOfPass(world)).toEqual(writes);
      for (const killAfter of writes.keys()) {
        await using copy = await world.copy();
        expect(await startPass(copy.folder, { killAfter })).toEqual({ code: null, signal: 'SIGKILL' });
        await copy.step();
        await expectNothingWritten(copy, rest);
        await end(copy);
      }
    },
  );
});

describe.concurrent('a pass that is killed while git works for it', () => {
  test.each(['writeCommit', 'push', 'open'])(
    'in %s: the third pass after it has nothing left to do',
    async (killWithin) => {
      await using world = await createWorld();
      await world.publish('v1.0.0');
      expect(await startPass(world.folder, { killWithin })).toEqual({ code: null, signal: 'SIGKILL' });
      await world.step();
      await world.step();
      await expectNothingWritten(world, 'leave waiting-for-merge');
      await scenes['opens a pull request']?.end(world);
    },
  );
});

test('what was pushed before a kill is not pushed again', async ({ world }) => {
  await world.publish('v1.0.0');
  const killAfter = scenes['opens a pull request']?.writes.indexOf('push') ?? 0;
  await startPass(world.folder, { killAfter });
  const pushed = await world.git.tip(`refs/heads/${branch}`);
  expect(pushed).toBeDefined();
  expect(await world.step({ at: '2026-11-21T13:00:00Z' })).toBe('open');
  expect(await world.git.tip(`refs/heads/${branch}`)).toBe(pushed);
});

async function writesOfPass(world: World): Promise<readonly string[]> {
  const names: string[] = [];
  const before: Boundary = async (name) => void names.push(name);
  await using copy = await world.copy();
  await copy.step({ wrap: (ports) => withBoundaries(ports, { before }) });
  return names;
}

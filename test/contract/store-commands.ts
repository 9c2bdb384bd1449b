import { expect, test } from 'vitest';
import type { CommandState, ReceivedCommand } from '../../src/ports/command-log.ts';
import { type Context, daysAfter, first, killProcessAfter, later, runProcess } from './store-world.ts';

/** Commands from comments. */
export function testCommandLog(context: () => Context): void {
  testReceive(context);
  testAdvance(context);
  testUnfinished(context);
  testWatermark(context);
}

function testReceive(context: () => Context) {
  test('a command is new once, and then as far as it has come', async () => {
    const { commands } = context().store;
    expect(await commands.receive(command({}))).toBe('new');
    expect(await commands.receive(command({ bodyDigest: 'b'.repeat(64), number: 9, at: later }))).toBe('received');
    await commands.advance(command({}), 'executed', 'It is done.', later);
    expect(await commands.receive(command({}))).toBe('executed');
    // The first text counts: a comment that was edited is the same command.
    expect(await commands.unfinished('apps')).toMatchObject([{ bodyDigest: 'a'.repeat(64), number: 3, at: first }]);
  });

  test('comments of other repositories are other commands', async () => {
    const { commands } = context().store;
    await commands.receive(command({}));
    expect(await commands.receive(command({ repository: 'other' }))).toBe('new');
    expect(await commands.receive(command({ comment: '78' }))).toBe('new');
  });

  test('a command is known years later', async () => {
    const { commands } = context().store;
    await commands.receive(command({}));
    await commands.advance(command({}), 'answered', undefined, first);
    const at = daysAfter(first, 3000);
    for (let index = 0; index < 150; index++) await commands.receive(command({ comment: `new ${index}`, at }));
    expect(await commands.receive(command({ at }))).toBe('answered');
  });

  test('of several processes that receive the same at once exactly one is told that it is new', async () => {
    const { world, store } = context();
    const script = `
      const command = ${JSON.stringify({ ...command({}), at: undefined })};
      const receive = (comment) => store.commands.receive({ ...command, comment, at: new Date(5) });
      for (let index = 0; index < 50; index++) console.log(index + ' ' + (await receive(String(index))));
      await store[Symbol.asyncDispose]();`;
    const lines = (await Promise.all([1, 2, 3].map(() => runProcess(world, script)))).flat();
    const news = lines.filter((line) => line.endsWith(' new')).map((line) => Number(line.split(' ')[0]));
    expect(news.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(lines.filter((line) => line.endsWith(' received'))).toHaveLength(100);
    expect(await store.commands.unfinished('apps')).toHaveLength(50);
  });

  test('what was received is there when the process was killed right after it', async () => {
    const { store, world } = context();
    const script = `
      const command = ${JSON.stringify({ ...command({}), at: undefined })};
      for (let index = 0; ; index++) {
        await store.commands.receive({ ...command, comment: String(index), at: new Date(5) });
        await store.commands.advance({ repository: 'apps', comment: String(index) }, 'executed', 'r' + index, new Date(6));
        console.log(index);
      }`;
    await killProcessAfter(world, script, 10);
    const unfinished = await store.commands.unfinished('apps');
    expect(unfinished.slice(0, 10).map(({ comment, state, reply }) => [comment, state, reply])).toEqual(
      Array.from({ length: 10 }, (_, index) => [`${index}`, 'executed', `r${index}`]),
    );
  });
}

function testAdvance(context: () => Context) {
  const reached = async (states: readonly CommandState[]): Promise<CommandState | 'new'> => {
    const { commands } = context().store;
    await commands.receive(command({}));
    for (const state of states) await commands.advance(command({}), state, `reply of ${state}`, later);
    return commands.receive(command({}));
  };

  test.each<readonly [CommandState, readonly CommandState[]]>([
    ['received', ['received']],
    ['executed', ['executed']],
    ['answered', ['executed', 'answered']],
    ['answered', ['answered']],
    ['ignored', ['ignored']],
    ['ignored', ['executed', 'ignored']],
  ])('a command gets to %s by %j', async (state, states) => {
    expect(await reached(states)).toBe(state);
  });

  test.each<readonly [CommandState, readonly CommandState[]]>([
    ['executed', ['executed', 'received']],
    ['answered', ['answered', 'received']],
    ['answered', ['answered', 'executed']],
    ['answered', ['answered', 'ignored']],
    ['ignored', ['ignored', 'answered']],
    ['ignored', ['ignored', 'executed']],
  ])('a command stays %s with %j, for states are not gone back to', async (state, states) => {
    expect(await reached(states)).toBe(state);
  });

  test('the reply of a state that was passed over is not stored, and without a reply the former stays', async () => {
    const { commands } = context().store;
    await commands.receive(command({}));
    await commands.advance(command({}), 'executed', 'first', later);
    await commands.advance(command({}), 'executed', 'second', later);
    await commands.advance(command({}), 'received', 'third', later);
    expect(await commands.unfinished('apps')).toMatchObject([{ state: 'executed', reply: 'first' }]);
  });

  test('a command that was never received cannot advance, and no other does', async () => {
    const { commands } = context().store;
    await commands.receive(command({ comment: '1' }));
    await commands.receive(command({ repository: 'other' }));
    await expect(commands.advance(command({}), 'executed', undefined, later)).rejects.toMatchObject({
      code: 'store',
      message: expect.stringContaining('77 in apps'),
      remedy: expect.stringMatching(/\.$/),
    });
    expect(await commands.receive(command({ comment: '1' }))).toBe('received');
    expect(await commands.receive(command({ repository: 'other' }))).toBe('received');
  });
}

function testUnfinished(context: () => Context) {
  test('those to go on with are read as they were received, oldest first', async () => {
    const { commands } = context().store;
    const young = command({ comment: '1', permission: undefined, at: later });
    const answered = command({ comment: '2' });
    const ignored = command({ comment: '3' });
    const executed = command({ comment: '10' });
    const old = command({ comment: '9' });
    for (const it of [young, answered, ignored, executed, old, command({ repository: 'other' })]) {
      await commands.receive(it);
    }
    await commands.advance(answered, 'answered', 'no', later);
    await commands.advance(ignored, 'ignored', undefined, later);
    await commands.advance(executed, 'executed', 'ä "✓"', later);
    expect(await commands.unfinished('apps')).toEqual([
      { ...executed, state: 'executed', reply: 'ä "✓"' },
      { ...old, state: 'received', reply: undefined },
      { ...young, state: 'received', reply: undefined },
    ]);
  });
}

function testWatermark(context: () => Context) {
  test('the watermark of a repository only moves forward, by any handle', async () => {
    const { store, world } = context();
    await using other = await world.open();
    expect(await store.commands.watermark('apps')).toBeUndefined();
    await store.commands.setWatermark('apps', first);
    expect(await store.commands.watermark('apps')).toEqual(first);
    await other.commands.setWatermark('apps', later);
    await store.commands.setWatermark('apps', first);
    expect(await store.commands.watermark('apps')).toEqual(later);
    expect(await store.commands.watermark('other')).toBeUndefined();
  });
}

function command(change: Partial<ReceivedCommand>): ReceivedCommand {
  return {
    repository: 'apps',
    comment: '77',
    number: 3,
    bodyDigest: 'a'.repeat(64),
    permission: 'write',
    at: first,
    ...change,
  };
}

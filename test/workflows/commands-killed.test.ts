import { expect, test } from 'vitest';
import { answerComment } from '../../src/workflows/answer-comment.ts';
import type { PassPorts } from '../../src/workflows/pass.ts';
import { branch, type CommandWorld, createProposed } from '../support/command-world.ts';

class Killed extends Error {}

/**
 * Everything that is written for a command, by name. The process "ends" before or after the write of this number; from then on nothing
 * that it does has an effect.
 */
function ending(ports: PassPorts, at: { readonly write: number; readonly done: boolean }) {
  const writes: string[] = [];
  let ended = false;
  const around =
    <Words extends readonly unknown[], Result>(name: string, write: (...words: Words) => Promise<Result>) =>
    async (...words: Words): Promise<Result> => {
      if (ended) throw new Killed();
      const last = writes.length === at.write;
      writes.push(name);
      if (last) ended = true;
      if (last && !at.done) throw new Killed();
      const result = await write(...words);
      if (last) throw new Killed();
      return result;
    };
  const { forge, store } = ports;
  const { writer, comments, pullRequests } = forge;
  const wrapped: PassPorts = {
    ...ports,
    forge: {
      ...forge,
      writer: { ...writer, push: around('push', writer.push) },
      comments: {
        ...comments,
        acknowledge: around('acknowledge', comments.acknowledge),
        ensure: around('reply', comments.ensure),
      },
      pullRequests: { ...pullRequests, update: around('update', pullRequests.update) },
    },
    store: {
      ...store,
      commands: {
        ...store.commands,
        receive: around('receive', store.commands.receive),
        advance: around('advance', store.commands.advance),
      },
      recordCommit: around('record', store.recordCommit),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    },
  };
  return { ports: wrapped, writes };
}

interface Scene {
  readonly command: (world: CommandWorld) => Promise<string>;
  readonly writes: readonly string[];
  /** What the reply says, however often the process ended. */
  readonly reply: RegExp;
  readonly end: (world: CommandWorld) => Promise<void>;
}

const told = ['receive', 'acknowledge'];
const answered = ['advance', 'reply', 'advance'];

const scenes: Readonly<Record<string, Scene>> = {
  hold: {
    command: async () => '/hold 3d a reason',
    writes: [...told, 'push', ...answered],
    reply: /Held until/,
    end: async (world) => expect((await world.said()).holds).toHaveLength(1),
  },
  rebuild: {
    command: async (world) => {
      const foreign = await world.site.person.commit(branch, { 'notes.txt': 'mine\n' });
      return `/rebuild ${foreign.slice(0, 12)}`;
    },
    writes: [...told, 'record', 'record', 'push', 'update', ...answered],
    reply: /update|waiting-for-merge/,
    end: async (world) => {
      expect((await world.site.git.git('rev-list', '--count', `main..${branch}`)).trim()).toBe('1');
      await expect(world.site.git.git('cat-file', '-e', `${branch}:notes.txt`)).rejects.toThrow();
    },
  },
};

test.each(Object.entries(scenes))('a process that ends at any line of /%s is gone on with, once', async (_, scene) => {
  await using world = await createProposed();
  const { options } = world;
  for (let write = 0; write <= scene.writes.length; write++) {
    const comment = await world.comment('maintainer', 1, await scene.command(world));
    const found = { comment, permission: 'write' } as const;
    const process = ending(world.ports, { write, done: write % 2 === 0 });
    const outcome = answerComment(found, { ports: process.ports, options });
    if (write < scene.writes.length) await expect(outcome).rejects.toThrow();
    else await outcome;
    expect(process.writes).toEqual(scene.writes.slice(0, write + 1));
    // The next process goes on; the one after it finds all of it done.
    await answerComment(found, { ports: world.ports, options });
    const { requests } = world.site.standIn;
    const before = requests.length;
    expect(await answerComment(found, { ports: world.ports, options })).toEqual({ kind: 'none' });
    expect(requests.slice(before)).toEqual([]);
    const replies = await world.repliesTo(comment);
    expect(replies).toHaveLength(1);
    expect(replies[0]).toMatch(scene.reply);
    await scene.end(world);
    expect(await world.ports.store.commands.unfinished(options.repository)).toEqual([]);
  }
});

test('of two processes that carry out the same command the first one’s words stay', async () => {
  await using world = await createProposed();
  const comment = await world.comment('maintainer', 1, '/hold 3d');
  const other = await world.comment('maintainer', 1, '/resume');
  const run = (it: typeof comment) =>
    answerComment({ comment: it, permission: 'write' }, { ports: world.ports, options: world.options });
  await Promise.all([run(comment), run(comment)]);
  await Promise.all([run(other), run(other)]);
  expect((await world.said()).holds).toEqual([]);
  expect(await world.repliesTo(comment)).toHaveLength(1);
  expect(await world.repliesTo(other)).toHaveLength(1);
});

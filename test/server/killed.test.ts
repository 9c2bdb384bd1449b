import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../src/adapters/sqlite/sqlite-store.ts';
import { host, notice, path, secret, sign } from './hook-world.ts';

async function startChild(store: string) {
  const child = spawn(process.execPath, ['test/support/hook-child.ts', store, secret], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(createInterface(child.stdout), 'line');
  const ended = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { kill, url: `http://${host}:${port}${path}`, [Symbol.asyncDispose]: kill };
}

/** @returns The status, or `undefined` when the process died over it. */
async function send(url: string, id: number): Promise<number | undefined> {
  const body = notice(id);
  const response = await fetch(url, { method: 'POST', body, headers: sign(body) }).catch(() => undefined);
  return response?.status;
}

test('a process that is killed at any time has kept every delivery that it said it would, and takes the others later', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'killed-'));
  const file = join(folder, 'store.db');
  const all = Array.from({ length: 200 }, (_, index) => index);
  await using first = await startChild(file);
  let answered = 0;
  const killed = Promise.withResolvers<void>();
  const statuses = await Promise.all(
    all.map(async (id) => {
      const status = await send(first.url, id);
      if (status === 202 && ++answered === 20) first.kill().then(killed.resolve, killed.reject);
      return status;
    }),
  );
  await killed.promise;
  const promised = all.filter((id) => statuses[id] === 202).map(String);
  expect(promised.length).toBeGreaterThanOrEqual(20);
  expect(statuses).toContain(undefined);
  const namesIn = async () => {
    await using store = await openSqliteStore(file);
    return (await store.inbox.pending()).map(({ id }) => id);
  };
  expect(await namesIn()).toEqual(expect.arrayContaining(promised));

  await using second = await startChild(file);
  const again = await Promise.all(all.map((id) => send(second.url, id)));
  await second.kill();
  expect(again.filter((it) => it !== 200 && it !== 202)).toEqual([]);
  expect(promised.map((id) => again[Number(id)])).toEqual(promised.map(() => 200));
  expect((await namesIn()).sort()).toEqual(all.map(String).sort());
  await rm(folder, { recursive: true });
});

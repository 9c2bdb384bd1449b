import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { schemaSteps } from '../../../src/adapters/sqlite/schema.ts';
import { openSqliteStore } from '../../../src/adapters/sqlite/sqlite-store.ts';
import { parseComponentName } from '../../../src/core/component/component-name.ts';
import { testStore } from '../../contract/store.ts';

/** For processes of their own. */
const storeModule = new URL('../../../src/adapters/sqlite/sqlite-store.ts', import.meta.url).href;

testStore('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'consignee-test-'));
  const path = join(folder, 'deep', 'er', 'store.db');
  return {
    open: () => openSqliteStore(path),
    program: `
      import { openSqliteStore } from ${JSON.stringify(storeModule)};
      const store = await openSqliteStore(${JSON.stringify(path)});`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
});

describe('the file', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consignee-test-'));
    path = join(folder, 'store.db');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function inspect<Result>(look: (database: DatabaseSync) => Result): Result {
    const database = new DatabaseSync(path);
    try {
      return look(database);
    } finally {
      database.close();
    }
  }

  test('waits for the disk, and lets others read while it is written', async () => {
    await using _ = await openSqliteStore(path);
    expect(inspect((it) => it.prepare('pragma journal_mode').get())).toEqual({ journal_mode: 'wal' });
    expect((await readdir(folder)).sort()).toEqual(['store.db', 'store.db-shm', 'store.db-wal']);
  });

  test('is one file again when it was closed', async () => {
    const store = await openSqliteStore(path);
    await store[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual(['store.db']);
  });

  test('is made once when several open it first', async () => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => openSqliteStore(path)));
    for (const store of stores) await store[Symbol.asyncDispose]();
    expect(inspect((it) => it.prepare('pragma user_version').get())).toEqual({ user_version: schemaSteps.length });
  });

  test.each([1, 2])('of version %i is brought up to date with all that it holds', async (version) => {
    inspect((it) => {
      for (const step of schemaSteps.slice(0, version)) it.exec(step);
      it.exec(`insert into first_seen values ('r.example', 'a.example/b', '1.0.0', null, 5);
        pragma application_id = 0x4373676e;
        pragma user_version = ${version};`);
    });
    for (const time of ['first', 'again']) {
      await using store = await openSqliteStore(path);
      const component = parseComponentName('a.example/b');
      if (!component) throw new Error('no name');
      expect(await store.registries.firstSeen('r.example', component), time).toEqual(
        new Map([['1.0.0', { manifest: undefined, at: new Date(5) }]]),
      );
      await store.journal.begin({ repository: 'apps', kind: 'push', key: time, detail: {}, at: new Date(6) });
    }
    expect(inspect((it) => it.prepare('pragma user_version').get())).toEqual({ user_version: schemaSteps.length });
    expect(inspect((it) => it.prepare('select key from effects').all())).toEqual([{ key: 'first' }, { key: 'again' }]);
  });

  test('is made once when several processes open it first', async () => {
    const script = `
      import { openSqliteStore } from ${JSON.stringify(storeModule)};
      const store = await openSqliteStore(${JSON.stringify(path)});
      await store.recordCommit('apps', 'b', process.pid.toString().padStart(40, '0'), new Date());
      await store[Symbol.asyncDispose]();`;
    const codes = await Promise.all(
      Array.from({ length: 4 }, () => {
        const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' });
        return new Promise((resolve) => child.on('close', resolve));
      }),
    );
    expect(codes).toEqual([0, 0, 0, 0]);
    await using store = await openSqliteStore(path);
    expect((await store.recordedCommits('apps', 'b')).size).toBe(4);
  });

  test.each([
    [
      'is no database',
      async () => writeFile(path, 'Dear diary, this is no database at all.'.repeat(50)),
      'is not a database',
    ],
    ['is cut short', async () => cutShort(), 'is damaged'],
    ['is of another program', async () => inspect((it) => it.exec('create table x (y)')), 'another program'],
    ['is of a newer version', async () => makeNewer(), 'has schema version 99, and this program knows 3'],
  ])('that %s is refused with what to do', async (_, prepare, message) => {
    await prepare();
    await expect(openSqliteStore(path)).rejects.toMatchObject({
      code: 'store',
      message: expect.stringContaining(message),
      remedy: expect.stringMatching(/\.$/),
    });
  });

  async function makeNewer() {
    await (await openSqliteStore(path))[Symbol.asyncDispose]();
    inspect((it) => it.exec('pragma user_version = 99'));
  }

  async function cutShort() {
    await (await openSqliteStore(path))[Symbol.asyncDispose]();
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0xff, 100, 4096));
  }

  test.each([
    ['a folder in its place', async () => join(folder)],
    [
      'a file where its folder should be',
      async () => {
        await writeFile(join(folder, 'file'), '');
        return join(folder, 'file', 'store.db');
      },
    ],
  ])('with %s cannot be opened, and it is said what to do', async (_, prepare) => {
    await expect(openSqliteStore(await prepare())).rejects.toMatchObject({
      code: 'store',
      remedy: expect.stringContaining('folder'),
    });
  });

  test('that was closed is not used any more', async () => {
    const store = await openSqliteStore(path);
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await expect(store.recordedCommits('a', 'b')).rejects.toMatchObject({ code: 'store' });
  });

  test('has all that was acknowledged when the writer was killed', async () => {
    const script = `
      import { openSqliteStore } from ${JSON.stringify(storeModule)};
      const store = await openSqliteStore(${JSON.stringify(path)});
      for (let index = 0; ; index++) {
        await store.recordCommit('apps', 'b', String(index).padStart(40, '0'), new Date());
        await store.recordDecision({ repository: 'apps', installation: 'i', kind: String(index), detail: {}, at: new Date() });
        console.log(index);
      }`;
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let acknowledged = -1;
      for await (const line of createInterface(child.stdout)) {
        acknowledged = Number(line);
        if (acknowledged === 40 + round * 17) child.kill('SIGKILL');
      }
      await using store = await openSqliteStore(path);
      const commits = await store.recordedCommits('apps', 'b');
      expect(commits.size).toBeGreaterThan(acknowledged);
      const [newest] = await store.decisions('apps', 'i', 1);
      expect(Number(newest?.kind)).toBeGreaterThanOrEqual(acknowledged);
      expect(inspect((it) => it.prepare('pragma integrity_check').get())).toEqual({ integrity_check: 'ok' });
    }
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '../support/free-port.ts';
import { createGitWorld } from '../support/git-world.ts';
import { startServing } from '../support/served-world.ts';
import { type Figure, figure, runProcess } from './measure.ts';

const generator = fileURLToPath(new URL('delivery-generator.ts', import.meta.url));
const secret = 'what-signs-the-deliveries-of-the-bench-0123456789';
const rate = 500;
const seconds = 60;

interface Sent {
  readonly total: number;
  readonly seconds: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly p50: number;
  readonly p99: number;
}

/** Deliveries at a fixed rate from a process beside the listener: each is signed, and stored before it is answered. */
export async function measureDeliveries(): Promise<readonly Figure[]> {
  await using git = await createGitWorld();
  await git.person.commit('main', { '.consignee/config.yaml': 'registry: r.example.org\n' });
  const folder = await mkdtemp(join(tmpdir(), 'consignee-bench-deliveries-'));
  const port = await findFreePort();
  await writeFile(
    join(folder, 'consignee.yaml'),
    `applicationsRepositories: { fleet: { url: ${git.bare} } }
forges:
  acme: { type: gitea, url: "https://git.example.org", credentials: { token: env:HOOK_SECRET }, webhookSecrets: [env:HOOK_SECRET] }
listen: { hooks: "127.0.0.1:${port}" }
polling: 1h
`,
  );
  try {
    await using serving = await startServing(folder, { ...process.env, HOOK_SECRET: secret });
    const address = `http://127.0.0.1:${port}/hooks/gitea/acme`;
    const words = [generator, address, secret, `${rate}`, `${seconds}`];
    const { stdout } = await runProcess({ node: process.execPath, words, folder });
    const sent: Sent = JSON.parse(stdout);
    if (serving.process.exitCode !== null) throw new Error('serve ended');
    const lost = sent.total - countStored(join(folder, 'consignee.db'));
    const wrong = sent.total - (sent.answers['202'] ?? 0);
    const what = `deliveries at ${rate}/s for ${seconds} s`;
    return [
      figure(`${what}: answered`, [(sent.total - wrong) / sent.seconds], { unit: '/s', atLeast: rate * 0.99 }),
      figure(`${what}: median to 202`, [sent.p50]),
      figure(`${what}: 99th percentile to 202`, [sent.p99], { budget: 150 }),
      figure(`${what}: answered 202 and not stored`, [Math.max(0, lost - wrong)], { unit: '', budget: 1 }),
      figure('the disk alone: to store one of 100/s, worst', [await longestCommit(join(folder, 'disk.db'))]),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What no store is faster than. Disks that others use as well stop for a moment now and then, and everybody waits. */
async function longestCommit(path: string): Promise<number> {
  using database = new DatabaseSync(path);
  database.exec('pragma journal_mode = wal; pragma synchronous = full; create table one (text text)');
  const insert = database.prepare('insert into one values (?)');
  const text = 'x'.repeat(700);
  let longest = 0;
  for (let count = 0; count < 1000; count++) {
    const started = performance.now();
    insert.run(text);
    longest = Math.max(longest, performance.now() - started);
    await pause(10);
  }
  return longest;
}

function countStored(path: string): number {
  using database = new DatabaseSync(path, { readOnly: true });
  return Number(database.prepare('select count(*) as count from deliveries').get()?.count);
}

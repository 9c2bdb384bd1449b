import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Serving } from '../support/served-world.ts';
import { createForgeWorld, type ForgeWorld, signatureOf } from './forge-world.ts';
import { type Figure, figure, type ProcessRun, runProcess, wallOf } from './measure.ts';

const program = fileURLToPath(new URL('../../bin/consignee.js', import.meta.url));
const rounds = 30;

/**
 * What the bot adds to what the forge itself takes, on a real Gitea. Events are counted from their arrival: Gitea's own queue before it is
 * not the bot's.
 */
export async function measureForge(binary: string): Promise<readonly Figure[]> {
  await using world = await createForgeWorld(binary, 100);
  const resting = await measureResting(world);
  const cold = await measureCold(world);
  await using serving = await world.serve();
  await serving.event('pass.ended');
  return [
    ...resting,
    ...(await measureArrivals(world, serving)),
    ...(await measureComments(world, serving)),
    ...cold,
    figure('run on Gitea, nothing to do, 43 pull requests open', wallOf(await runTimes(5, world))),
  ];
}

async function measureResting(world: ForgeWorld): Promise<readonly Figure[]> {
  await using serving = await world.serve();
  await serving.event('pass.ended');
  const noOp = await measureNoOp(world, serving);
  // The thread that renders ends when it was not needed for half a minute.
  await pause(35_000);
  return [...noOp, figure('serve, idle: memory', [residentMebibytes(serving)], { unit: 'MiB', budget: 120 })];
}

/** As many as one machine of this class takes with the best peer, times 0.4: 2.5 s and 5.7 s. */
export async function measureColdThousand(binary: string): Promise<readonly Figure[]> {
  await using world = await createForgeWorld(binary, 1000);
  await run(world);
  return [figure('run on Gitea, nothing to do, 1000 components', wallOf(await runTimes(3, world)), { budget: 2280 })];
}

/** With nothing open yet, as the peers were measured. */
async function measureCold(world: ForgeWorld): Promise<readonly Figure[]> {
  await run(world);
  const idle = await runTimes(7, world);
  const one: number[] = [];
  const alone: number[] = [];
  for (const index of [90, 91, 92]) {
    alone.push(await timeLimit(world, `cold-${index}`));
    await world.deliver(index, 'v1.1.0');
    one.push((await run(world)).milliseconds);
  }
  const ten = await measureTen(world);
  return [
    figure('run on Gitea, nothing to do, 100 components', wallOf(idle), { budget: 1000 }),
    figure(
      'run on Gitea, one new version: beyond what the forge takes',
      one.map((it, i) => it - (alone[i] ?? 0)),
      {
        budget: 1000,
      },
    ),
    ...ten,
  ];
}

async function runTimes(count: number, world: ForgeWorld): Promise<readonly ProcessRun[]> {
  const runs: ProcessRun[] = [];
  for (let index = 0; index < count; index++) runs.push(await run(world));
  return runs;
}

async function measureTen(world: ForgeWorld): Promise<readonly Figure[]> {
  let limit = 0;
  for (let index = 0; index < 10; index++) limit += await timeLimit(world, `ten-${index}`);
  for (let index = 80; index < 90; index++) await world.deliver(index, 'v1.1.0');
  const { milliseconds } = await run(world);
  return [
    figure("run on Gitea, ten new versions at once, of the forge's own ten", [milliseconds / limit], {
      unit: '×',
      budget: 1.3,
    }),
  ];
}

function run({ folder, variables }: ForgeWorld) {
  const strings = Object.entries(variables).filter((it): it is [string, string] => it[1] !== undefined);
  return runProcess({
    node: process.execPath,
    words: [program, 'run'],
    folder,
    variables: Object.fromEntries(strings),
  });
}

/** What nobody can be faster than: git pushes a branch, and the API opens a pull request. @returns Milliseconds. */
async function timeLimit({ git, clone, gitea, below }: ForgeWorld, name: string): Promise<number> {
  const { url, tokens } = gitea.server;
  await git('checkout', '-q', '-B', `limit/${name}`, 'origin/main');
  for (const file of ['a', 'b', 'c', 'd', 'e', 'f']) await writeFile(join(clone, `${name}-${file}.yaml`), `${name}\n`);
  await git('add', '-A');
  await git('-c', 'user.name=Bench', '-c', 'user.email=bench@example.org', 'commit', '-q', '-m', name);
  const body = JSON.stringify({ head: `limit/${name}`, base: 'main', title: name, body: 'x'.repeat(4000) });
  const headers = { authorization: `token ${tokens.bot}`, 'content-type': 'application/json' };
  const started = performance.now();
  await git('push', '-q', 'origin', `limit/${name}`);
  const answer = await fetch(`${url}/api/v1${below}/pulls`, { method: 'POST', headers, body });
  await answer.text();
  if (!answer.ok) throw new Error(`POST pulls: ${answer.status}`);
  return performance.now() - started;
}

/** From the arrival of a registry's event to the open pull request, beside the limit, by turns. */
async function measureArrivals(world: ForgeWorld, serving: Serving): Promise<readonly Figure[]> {
  const own: number[] = [];
  const limit: number[] = [];
  for (let index = 0; index < rounds; index++) {
    limit.push(await timeLimit(world, `warm-${index}`));
    await world.deliver(index, 'v1.1.0');
    const body = JSON.stringify({ repository: world.repositoryOf(index), tag: 'v1.1.0' });
    const from = serving.log.length;
    const started = performance.now();
    await accepted(
      world.post(
        '/hooks/registry/registry.example.org/consumer',
        { 'x-consignee-signature-256': `sha256=${signatureOf(body)}` },
        body,
      ),
    );
    await serving.event('pass.ended', from);
    own.push(world.answeredAt('POST', /\/pulls$/) - started);
  }
  return [
    figure("the forge's own push and POST pulls", limit),
    figure('registry event to open pull request', own),
    figure('the same, 95th percentile of that of the forge', [percentile(own, 0.95) / percentile(limit, 0.95)], {
      unit: '×',
      budget: 1.3,
    }),
  ];
}

/** From the arrival of a comment's event to the reply, beside a reaction and a comment, by turns. */
async function measureComments(world: ForgeWorld, serving: Serving): Promise<readonly Figure[]> {
  const { ask, below } = world;
  const open = Object.values(await ask('admin', 'GET', `${below}/pulls?state=open&limit=50`));
  const number = open.map(numberOf).find((it) => it > 0) ?? 0;
  const figures: Figure[] = [];
  const limit: number[] = [];
  for (let count = 0; count < rounds; count++) limit.push(await timeTwoCalls(world, number));
  figures.push(figure("the forge's own reaction and comment", limit));
  for (const command of ['/help', '/explain']) {
    const own: number[] = [];
    for (let count = 0; count < rounds; count++) own.push(await timeCommand(world, { serving, number, command }));
    figures.push(
      figure(`comment to reply, ${command}, of the two calls`, [percentile(own, 0.5) / percentile(limit, 0.5)], {
        unit: '×',
        budget: 1.5,
      }),
    );
  }
  return figures;
}

async function timeTwoCalls({ gitea, ask, below }: ForgeWorld, number: number): Promise<number> {
  const { id } = await ask('maintainer', 'POST', `${below}/issues/${number}/comments`, { body: 'a word' });
  const { url, tokens } = gitea.server;
  const headers = { authorization: `token ${tokens.bot}`, 'content-type': 'application/json' };
  const call = async (path: string, body: object) => {
    const answer = await fetch(`${url}/api/v1${below}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    await answer.text();
  };
  const started = performance.now();
  await call(`/issues/comments/${id}/reactions`, { content: 'eyes' });
  await call(`/issues/${number}/comments`, { body: 'y'.repeat(500) });
  return performance.now() - started;
}

interface Commanding {
  readonly serving: Serving;
  readonly number: number;
  readonly command: string;
}

async function timeCommand(world: ForgeWorld, { serving, number, command }: Commanding): Promise<number> {
  const { ask, below, gitea } = world;
  const created = await ask('maintainer', 'POST', `${below}/issues/${number}/comments`, { body: command });
  const { id, name, full_name } = await ask('admin', 'GET', below);
  const { owner } = gitea.server;
  const permissions = { admin: false, push: true, pull: true };
  const repository = { id, name, full_name, permissions, owner: { id: 1, login: owner, username: owner } };
  const { user } = created;
  const pull = await ask('admin', 'GET', `${below}/pulls/${number}`);
  const body = JSON.stringify({
    ...{ action: 'created', is_pull: true, repository, sender: user, comment: created, issue: { id: 1, number } },
    pull_request: pull,
  });
  const headers = {
    'x-gitea-event': 'issue_comment',
    'x-gitea-event-type': 'pull_request_comment',
    'x-gitea-delivery': randomUUID(),
    'x-gitea-signature': signatureOf(body),
  };
  const from = serving.log.length;
  const started = performance.now();
  await accepted(world.post('/hooks/gitea/gitea', headers, body));
  await serving.event('command.answered', from);
  return world.answeredAt('POST', new RegExp(`/issues/${number}/comments$`)) - started;
}

async function measureNoOp(world: ForgeWorld, serving: Serving): Promise<readonly Figure[]> {
  const times: number[] = [];
  const requests: number[] = [];
  for (let count = 0; count < 7; count++) {
    const body = JSON.stringify({
      ref: 'refs/heads/main',
      before: 'a',
      after: 'b',
      repository: await repositoryOf(world),
    });
    const headers = {
      'x-gitea-event': 'push',
      'x-gitea-event-type': 'push',
      'x-gitea-delivery': randomUUID(),
      'x-gitea-signature': signatureOf(body),
    };
    requests.push(
      await world.countRequests(async () => {
        const from = serving.log.length;
        const started = performance.now();
        await accepted(world.post('/hooks/gitea/gitea', headers, body));
        await serving.event('pass.ended', from);
        times.push(performance.now() - started);
      }),
    );
  }
  return [
    figure('serve on Gitea, a pass over 100, nothing to do', times, { budget: 500 }),
    figure('the same: requests to the forge', requests, { unit: '', budget: 5 }),
  ];
}

async function repositoryOf({ ask, below }: ForgeWorld) {
  const { id, name, full_name, owner } = await ask('admin', 'GET', below);
  return { id, name, full_name, owner };
}

async function accepted(posted: Promise<Response>): Promise<void> {
  const answer = await posted;
  if (answer.status !== 202) throw new Error(`the event was answered ${answer.status}: ${await answer.text()}`);
}

function numberOf(value: unknown): number {
  const has = typeof value === 'object' && value !== null && 'number' in value && 'title' in value;
  return has && String(value.title).startsWith('default/') ? Number(value.number) : 0;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** @see proc_pid_status(5), VmRSS. */
function residentMebibytes({ process: { pid } }: Serving): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) / 1024;
}

// `npm run bench`: measures what docs/benchmarks.md promises. A missed budget is a finding, not a failure: the exit code is 0.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { noDockerRegistry } from '../support/docker-registry.ts';
import { findGitea } from '../support/gitea-server.ts';
import { measureHelp, measureIdlePass, measureOtherNode, measureUpdatePass, measureVerify } from './cold-figures.ts';
import { measureDeliveries } from './delivery-figures.ts';
import { measureColdThousand, measureForge } from './forge-figures.ts';
import type { Figure } from './measure.ts';
import { measureRegistry, measureVerifyOverNetwork } from './registry-figures.ts';
import { describeLoad, describeMachine, printFigures } from './report.ts';
import { measureWarm } from './warm-figures.ts';
import { createWorld } from './world.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const hasRegistry = noDockerRegistry === undefined && findProgram('wrk') !== undefined;
const started = performance.now();
console.log(`${describeMachine(root)}; ${describeLoad()} before\n`);
const processes: Figure[] = [];
const warm: Figure[] = [];
const registries: Figure[] = [];

say('--help and verify');
processes.push(...(await measureHelp()), await measureVerify());

say('100 components: making the world');
{
  await using world = await createWorld(100, ['v1.0.0', 'v1.1.0']);
  say('100 components: measuring');
  processes.unshift(...(await measureIdlePass(world, { runs: 11, budget: { ms: 1000, mebibytes: 200 } })));
  const other = findOtherNode();
  if (other) processes.splice(2, 0, await measureOtherNode(world, other.path, other.version));
  warm.push(...(await measureWarm(world.archive)));
  processes.push(await measureUpdatePass(world));
}

say('1000 components: making the world');
{
  await using world = await createWorld(1000, ['v1.0.0']);
  say('1000 components: measuring');
  processes.push(...(await measureIdlePass(world, { runs: 3, budget: { mebibytes: 256 } })));
  say('1000 component repositories in a registry');
  if (hasRegistry) registries.push(...(await measureRegistry(world)));
}

say('verifying from a registry');
if (hasRegistry) registries.push(...(await measureVerifyOverNetwork()));

say('deliveries');
const deliveries = await measureDeliveries();

say('a real Gitea');
const gitea = findGitea(process.env);
const forges: Figure[] = [];
if (hasRegistry && gitea) forges.push(...(await measureForge(gitea)), ...(await measureColdThousand(gitea)));

console.log(`Each in a process of its own, from start to end:\n\n${printFigures(processes)}`);
if (hasRegistry) console.log(`From a registry (docker-registry on this machine):\n\n${printFigures(registries)}`);
else console.log('The figures of registries are left out: they need docker-registry and wrk (Debian).\n');
if (forges.length > 0)
  console.log(`With a real Gitea (and docker-registry) on this machine:\n\n${printFigures(forges)}`);
else
  console.log(
    'The figures of forges are left out: they need a Gitea (on PATH, or GITEA_BIN), docker-registry and wrk.\n',
  );
console.log(`Webhooks:\n\n${printFigures(deliveries)}`);
console.log(`In a process that runs:\n\n${printFigures(warm)}`);
console.log(`${describeLoad()} after; the bench took ${((performance.now() - started) / 1000).toFixed(0)} s`);

function say(what: string): void {
  console.error(`bench: ${what} …`);
}

function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** The machine's own Node, when it is another than the one that runs the bench. */
function findOtherNode(): { readonly path: string; readonly version: string } | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((it) => !it.includes('node_modules'));
  for (const folder of folders) {
    const path = join(folder, 'node');
    try {
      accessSync(path, constants.X_OK);
    } catch {
      continue;
    }
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim().slice(1);
    return version === process.versions.node ? undefined : { path, version };
  }
  return undefined;
}

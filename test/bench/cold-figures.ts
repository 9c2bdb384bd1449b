import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, type Figure, figure, type ProcessRun, runProcess, runTimes, wallOf } from './measure.ts';
import type { World } from './world.ts';

const program = fileURLToPath(new URL('../../bin/consignee.js', import.meta.url));

/** What the first line of the program says, and what it starts the carried Node with. */
const flags = ['--max-semi-space-size=4'];
const variables = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536' };

/** The command line as people start it, with the Node that runs the bench unless another is named. */
function consignee(folder: string, words: readonly string[], node = process.execPath): Command {
  return { node, words: [...flags, program, ...words], folder, variables };
}

/** A pass with nothing to do, each in a process of its own. The copy of the repository and the compile cache are there already. */
export async function measureIdlePass(
  world: World,
  { runs, budget }: { readonly runs: number; readonly budget?: { readonly ms?: number; readonly mebibytes: number } },
): Promise<readonly Figure[]> {
  await expectDecisions(world, () => 'leave');
  const measured = await runTimes(runs, consignee(world.folder, ['run']));
  const what = `run, nothing to do, ${world.installations.length} components`;
  return [
    figure(what, wallOf(measured), budget?.ms === undefined ? {} : { budget: budget.ms }),
    ...peakOf(`${what}: memory`, measured, budget && { budget: budget.mebibytes }),
  ];
}

/** The same by way of a machine's own, older Node, which starts the carried one. */
export async function measureOtherNode(world: World, node: string, version: string): Promise<Figure> {
  const measured = await runTimes(7, consignee(world.folder, ['run'], node));
  return figure(`the same, started by Node ${version}`, wallOf(measured));
}

/** From a new component version in the archive to the open pull request, in a process of its own. */
export async function measureUpdatePass(world: World): Promise<Figure> {
  const measured: ProcessRun[] = [];
  for (const index of [0, 1, 2]) {
    await world.deliver(index, 'v1.2.0');
    measured.push(await runProcess(consignee(world.folder, ['run'])));
  }
  await expectDecisions(world, (index) => (index < 3 ? 'waiting' : 'leave'));
  return figure(`run, 1 of ${world.installations.length} has a new version: pull request opened`, wallOf(measured));
}

export async function measureHelp(): Promise<readonly Figure[]> {
  const words = ['--help'];
  await runProcess(consignee(tmpdir(), words));
  const warm = await runTimes(15, consignee(tmpdir(), words));
  const cold: ProcessRun[] = [];
  for (let run = 0; run < 7; run++) {
    const cache = await mkdtemp(join(tmpdir(), 'consignee-bench-cache-'));
    cold.push(
      await runProcess({ ...consignee(tmpdir(), words), variables: { ...variables, NODE_COMPILE_CACHE: cache } }),
    );
    await rm(cache, { recursive: true });
  }
  const bare = await runTimes(7, { node: process.execPath, words: ['-e', ''], folder: tmpdir() });
  return [
    figure('--help', wallOf(warm), { budget: 150 }),
    figure('--help, compile cache empty', wallOf(cold)),
    figure('Node alone, for comparison', wallOf(bare)),
  ];
}

export async function measureVerify(): Promise<Figure> {
  const demo = fileURLToPath(new URL('../../templates/demo/', import.meta.url));
  const key = join(demo, 'ocm-applications/.consignee/keys/ocm-signing.pub');
  const reference = `${join(demo, 'podinfo.tgz')}//ocm.software/demos/podinfo:v1.0.0`;
  const words = ['verify', reference, '--signature', 'ocm-signing', '--public-key', `ocm-signing=${key}`];
  return figure('verify podinfo, from a tgz archive', wallOf(await runTimes(7, consignee(tmpdir(), words))));
}

function peakOf(what: string, runs: readonly ProcessRun[], options: Partial<Figure> = {}): readonly Figure[] {
  const peaks = runs.flatMap(({ peakMebibytes }) => peakMebibytes ?? []);
  return peaks.length === 0 ? [] : [figure(what, peaks, { unit: 'MiB', ...options })];
}

/** A figure of a pass that does something else than it should is worth nothing. */
async function expectDecisions(world: World, wanted: (index: number) => 'leave' | 'waiting'): Promise<void> {
  const { stdout } = await runProcess(consignee(world.folder, ['run', '--output', 'json']));
  const { installations } = JSON.parse(stdout) as { installations: { decision: { because: string } }[] };
  const because = { leave: 'in-sync', waiting: 'waiting-for-merge' };
  const wrong = installations.filter((it, index) => it.decision.because !== because[wanted(index)]);
  if (installations.length !== world.installations.length || wrong.length > 0)
    throw new Error(`The pass does not do what is to be measured: ${JSON.stringify(wrong[0])}`);
}

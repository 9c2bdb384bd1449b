/**
 * Makes one pass over the world in a folder: `node pass-child.ts <folder> <options as JSON>`. Exits with 0 when nothing happened
 * that a person must act on.
 */
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import { runPass } from '../../src/workflows/run-pass.ts';
import { withBoundaries } from './boundaries.ts';
import type { PassInChild } from './start-pass.ts';
import { openPorts, worldOptions } from './world-ports.ts';

const [folder = '', json = '{}'] = process.argv.slice(2);
const { store = 'store', killAfter, killWithin } = JSON.parse(json) as PassInChild;

const kill = () => process.kill(process.pid, 'SIGKILL');

/** By then git has been started, and has not ended. */
const withinMilliseconds = 8;

async function before(name: string) {
  if (name === killWithin) setTimeout(kill, withinMilliseconds);
}

let count = 0;
async function after() {
  if (count++ !== killAfter) return;
  kill();
  await new Promise(() => undefined);
}

await using evaluator = createEvaluator({ timeoutSeconds: 20 });
await using ports = await openPorts(folder, { evaluator, store });
const results = await runPass(withBoundaries(ports, { before, after }), worldOptions());
const good = results.every(({ outcome }) =>
  outcome.kind === 'failed' ? outcome.failure.passing : outcome.decision.kind !== 'refuse',
);
process.exitCode = good ? 0 : 1;

/**
 * Works as the product does after a start, against a forge over HTTP: finds out what the process before left, then answers comments and
 * makes passes until there is nothing to do. `node crash-child.ts <options as JSON>`. Exits with 0 when it came to rest.
 */
import { flushCompileCache } from 'node:module';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import type { Journal } from '../../src/ports/journal.ts';
import { catchUpComments } from '../../src/workflows/catch-up-comments.ts';
import { journalForge } from '../../src/workflows/journalled-forge.ts';
import { resolveEffects } from '../../src/workflows/resolve-effects.ts';
import { runPass } from '../../src/workflows/run-pass.ts';
import type { CrashChild } from '../crash/crash-process.ts';
import { mutants } from '../crash/mutants.ts';
import { openCrashPorts } from './crash-ports.ts';
import { worldOptions } from './world-ports.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as CrashChild;
const { killAt, passes, mutant = 'none' } = options;

/** With all programs that it started. */
async function killIf(point: string, kind: string, seen: Map<string, number>): Promise<void> {
  const before = seen.get(kind) ?? 0;
  seen.set(kind, before + 1);
  if (killAt?.point !== point || killAt.at !== kind || killAt.skips !== before) return;
  process.kill(-process.pid, 'SIGKILL');
  await new Promise(() => undefined);
}

let begun = 0;
function withKills(journal: Journal): Journal {
  const kinds = new Map<number, string>();
  const [intended, answered, recorded] = [new Map(), new Map(), new Map()];
  return {
    ...journal,
    async begin(effect) {
      begun++;
      const sequence = await journal.begin(effect);
      kinds.set(sequence, effect.kind);
      await killIf('intended', effect.kind, intended);
      return sequence;
    },
    async end(sequence, outcome) {
      const kind = kinds.get(sequence) ?? '';
      await killIf('answered', kind, answered);
      await journal.end(sequence, outcome);
      await killIf('recorded', kind, recorded);
    },
  };
}

// A process that is killed leaves no compiled code to the next one, which would take twice as long.
flushCompileCache();

const repository = 'applications';
await using evaluator = createEvaluator({ timeoutSeconds: 20 });
await using plain = await openCrashPorts(options, evaluator);
const { store, clock, log } = plain;
const { journal } = store;
const { forge, store: changed } = await mutants[mutant]({ forge: plain.forge, store, repository });
await resolveEffects({ forge, journal, clock, log }, repository);
const journalled = journalForge(forge, { journal: withKills(journal), repository, clock, log });
const ports = { ...plain, forge: journalled, store: { ...store, ...changed } };

process.exitCode = 1;
for (let pass = 0; pass < passes; pass++) {
  const before = begun;
  const how = worldOptions({ repository });
  await catchUpComments({ ports, options: how });
  const results = await runPass(ports, how);
  if (begun === before && results.every(({ outcome }) => outcome.kind === 'decided')) {
    process.exitCode = 0;
    break;
  }
}

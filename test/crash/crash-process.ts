import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CrashPlace } from '../support/crash-ports.ts';
import type { Mutant } from './mutants.ts';

/** What a process is started with. */
export interface CrashChild extends CrashPlace {
  /** How many passes it makes at most; it ends after one that had nothing to do. */
  readonly passes: number;
  /** Where it kills itself: around the journal, at an effect of this kind after so many of them. */
  readonly killAt?:
    | { readonly point: 'intended' | 'answered' | 'recorded'; readonly at: string; readonly skips: number }
    | undefined;
  readonly mutant?: Mutant | undefined;
}

export interface CrashProcess {
  /** How it ended: its exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Ends it with all programs that it started, as the end of a container does. */
  kill(): Promise<void>;
}

/** Compiled code, which saves a third of a start. */
const codeCache = fileURLToPath(new URL('../../node_modules/.cache/crash-child', import.meta.url));

const program = fileURLToPath(new URL('../support/crash-child.ts', import.meta.url));

export function startCrashProcess(options: CrashChild): CrashProcess {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
    env: { ...process.env, NODE_COMPILE_CACHE: codeCache },
  });
  const ended = endOf(child);
  return {
    ended,
    async kill() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}

async function endOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? signal;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface PassInChild {
  readonly store?: string;
  /** The write, counted from 0, after which the process kills itself. What is before a write is what is after the one before. */
  readonly killAfter?: number;
  /** The name of the write during which it kills itself: the programs that it started go on for a while. */
  readonly killWithin?: string;
}

const program = fileURLToPath(new URL('./pass-child.ts', import.meta.url));

/** Makes a pass in a process of its own. @returns How it ended. */
export async function startPass(folder: string, options: PassInChild = {}) {
  const child = spawn(process.execPath, [program, folder, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return { code, signal };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface PassInChild {
  readonly store?: string;
  /** The write, counted from 1, at which the process kills itself; writes are counted before and after. */
  readonly killAt?: number;
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

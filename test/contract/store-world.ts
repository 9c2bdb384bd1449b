import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Store } from '../../src/ports/store.ts';

/** A place for one store. */
export interface StoreWorld extends AsyncDisposable {
  /** Opens the store of this world; every call gives another handle on the same one. */
  open(): Promise<Store>;
  /** Source text of a module in which `store` is a handle on the same store, for a process of its own. */
  readonly program: string;
}

export interface Context {
  readonly world: StoreWorld;
  readonly store: Store;
}

export const first = new Date('2026-03-01T10:00:00.123Z');
export const later = new Date('2026-03-02T10:00:00.456Z');

export function daysAfter(date: Date, days: number): Date {
  return new Date(date.getTime() + days * 24 * 60 * 60 * 1000);
}

export function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('a value of the test is wrong');
  return value;
}

/** Runs `script` after the program of the world, in a process of its own. @returns The lines it wrote. */
export async function runProcess(world: StoreWorld, script: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const code = await followProcess(world, script, (line) => {
    lines.push(line);
  });
  if (code !== 0) throw new Error(`the process ended with ${code}`);
  return lines;
}

/** Runs `script` until it has written `lines` lines, and kills it. */
export async function killProcessAfter(world: StoreWorld, script: string, lines: number): Promise<void> {
  let written = 0;
  await followProcess(world, script, (_line, kill) => {
    written += 1;
    if (written === lines) kill();
  });
  if (written < lines) throw new Error('the process ended by itself');
}

async function followProcess(world: StoreWorld, script: string, onLine: (line: string, kill: () => void) => void) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', `${world.program}\n${script}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  for await (const line of createInterface(child.stdout)) onLine(line, () => child.kill('SIGKILL'));
  return ended;
}

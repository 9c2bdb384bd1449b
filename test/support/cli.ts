import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runProgram } from '../../src/cli/run-program.ts';
import { type Terminal, toScreen } from '../../src/cli/terminal.ts';
import { readVariables } from '../../src/config/env.ts';
import { createServices } from '../../src/wire.ts';

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process, as src/main.ts does, and keeps what it prints. */
export async function runCli(words: readonly string[], now = new Date()): Promise<CliResult> {
  const result = { code: 0, out: '', err: '' };
  const terminal: Terminal = {
    out: (text) => {
      result.out += toScreen(text, false);
    },
    err: (text) => {
      result.err += toScreen(text, false);
    },
    progress: () => undefined,
    live: false,
    colour: false,
    width: 120,
  };
  const clock = { now: () => now };
  const services = async () => createServices({ variables: readVariables(), clock });
  result.code = await runProgram(words, { terminal, clock, services });
  return result;
}

export interface Workplace extends AsyncDisposable {
  readonly folder: string;
  readonly path: (...parts: readonly string[]) => string;
  readonly write: (files: Readonly<Record<string, string | Uint8Array>>) => Promise<void>;
}

/** A temporary folder that goes when the test is over. */
export async function createWorkplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'consignee-'));
  const path = (...parts: readonly string[]) => join(folder, ...parts);
  return {
    folder,
    path,
    write: async (files) => {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(path(name)), { recursive: true });
        await writeFile(path(name), content);
      }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

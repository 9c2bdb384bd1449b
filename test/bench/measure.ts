import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One line of the table. */
export interface Figure {
  readonly what: string;
  /** `×`: a ratio of two figures of the same run; empty for a number of things. */
  readonly unit: 'ms' | 'MiB' | '/s' | '×' | '';
  readonly median: number;
  readonly worst: number;
  readonly runs: number;
  /** What the median must stay below; figures without one are for information. */
  readonly budget?: number;
  /** What the median must reach; for figures that are better the larger they are. */
  readonly atLeast?: number;
}

export function figure(what: string, values: readonly number[], options: Partial<Figure> = {}): Figure {
  const sorted = values.toSorted((a, b) => (options.atLeast === undefined ? a - b : b - a));
  const [worst, median] = [sorted.at(-1), sorted[Math.floor(sorted.length / 2)]];
  if (worst === undefined || median === undefined) throw new Error(`Nothing was measured of: ${what}`);
  return { what, unit: 'ms', median, worst, runs: values.length, ...options };
}

/** @returns The milliseconds of each call. */
export async function time(runs: number, work: () => unknown): Promise<readonly number[]> {
  const values: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await work();
    values.push(performance.now() - started);
  }
  return values;
}

export interface Command {
  /** Path of the Node that runs it. */
  readonly node: string;
  /** The program and its arguments. */
  readonly words: readonly string[];
  readonly folder: string;
  readonly variables?: Readonly<Record<string, string>>;
}

export interface ProcessRun {
  /** From the start of the process to its end. */
  readonly milliseconds: number;
  /** The largest part of the process that lay in memory at once; `undefined` where /proc does not tell. */
  readonly peakMebibytes: number | undefined;
  readonly stdout: string;
}

/** Peaks are read so often; what comes in the last moment of a process may be missed. */
const pollMilliseconds = 5;

/** Runs a process to its end. @throws When it does not end with 0. */
export function runProcess({ node, words, folder, variables = {} }: Command): Promise<ProcessRun> {
  // The bench itself runs with a compile cache that the command line must not inherit: it sets its own.
  const { NODE_COMPILE_CACHE: _, NODE_OPTIONS: __, ...environment } = process.env;
  const { promise, resolve, reject } = Promise.withResolvers<ProcessRun>();
  const started = performance.now();
  const child = spawn(node, words, {
    cwd: folder,
    env: { ...environment, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let peakMebibytes: number | undefined;
  let ended: number | undefined;
  const timer = setInterval(() => {
    peakMebibytes = readPeak(child.pid) ?? peakMebibytes;
  }, pollMilliseconds);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  child.on('exit', () => {
    ended = performance.now();
    clearInterval(timer);
  });
  child.on('error', reject);
  child.on('close', (code) => {
    if (code === 0 && ended !== undefined)
      resolve({ milliseconds: ended - started, peakMebibytes, stdout: output.stdout });
    else reject(new Error(`${words.join(' ')} ended with ${code}:\n${output.stdout}\n${output.stderr}`));
  });
  return promise;
}

export async function runTimes(runs: number, command: Command): Promise<readonly ProcessRun[]> {
  const results: ProcessRun[] = [];
  for (let run = 0; run < runs; run++) results.push(await runProcess(command));
  return results;
}

export const wallOf = (runs: readonly ProcessRun[]) => runs.map(({ milliseconds }) => milliseconds);

/** @see proc_pid_status(5), VmHWM. */
function readPeak(pid: number | undefined): number | undefined {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1024;
  } catch {
    // It ended in this moment, or there is no /proc.
    return undefined;
  }
}

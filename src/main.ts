import { CommanderError } from 'commander';
import { printFailure } from './cli/print-failure.ts';
import { createProgram } from './cli/program.ts';
import { type Terminal, toScreen } from './cli/terminal.ts';
import { readEnvironment, readVariables } from './config/env.ts';
import { Failure } from './core/failure.ts';

const environment = readEnvironment();
const terminal: Terminal = {
  out: (text) => void process.stdout.write(toScreen(text)),
  err: (text) => void process.stderr.write(toScreen(text)),
  progress: (line) => void process.stderr.write(`\r\u001b[2K${toScreen(line)}\r`),
  live: process.stderr.isTTY === true && !environment.ci && !environment.dumbTerminal,
  colour: process.stdout.isTTY === true && !environment.noColor,
  width: Math.min(process.stdout.columns ?? 120, 120),
};

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const clock = { now: () => new Date() };

const program = createProgram(
  {
    terminal,
    clock,
    services: async () => (await import('./wire.ts')).createServices({ variables: readVariables(), clock }),
  },
  (code) => {
    process.exitCode = code;
  },
);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** @returns The exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Failure) {
    terminal.err(`${printFailure(error, terminal)}\n`);
    return error.exitCode;
  }
  // What is not a Failure is a mistake in the program: who reports it needs the stack.
  terminal.err(`Consignee has a bug. Please report this:\n${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

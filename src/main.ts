import { runProgram } from './cli/run-program.ts';
import { createColourKey, type Terminal, toScreen } from './cli/terminal.ts';
import { readEnvironment, readVariables } from './config/env.ts';

const environment = readEnvironment();
const colour = process.stdout.isTTY === true && !environment.noColor && createColourKey();
const errColour = process.stderr.isTTY === true && colour;
const terminal: Terminal = {
  out: (text) => void process.stdout.write(toScreen(text, colour)),
  err: (text) => void process.stderr.write(toScreen(text, errColour)),
  progress: (line) => void process.stderr.write(`\r\u001b[2K${toScreen(line, errColour)}\r`),
  live: process.stderr.isTTY === true && !environment.ci && !environment.dumbTerminal,
  colour,
  width: Math.min(process.stdout.columns ?? 120, 120),
};

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const clock = { now: () => new Date() };

process.exitCode = await runProgram(process.argv.slice(2), {
  terminal,
  clock,
  services: async () => (await import('./wire.ts')).createServices({ variables: readVariables(), clock }),
});

import { CommanderError } from 'commander';
import { asFailure } from './as-failure.ts';
import { failureAsData, printFailure } from './print-failure.ts';
import { createProgram } from './program.ts';
import type { CommandContext } from './services.ts';
import { printJson } from './terminal.ts';

/**
 * Runs one command line and tells what went wrong; programs that asked for JSON get a failure as JSON, too.
 *
 * @param words Without the program's own name.
 * @returns The exit code.
 */
export async function runProgram(words: readonly string[], context: CommandContext): Promise<number> {
  const ended = { code: 0, json: false };
  const program = createProgram(context, (code) => {
    ended.code = code;
  }).hook('preAction', (_, command) => {
    ended.json = command.opts<{ readonly output?: string }>().output === 'json';
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return ended.code;
  } catch (error) {
    return report(error, context, ended.json);
  }
}

function report(error: unknown, { terminal }: CommandContext, json: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const failure = asFailure(error);
  if (failure) {
    if (json) terminal.out(printJson({ failure: failureAsData(failure) }));
    terminal.err(`${printFailure(failure, terminal)}\n`);
    return failure.exitCode;
  }
  // What is not a Failure is a mistake in the program: who reports it needs the stack.
  terminal.err(`Consignee has a bug. Please report this:\n${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

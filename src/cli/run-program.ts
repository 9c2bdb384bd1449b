import { CommanderError } from 'commander';
import { Failure } from '../core/failure.ts';
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
    ended.json = command.opts()['output'] === 'json';
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

/** What the operating system refuses, wherever it was asked: nothing that the program can do better. */
const refusals: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'may not be used by you: permission denied'],
  ['EPERM', 'may not be used by you: the system does not permit it'],
  ['EROFS', 'lies in a file system that is read-only'],
  ['ENOSPC', 'cannot be written: the disk is full'],
  ['EDQUOT', 'cannot be written: your quota is used up'],
  ['EMFILE', 'cannot be opened: too many files are open'],
  ['ENOTDIR', 'lies under something that is no folder'],
  ['EISDIR', 'is a folder where a file belongs'],
  ['EEXIST', 'is there already'],
]);

/** @returns The error as a failure, or `undefined` when it is none that a person can act on. */
export function asFailure(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const refusal = refusals.get(error.code);
  if (refusal === undefined) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  return new Failure('local', path ? `${path} ${refusal}.` : `What is needed here ${refusal} (${error.message}).`, {
    remedy: 'Put that right, or name another place.',
    cause: error,
  });
}

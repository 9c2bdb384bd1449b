import { runPass } from '../workflows/run-pass.ts';
import {
  exitCodeOf,
  printStatus,
  printSteps,
  type RepositoryResults,
  resultsAsData,
  wouldChange,
} from './print-results.ts';
import { endProgress } from './progress-log.ts';
import type { CommandContext, CommonOptions } from './services.ts';
import { withSessions } from './session.ts';
import { printJson } from './terminal.ts';

/** Shows what a pass would do. @returns The exit code. */
export async function plan(
  only: readonly string[],
  options: CommonOptions & { readonly exitCode?: boolean },
  context: CommandContext,
): Promise<number> {
  const all = await passOver('plan', only, { options, context });
  print(all, { options, context, text: () => printSteps(all, context.terminal, { done: false }) });
  const code = exitCodeOf(all);
  return code === 0 && options.exitCode && all.some(({ results }) => results.some(wouldChange)) ? 4 : code;
}

/** Makes one pass. @returns The exit code. */
export async function run(only: readonly string[], options: CommonOptions, context: CommandContext): Promise<number> {
  const all = await passOver('run', only, { options, context });
  print(all, { options, context, text: () => printSteps(all, context.terminal, { done: true }) });
  return exitCodeOf(all);
}

/** Shows where every installation stands: a pass that only looks. @returns The exit code. */
export async function status(
  only: readonly string[],
  options: CommonOptions,
  context: CommandContext,
): Promise<number> {
  const all = await passOver('plan', only, { options, context });
  print(all, { options, context, text: () => printStatus(all, context.terminal) });
  return exitCodeOf(all);
}

interface Passing {
  readonly options: CommonOptions;
  readonly context: CommandContext;
}

async function passOver(
  mode: 'plan' | 'run',
  only: readonly string[],
  { options, context }: Passing,
): Promise<readonly RepositoryResults[]> {
  return withSessions(options, context, async ({ repository, passPorts, passOptions }) => {
    try {
      return { repository: repository.name, results: await runPass(await passPorts(), passOptions({ mode, only })) };
    } finally {
      endProgress(context.terminal);
    }
  });
}

function print(
  all: readonly RepositoryResults[],
  { options, context, text }: Passing & { readonly text: () => string },
): void {
  context.terminal.out(options.output === 'json' ? printJson(resultsAsData(all)) : text());
}

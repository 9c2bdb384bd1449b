import { catchUpComments } from '../workflows/catch-up-comments.ts';
import { runPass } from '../workflows/run-pass.ts';
import {
  exitCodeOf,
  printRepositoryFailures,
  printStatus,
  printSteps,
  type RepositoryResults,
  resultsAsData,
  wouldChange,
} from './print-results.ts';
import { endProgress } from './progress-log.ts';
import type { CommandContext, CommonOptions } from './services.ts';
import { withEachSession } from './session.ts';
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
  const all = await withEachSession(options, context, async ({ passPorts, passOptions, refusalTeller }) => {
    try {
      const ports = await passPorts();
      const how = passOptions({ mode, only });
      if (mode === 'plan' || only.length > 0) return await runPass(ports, how);
      // Without a process that stays, comments are read and refusals are told by each pass.
      await catchUpComments({ ports, options: how });
      const results = await runPass(ports, how);
      const configured = results.map(({ installation }) => installation.name);
      await refusalTeller(ports).tell(results, configured);
      return results;
    } finally {
      endProgress(context.terminal);
    }
  });
  const [first] = all;
  if (all.length === 1 && first?.failure) throw first.failure;
  // An installation that is named lies in one repository; that the others do not have it is no failure.
  const found = only.length > 0 && all.some(({ result }) => result);
  return all
    .filter(({ failure }) => !(found && failure?.code === 'usage'))
    .map(({ repository, result = [], failure }) => ({ repository, results: result, ...(failure && { failure }) }));
}

function print(
  all: readonly RepositoryResults[],
  { options, context: { terminal }, text }: Passing & { readonly text: () => string },
): void {
  terminal.out(options.output === 'json' ? printJson(resultsAsData(all)) : text());
  const failures = printRepositoryFailures(all, terminal);
  if (failures !== '') terminal.err(failures);
}

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../core/failure.ts';
import type { FileSet } from '../core/repository/commit.ts';
import { lookAt } from './look.ts';
import { printReasons } from './print-results.ts';
import type { CommandContext, CommonOptions } from './services.ts';
import { withSession } from './session.ts';
import { printJson, styler, type Terminal } from './terminal.ts';

/** Prints the files of an installation as they would be written, or writes them into a folder. @returns The exit code. */
export async function render(
  name: string,
  options: CommonOptions & { readonly directory?: string },
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  const { files, outcome } = await withSession(options, context, (session) => lookAt(name, session, context));
  if (!files) {
    if (outcome.kind !== 'decided') return 1;
    const { decision } = outcome;
    const reasons = decision.kind === 'refuse' ? printReasons(decision.reasons, terminal) : [];
    terminal.err(`${[`Nothing is rendered for ${name}: ${decision.detail}`, ...reasons].join('\n')}\n`);
    return decision.kind === 'refuse' ? 3 : 0;
  }
  if (options.directory !== undefined) await writeFiles(files, options.directory);
  if (options.output === 'json') terminal.out(printJson({ installation: name, files }));
  else if (options.directory === undefined) terminal.out(printFiles(files, terminal));
  else terminal.out(`${[...files.keys()].map((path) => join(options.directory ?? '', path)).join('\n')}\n`);
  return 0;
}

function printFiles(files: FileSet, terminal: Terminal): string {
  const style = styler(terminal);
  return [...files].map(([path, text]) => `${style('bold', `# ${path}`)}\n${text.trimEnd()}\n`).join('\n');
}

async function writeFiles(files: FileSet, directory: string): Promise<void> {
  for (const [path, text] of files) {
    const file = join(directory, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    } catch (error) {
      throw new Failure('local', `${file} cannot be written: ${error instanceof Error ? error.message : error}`, {
        remedy: 'Name a folder that you may write with --directory.',
        cause: error,
      });
    }
  }
}

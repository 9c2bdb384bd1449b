import { reviewDiff } from '../core/pull-request/review-diff.ts';
import { lookAt } from './look.ts';
import { colourDiff } from './print-diff.ts';
import { printReasons } from './print-results.ts';
import type { CommandContext, CommonOptions } from './services.ts';
import { withSession } from './session.ts';
import { printJson } from './terminal.ts';

/** Shows the changes that the next pull request makes. @returns The exit code: 4 when there are any, 3 when it is refused. */
export async function diff(name: string, options: CommonOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const { change, outcome } = await withSession(options, context, (session) => lookAt(name, session, context));
  const refusal = outcome.kind === 'decided' && outcome.decision.kind === 'refuse' ? outcome.decision : undefined;
  if (options.output === 'json') {
    const files =
      change?.changes.map(({ path, content }) => ({ path, change: content === undefined ? 'remove' : 'write' })) ?? [];
    terminal.out(
      printJson({
        installation: name,
        version: change?.lock.version,
        files,
        diff: change?.content.diff ?? '',
        refused: refusal,
      }),
    );
  } else if (change) terminal.out(colourDiff(reviewDiff(change.content.diff), terminal));
  else if (!refusal) terminal.out('Nothing would change.\n');
  if (refusal && options.output !== 'json')
    terminal.err(`${[refusal.detail, ...printReasons(refusal.reasons, terminal)].join('\n')}\n`);
  if (refusal) return 3;
  return change ? 4 : 0;
}

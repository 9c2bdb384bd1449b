import { risksOf } from '../core/diff/risks.ts';
import type { VersionDifference } from '../core/diff/version-difference.ts';
import type { Decision } from '../core/installation/decision.ts';
import { describeChanges, describeTitle } from '../core/pull-request/describe.ts';
import { reviewDiff } from '../core/pull-request/review-diff.ts';
import type { ProposedChange } from '../workflows/pass.ts';
import { lookAt } from './look.ts';
import { colourDiff } from './print-diff.ts';
import { printDifference } from './print-difference.ts';
import { printRefused } from './print-results.ts';
import type { CommandContext, CommonOptions } from './services.ts';
import { withSession } from './session.ts';
import { printJson, styler, type Terminal } from './terminal.ts';

/** How a difference is printed: for a screen, for programs, or as the pull request shows it. */
export type DiffOptions = Omit<CommonOptions, 'output'> & { readonly output: 'text' | 'json' | 'markdown' };

/** Shows what the next pull request changes. @returns The exit code: 4 when there is anything, 3 when it is refused. */
export async function diff(name: string, options: DiffOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const { output, ...rest } = options;
  const common = { ...rest, output: output === 'json' ? output : 'text' } as const;
  const { change, outcome, difference } = await withSession(common, context, async (session) => {
    const looked = await lookAt(name, session, context);
    return { ...looked, difference: await looked.change?.difference() };
  });
  const refusal = outcome.kind === 'decided' && outcome.decision.kind === 'refuse' ? outcome.decision : undefined;
  const shown = { name, change, refusal, difference };
  if (output === 'json') terminal.out(printJson(asData(shown)));
  else printForPeople(shown, output, terminal);
  if (refusal) return 3;
  return change ? 4 : 0;
}

function printForPeople({ change, difference, refusal }: Shown, output: 'text' | 'markdown', terminal: Terminal): void {
  if (change && difference)
    terminal.out(output === 'markdown' ? asMarkdown(change, difference) : asText(change, { difference, terminal }));
  else if (!refusal) terminal.out('Nothing would change.\n');
  if (refusal) terminal.err(`${[refusal.detail, ...printRefused(refusal, terminal)].join('\n')}\n`);
}

interface Shown {
  readonly name: string;
  readonly change: ProposedChange | undefined;
  readonly difference: VersionDifference | undefined;
  readonly refusal: Extract<Decision, { kind: 'refuse' }> | undefined;
}

function asData({ name, change, refusal, difference }: Shown) {
  const files = change?.changes ?? [];
  return {
    installation: name,
    version: change?.lock.version,
    component: difference?.component,
    manifests: difference?.manifests,
    risks: difference && risksOf(difference.manifests),
    preview: difference?.preview,
    files: files.map(({ path, content }) => ({ path, change: content === undefined ? 'remove' : 'write' })),
    diff: change?.content.diff ?? '',
    refused: refusal,
  };
}

function asText(
  { content }: ProposedChange,
  { difference, terminal }: { readonly difference: VersionDifference; readonly terminal: Terminal },
): string {
  return [
    styler(terminal)('bold', describeTitle(content)),
    printDifference(difference, terminal),
    `${styler(terminal)('bold', 'Files')}\n${colourDiff(reviewDiff(content.diff), terminal)}`,
  ].join('\n\n');
}

function asMarkdown({ content }: ProposedChange, difference: VersionDifference): string {
  return `${[`# ${describeTitle(content)}`, ...describeChanges(content, difference)].join('\n\n')}\n`;
}

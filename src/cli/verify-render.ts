import type { VerifiedRender } from '../workflows/verify-render/verified-render.ts';
import { verifyRender } from '../workflows/verify-render/verify-render.ts';
import { printReasons } from './print-results.ts';
import { quote } from './quote.ts';
import type { CommandContext, CommonOptions } from './services.ts';
import { type Session, withSession } from './session.ts';
import { columns, fold, printJson, type Style, styler, type Terminal } from './terminal.ts';

interface VerifyRenderOptions extends CommonOptions {
  /** A branch, or the id of a commit; absent: the tip of the base branch. */
  readonly commit?: string | undefined;
}

/**
 * Verifies that a commit has, byte for byte, what Consignee renders. Opens no store, and writes nothing that others can see.
 *
 * @returns The exit code: 3 when something differs or is refused.
 */
export async function verifyRenderCommand(
  only: readonly string[],
  options: VerifyRenderOptions,
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  const { commit, installations } = await withSession(options, context, (session) =>
    verifyRender(
      { only, revision: options.commit, isRead: (branch) => isRead(branch, session) },
      { ports: { ...session.connection, forge: session.forge, clock: context.clock }, options: optionsOf(session) },
    ),
  );
  if (options.output === 'json') {
    terminal.out(printJson({ commit, installations: installations.map(asData) }));
  } else {
    terminal.out(`${printRender(commit, installations, terminal)}\n`);
  }
  return installations.every(({ result }) => isGood(result, only)) ? 0 : 3;
}

/** What was asked for by name is to be there: a check that checked nothing must not pass. */
function isGood(result: VerifiedRender['result'], only: readonly string[]): boolean {
  return result === 'reproduced' || (result === 'not-installed' && only.length === 0);
}

const optionsOf = ({ passOptions }: Session) => passOptions({ mode: 'plan', only: [] });

/** Of a repository on a forge only the base branch and the bot's own are fetched. */
function isRead(branch: string, { repository }: Session): boolean {
  return repository.forge.type === 'plain-git' || branch === repository.branch || branch.startsWith('consignee/');
}

/** What a program reads. Kept as it is. */
function asData({ installation, version, result, differences, reasons, notes, origin }: VerifiedRender) {
  const { environment, application } = installation;
  return {
    ...{ environment, application, version, result },
    differences: differences.map(({ path, what, detail, edited }) => ({ path, what, detail, editedIn: edited?.sha })),
    ...{ reasons, notes, renderedIn: origin },
  };
}

/** Prints what came of each installation, and what to do next about those that are not as they should be. */
function printRender(commit: string, all: readonly VerifiedRender[], terminal: Terminal): string {
  const style = styler(terminal);
  if (all.length === 0) return 'No installation is configured.';
  return [style('dim', `commit ${commit}`), ...all.map((it) => printOne(it, terminal))].join('\n');
}

const colours: Readonly<Record<VerifiedRender['result'], Style>> = {
  reproduced: 'green',
  differs: 'red',
  refused: 'red',
  'not-installed': 'dim',
};

function printOne(verified: VerifiedRender, terminal: Terminal): string {
  const style = styler(terminal);
  const { installation, version, result, differences, reasons, notes, compared } = verified;
  const head = [style('bold', installation.name), ...(version === undefined ? [] : [version])];
  const more = result === 'reproduced' ? [`${compared} files, byte for byte`] : [];
  const fit = { width: terminal.width, indent: 2 };
  return [
    [...head, style(colours[result], result.replace('-', ' ')), ...more].join('   '),
    ...printReasons(reasons, terminal),
    ...printDifferences(differences, terminal),
    ...notes.map((note) => fold(`Note: ${note}`, fit)),
    ...nextSteps(verified).map((step) => fold(step, fit)),
  ].join('\n');
}

function printDifferences(differences: VerifiedRender['differences'], terminal: Terminal): readonly string[] {
  if (differences.length === 0) return [];
  const style = styler(terminal);
  const rows = differences.map(({ path, what, detail, edited }) => {
    const label = edited && what === 'changed' ? 'edited' : what;
    const words = [
      detail,
      edited && `since it was rendered, last in ${edited.sha.slice(0, 10)} by ${edited.author.name}`,
    ];
    return [`    ${style('red', label)}`, path, words.filter((it) => it !== undefined).join(', ')];
  });
  return [columns(rows)];
}

function nextSteps({ installation, result, differences, reasons, origin }: VerifiedRender): readonly string[] {
  const steps: string[] = [];
  if (reasons.length > 0) {
    const { environment, application } = installation;
    const lock = `.consignee/lock/${environment}/${application}.yaml`;
    steps.push(
      `What ${lock} names is not proved by this registry or archive and this trust policy. Do not deploy it; replicate the version anew, or install another one.`,
    );
  }
  const edited = differences.filter((it) => it.edited).map(({ path }) => path);
  if (edited.length > 0 && origin !== undefined) {
    const paths = edited.map(quote).join(' ');
    steps.push(
      `An edit on the base branch may stay, and the next proposal takes it up (docs/edits.md). Put back what was rendered with "git checkout ${origin.slice(0, 10)} -- ${paths}".`,
    );
  }
  if (result === 'differs' && edited.length < differences.length)
    steps.push(
      'This is not what Consignee rendered. Do not merge it; what is merged already is to be put back (git log tells).',
    );
  return steps;
}

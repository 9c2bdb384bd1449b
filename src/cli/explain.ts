import { existsSync } from 'node:fs';
import { explainSettings } from '../config/explain-settings.ts';
import { parseRepositoryConfig } from '../config/repository-config.ts';
import { shortDigest } from '../core/digest.ts';
import { Failure, printPlace } from '../core/failure.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import type { Selection } from '../core/version/select-version.ts';
import type { StoredDecision } from '../ports/store.ts';
import type { InstallationResult } from '../workflows/pass.ts';
import { observe } from '../workflows/run-pass.ts';
import { lookAt } from './look.ts';
import { printRefused, resultAsData } from './print-results.ts';
import type { CommandContext, CommonOptions } from './services.ts';
import { type Session, withSession } from './session.ts';
import { columns, fold, printJson, styler, type Terminal } from './terminal.ts';

interface ExplainOptions extends Omit<CommonOptions, 'config'> {
  readonly settings?: boolean;
  /** `true` or the name of an installation: the same as `settings`. Anything else names the server configuration. */
  readonly config?: string | boolean;
}

/** Says why an installation is where it is, or where its settings come from. @returns The exit code. */
export async function explain(
  asked: string | undefined,
  options: ExplainOptions,
  context: CommandContext,
): Promise<number> {
  const { config, output, repository } = options;
  const named = typeof config === 'string' && isInstallation(config) ? config : undefined;
  const name = asked ?? named;
  if (name === undefined) {
    throw new Failure('usage', 'It is not said which installation is to be explained.', {
      remedy: 'Name it as environment/application; "consignee status" lists them all.',
    });
  }
  const settings = options.settings === true || config === true || named !== undefined;
  const file = typeof config === 'string' && named === undefined ? { config } : {};
  const common: CommonOptions = { output, ...(repository === undefined ? {} : { repository }), ...file };
  return withSession(common, context, (session) =>
    settings ? explainConfig(name, session, { common, context }) : explainDecision(name, session, { common, context }),
  );
}

/** `explain --config prod/billing` asks for the settings; `--config` is the server configuration everywhere else. */
function isInstallation(text: string): boolean {
  return /^[a-z0-9-]+\/[a-z0-9-]+$/.test(text) && !existsSync(text);
}

interface Explaining {
  readonly common: CommonOptions;
  readonly context: CommandContext;
}

async function explainConfig(
  name: string,
  { forge, passOptions }: Session,
  { common, context }: Explaining,
): Promise<number> {
  const { terminal } = context;
  const { state } = await observe({ forge }, passOptions({ mode: 'plan', only: [] }));
  const [environment = '', application = ''] = name.split('/');
  const settings = explainSettings(parseRepositoryConfig(state.texts), environment, application);
  if (common.output === 'json') {
    terminal.out(printJson({ installation: name, commit: state.commit, settings }));
    return 0;
  }
  const style = styler(terminal);
  const rows = settings.map(({ setting, value, place, level }) => [
    setting,
    level,
    place ? printPlace(place) : '',
    value === undefined ? style('dim', '-') : JSON.stringify(value),
  ]);
  terminal.out(`${columns([['SETTING', 'FROM', 'PLACE', 'VALUE'].map((it) => style('dim', it)), ...rows])}\n`);
  return 0;
}

async function explainDecision(name: string, session: Session, { common, context }: Explaining): Promise<number> {
  const { terminal } = context;
  const result = await lookAt(name, session, context);
  const { store } = await session.passPorts();
  const history = await store.decisions(session.repository.name, name, 10);
  if (common.output === 'json') {
    const { selection, evidence } = result;
    terminal.out(printJson({ ...resultAsData(session.repository.name, result), selection, evidence, history }));
  } else terminal.out(`${[...printDecision(result, terminal), ...printHistory(history, terminal)].join('\n')}\n`);
  return result.outcome.kind === 'decided' && result.outcome.decision.kind === 'refuse' ? 3 : 0;
}

function printDecision(
  { installation, installed, selection, evidence, outcome, pullRequest }: InstallationResult,
  terminal: Terminal,
): readonly string[] {
  const style = styler(terminal);
  const { width } = terminal;
  if (outcome.kind !== 'decided') return [];
  const { decision } = outcome;
  const because = 'because' in decision ? ` (${decision.because})` : '';
  const facts = [
    ['component', installation.component],
    ['registry', installation.registry.url],
    ['versions', installation.versions],
    ['installed', installed ? `${installed.version}, digest ${installed.digest.value.slice(0, 12)}` : 'nothing'],
    ['candidate', selection?.kind === 'candidate' ? selection.version : 'none'],
    ['verified', evidence ? printVerdict(evidence) : 'not needed: nothing new is to be proved'],
    ['pull request', pullRequest ? `#${pullRequest.number} ${pullRequest.title}` : 'none'],
  ];
  return [
    `${style('bold', installation.name)}: ${style(decision.kind === 'refuse' ? 'red' : 'green', decision.kind)}${because}`,
    fold(decision.detail, { width, indent: 2 }),
    ...printRefused(decision, terminal),
    '',
    columns(facts).replace(/^/gm, '  '),
    ...printSkipped(selection, terminal),
  ];
}

/** In a few words; the reasons of a refusal stand above. */
function printVerdict({ verdict, signatures }: Evidence): string {
  if (verdict === 'refused') return 'no';
  const names = signatures.map(({ name, keyFingerprint }) =>
    keyFingerprint ? `${name} (key ${shortDigest(keyFingerprint)})` : name,
  );
  return names.length === 0 ? 'yes, without a signature' : `yes, signed by ${names.join(' and ')}`;
}

function printSkipped(selection: Selection | undefined, terminal: Terminal): readonly string[] {
  const skipped = selection?.kind === 'installed-vanished' ? [] : (selection?.skipped ?? []);
  if (skipped.length === 0) return [];
  const style = styler(terminal);
  const rows = skipped.map(({ version, because, detail }) => [version, because, detail]);
  return ['', style('bold', 'Versions that are not taken'), columns(rows).replace(/^/gm, '  ')];
}

function printHistory(history: readonly StoredDecision[], terminal: Terminal): readonly string[] {
  if (history.length === 0) return [];
  const rows = history.map(({ at, lastAt, kind, because }) => [time(at), time(lastAt), kind, because ?? '']);
  return [
    '',
    styler(terminal)('bold', 'Decisions of earlier passes (since, last)'),
    columns(rows).replace(/^/gm, '  '),
  ];
}

const time = (at: Date) => `${at.toISOString().slice(0, 19)}Z`;

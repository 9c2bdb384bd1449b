import type { Failure } from '../core/failure.ts';
import type { Decision } from '../core/installation/decision.ts';
import type { FileChange } from '../core/repository/commit.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import type { InstallationResult } from '../workflows/pass.ts';
import { failureAsData, printFailure } from './print-failure.ts';
import { columns, cut, fold, type Style, styler, type Terminal } from './terminal.ts';

export interface RepositoryResults {
  /** Name of the applications repository. */
  readonly repository: string;
  readonly results: readonly InstallationResult[];
  /** What kept the whole repository from being looked at; then there are no results. */
  readonly failure?: Failure;
}

/** What a program reads: `plan`, `run` and `status` with `--output json`. Kept as it is. */
export function resultsAsData(all: readonly RepositoryResults[]) {
  return {
    installations: all.flatMap(({ repository, results }) => results.map((it) => resultAsData(repository, it))),
    failures: all.flatMap(({ repository, failure }) => (failure ? [{ repository, ...failureAsData(failure) }] : [])),
  };
}

/** One installation, as `explain` shows it too. */
export function resultAsData(
  repository: string,
  { installation, installed, selection, outcome, pullRequest }: InstallationResult,
) {
  const { environment, application, component } = installation;
  return {
    repository,
    environment,
    application,
    component,
    installed: installed?.version,
    candidate: selection?.kind === 'candidate' ? selection.version : undefined,
    decision: decisionAsData(outcome),
    pullRequest: pullRequest && {
      number: pullRequest.number,
      state: pullRequest.state,
      title: pullRequest.title,
      link: pullRequest.link,
    },
  };
}

function decisionAsData(outcome: InstallationResult['outcome']) {
  if (outcome.kind === 'decided') {
    const { decision } = outcome;
    const reasons = decision.kind === 'refuse' ? decision.reasons : [];
    return {
      kind: decision.kind,
      because: 'because' in decision ? decision.because : undefined,
      detail: decision.detail,
      reasons,
    };
  }
  const { code, message, remedy } = outcome.failure;
  return { kind: 'fail', because: code, detail: remedy ? `${message} ${remedy}` : message, reasons: [] };
}

/** @returns 0, 1, 2 or 3 by what is worst: a failure, a wrong configuration, a refusal. */
export function exitCodeOf(all: readonly RepositoryResults[]): number {
  const codes = all.flatMap(({ results, failure }) => [
    failure?.exitCode ?? 0,
    ...results.map(({ outcome }) => outcomeCode(outcome)),
  ]);
  return [1, 2, 3].find((code) => codes.includes(code)) ?? 0;
}

function outcomeCode(outcome: InstallationResult['outcome']): number {
  if (outcome.kind === 'failed') return outcome.failure.exitCode;
  return outcome.decision.kind === 'refuse' ? 3 : 0;
}

/** @returns Whether a pass would write something. */
export function wouldChange({ outcome }: InstallationResult): boolean {
  return outcome.kind === 'decided' && outcome.decision.kind !== 'leave' && outcome.decision.kind !== 'refuse';
}

/** Prints each installation with the step that was decided and why. `done` tells it as something that has happened. */
export function printSteps(
  all: readonly RepositoryResults[],
  terminal: Terminal,
  { done }: { readonly done: boolean },
): string {
  const results = all.flatMap((it) => it.results);
  if (results.length === 0) return nothingConfigured(all);
  return `${results.map((it) => printStep(it, terminal, done)).join('\n\n')}\n`;
}

function printStep(result: InstallationResult, terminal: Terminal, done: boolean): string {
  const style = styler(terminal);
  const { installation, outcome } = result;
  const name = style('bold', installation.name);
  if (outcome.kind === 'failed') return `${name}\n${indent(printFailure(outcome.failure, terminal))}`;
  const { decision } = outcome;
  const [colour, words] = stepInWords(decision, result, done);
  const lines = [
    `${name}   ${printVersions(result)}   ${style(colour, words)}`,
    fold(decision.detail, { width: terminal.width, indent: 2 }),
    ...printRefused(decision, terminal),
    ...(done ? [] : printFiles(result, terminal)),
    ...(result.change?.content.notes ?? []).map((note) => fold(`Note: ${note}`, { width: terminal.width, indent: 2 })),
  ];
  return lines.join('\n');
}

function printVersions({ installed, selection }: InstallationResult): string {
  const candidate = selection?.kind === 'candidate' ? selection.version : undefined;
  if (candidate === undefined || candidate === installed?.version) return installed?.version ?? 'not installed';
  return installed ? `${installed.version} → ${candidate}` : candidate;
}

function stepInWords(decision: Decision, { pullRequest }: InstallationResult, done: boolean): [Style, string] {
  const number = pullRequest ? ` #${pullRequest.number}` : '';
  switch (decision.kind) {
    case 'leave':
      return ['dim', decision.because.replaceAll('-', ' ')];
    case 'refuse':
      return ['red', `refused: ${decision.because.replaceAll('-', ' ')}`];
    case 'open':
      return ['green', done ? `opened pull request${number}` : 'opens a pull request'];
    case 'update':
      return ['green', done ? `updated pull request${number}` : `updates pull request${number}`];
    case 'close':
      return ['yellow', done ? `closed pull request${number}` : `closes pull request${number}`];
    case 'merge':
      return ['green', done ? `merged pull request${number}` : `merges pull request${number}`];
  }
}

/** The reasons for which content is refused, with their stable codes. */
export function printReasons(reasons: Evidence['reasons'], terminal: Terminal): readonly string[] {
  const style = styler(terminal);
  return reasons.map(({ code, where, message }) =>
    fold(`${style('red', code)} ${where}: ${message}`, { width: terminal.width, indent: 4 }),
  );
}

/** Why it is refused: the reasons, and what people and the new render changed to different things. */
export function printRefused(decision: Decision, terminal: Terminal): readonly string[] {
  if (decision.kind !== 'refuse') return [];
  const style = styler(terminal);
  const conflicts = (decision.conflicts ?? []).map(({ file, path, because, was, rendered, edited }) => {
    const sides = `last render ${was ?? 'nothing'}, proposed ${rendered ?? 'nothing'}, on the branch ${edited ?? 'nothing'}`;
    return fold(`${style('red', 'conflict')} ${file}: ${path === '' ? because : `${path}: ${sides}`}`, {
      width: terminal.width,
      indent: 4,
    });
  });
  return [...printReasons(decision.reasons, terminal), ...conflicts];
}

function printFiles({ change }: InstallationResult, terminal: Terminal): readonly string[] {
  const style = styler(terminal);
  const added = addedFiles(change?.content.diff ?? '');
  const mark = ({ path, content }: FileChange) => (content === undefined ? '-' : added.has(path) ? '+' : '~');
  return (change?.changes ?? []).map((it) => `    ${style('dim', mark(it))} ${it.path}`);
}

/** @returns The paths that a unified diff creates. */
function addedFiles(diff: string): ReadonlySet<string> {
  return new Set([...diff.matchAll(/^diff --git a\/(.*) b\/\1\nnew file mode /gm)].flatMap(([, path]) => path ?? []));
}

/** Prints where each installation stands, a line each. */
export function printStatus(all: readonly RepositoryResults[], terminal: Terminal): string {
  const results = all.flatMap((it) => it.results);
  if (results.length === 0) return nothingConfigured(all);
  const style = styler(terminal);
  const header = ['INSTALLATION', 'INSTALLED', 'CANDIDATE', 'PULL REQUEST'];
  const rows = results.map(({ installation, installed, selection, pullRequest }) => [
    installation.name,
    installed?.version ?? '-',
    selection?.kind === 'candidate' ? selection.version : '-',
    pullRequest ? `#${pullRequest.number} ${pullRequest.state}` : '-',
  ]);
  const widths = header.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const room = Math.max(30, terminal.width - widths.reduce((sum, width) => sum + width + 3, 0));
  const states = results.map((result) => {
    const [colour, words] = stateInWords(result);
    return style(colour, cut(words, room));
  });
  const head = [...header, 'STATE'].map((it) => style('dim', it));
  return `${columns([head, ...rows.map((row, index) => [...row, states[index] ?? ''])])}\n`;
}

function stateInWords(result: InstallationResult): [Style, string] {
  const { outcome } = result;
  if (outcome.kind === 'failed') return ['red', `failed: ${outcome.failure.message}`];
  return stepInWords(outcome.decision, result, false);
}

/** Nothing is said about installations where repositories could not be looked at. */
function nothingConfigured(all: readonly RepositoryResults[]): string {
  return all.some(({ failure }) => failure) ? '' : 'No installation is configured.\n';
}

/** Prints the repositories that could not be looked at, each with what to do about it. */
export function printRepositoryFailures(all: readonly RepositoryResults[], terminal: Terminal): string {
  const style = styler(terminal);
  return all
    .flatMap(({ repository, failure }) =>
      failure ? [`${style('bold', repository)}\n${indent(printFailure(failure, terminal))}\n`] : [],
    )
    .join('\n');
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}

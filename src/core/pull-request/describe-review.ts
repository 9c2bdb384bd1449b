import { type Finding, printPlace } from '../failure.ts';
import { configurationCheck, valuesCheck } from './checks.ts';
import { disarm } from './comment-marker.ts';
import { code, cut, plain, table } from './markdown.ts';
import type { Review, ReviewCheck, ReviewedConfiguration, ReviewedValues } from './review.ts';

type ReadConfiguration = Extract<ReviewedConfiguration, { kind: 'read' }>;

/** @returns The statuses of what the pull request touches. */
export function checksOf({ conflicts, values, configuration }: Review): readonly ReviewCheck[] {
  const conflict = conflicts.length > 0 ? `Conflicts with the base branch in ${conflicts.join(', ')}` : undefined;
  return [
    ...(values ? [check(valuesCheck, conflict ?? wrongValues(values), sayValues(values))] : []),
    ...(configuration
      ? [check(configurationCheck, conflict ?? wrongConfiguration(configuration), sayConfiguration(configuration))]
      : []),
  ];
}

function check(context: string, wrong: string | undefined, right: string): ReviewCheck {
  return { context, state: wrong === undefined ? 'success' : 'failure', description: oneLine(wrong ?? right) };
}

/** Forges show no more. Whatever people wrote stays on its line. */
const oneLine = (text: string): string => cut(text.replace(/[\p{C}\s]+/gu, ' ').trim(), 139);

function wrongValues(values: readonly ReviewedValues[]): string | undefined {
  const wrong = values.flatMap(({ path, remarks }) => remarks.filter((it) => it.wrong).map((it) => ({ path, ...it })));
  const [first] = wrong;
  return first && `${printPlace({ file: first.path, line: first.line })}: ${first.message}${andMore(wrong.length - 1)}`;
}

function sayValues(values: readonly ReviewedValues[]): string {
  const advice = values.flatMap(({ remarks }) => remarks).length;
  return advice === 0 ? 'The values can be used' : `The values can be used; ${count(advice, 'remark')} in the comment`;
}

function wrongConfiguration(configuration: ReviewedConfiguration): string | undefined {
  if (configuration.kind === 'wrong') return wrongFindings(configuration.findings);
  const { changes, loosened, approvedBy } = configuration;
  const failing = changes.filter((it) => it.wrong !== undefined);
  const [first] = failing;
  if (first) return `${first.name}: ${first.wrong?.message}${andMore(failing.length - 1)}`;
  const [one] = loosened;
  if (!one || approvedBy.length > 0) return undefined;
  return `Waits for an approval: ${one.where}: ${one.what}${andMore(loosened.length - 1)}`;
}

function wrongFindings([first, ...others]: readonly Finding[]): string {
  if (!first) return 'The configuration cannot be read';
  const place = first.place ? `${printPlace(first.place)}: ` : '';
  return `${place}${first.message}${andMore(others.length)}`;
}

function sayConfiguration(configuration: ReviewedConfiguration): string {
  if (configuration.kind === 'wrong') return '';
  const { changes, more, loosened, approvedBy } = configuration;
  const approved = loosened.length > 0 ? `Approved by ${approvedBy.map(({ name }) => name).join(', ')}; ` : '';
  return `${approved}${countDecisions(changes.length, more)}`;
}

function countDecisions(found: number, more: number): string {
  if (found + more === 0) return 'no decision changes';
  if (more > 0) return `up to ${count(found + more, 'decision')} change`;
  return `${count(found, 'decision')} ${found === 1 ? 'changes' : 'change'}`;
}

const andMore = (more: number): string => (more > 0 ? `, and ${more} more` : '');
const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

/** Forges refuse more; GitHub's limit is 65,536 characters. */
const maxLength = 60_000;
const maxRows = 50;
/** In characters. */
const maxWords = 500;

/** @returns The comment in Markdown. Nothing that people wrote leaves its place in it. */
export function describeReview(review: Review): string {
  const { head, conflicts, values, configuration } = review;
  const checks = new Map(checksOf(review).map((it) => [it.context, it]));
  const title = (context: string) => `### ${checks.get(context)?.state === 'success' ? '✅' : '❌'} ${code(context)}`;
  const clash = conflicts.length > 0 ? [describeConflicts(conflicts)] : [];
  const parts = [
    `What Consignee finds in this pull request, at ${code(head.slice(0, 12))}, as it would be once it is merged.`,
    ...clash,
    ...(values ? [title(valuesCheck), ...(clash.length > 0 ? [] : describeValues(values))] : []),
    ...(configuration
      ? [title(configurationCheck), ...(clash.length > 0 ? [] : describeConfiguration(configuration, head))]
      : []),
  ];
  return cutLines(disarm(parts.join('\n\n')));
}

/** @returns The comment, once the pull request touches nothing of the bot's any more. */
export function describeUnconcerned(head: string): string {
  return `At ${code(head.slice(0, 12))} this pull request touches neither values nor configuration of Consignee any more.`;
}

function describeConflicts(paths: readonly string[]): string {
  const shown = paths.slice(0, maxRows).map(code).join(', ');
  return `It conflicts with the base branch in ${shown}${andMore(paths.length - maxRows)}. Bring the base branch into it first.`;
}

function describeValues(values: readonly ReviewedValues[]): readonly string[] {
  const rows = values.flatMap(({ path, remarks }) =>
    remarks.map(({ line, message, wrong }) => {
      const sign = wrong ? '❌' : '⚠';
      return `* ${sign} ${code(printPlace({ file: path, line }))}: ${plain(cut(message, maxWords))}.`;
    }),
  );
  if (rows.length === 0) return [`${values.map(({ path }) => code(path)).join(', ')}: nothing to remark.`];
  const advice = rows.some((it) => it.startsWith('* ⚠'))
    ? ['What has the sign ⚠ is advice: no controller checks it.']
    : [];
  return [limited(rows, (it) => it), ...advice];
}

function describeConfiguration(configuration: ReviewedConfiguration, head: string): readonly string[] {
  if (configuration.kind === 'wrong') {
    return ['It cannot be used as it is:', limited(configuration.findings, describeFinding)];
  }
  return [...describeLoosened(configuration, head), ...describeChanges(configuration)];
}

function describeFinding({ place, message, remedy }: Finding): string {
  const at = place ? `${code(printPlace(place))}: ` : '';
  return `* ${at}${plain(cut(message, maxWords))}${remedy === undefined ? '' : ` ${plain(cut(remedy, maxWords))}`}`;
}

function describeLoosened(
  { loosened, approvedBy, uncounted, whoMay }: ReadConfiguration,
  head: string,
): readonly string[] {
  if (loosened.length === 0) return [];
  const rows = limited(loosened, ({ where, what }) => `* ${code(where)}: ${plain(cut(what, maxWords))}.`);
  const names = approvedBy.map(({ name }) => plain(name)).join(', ');
  const next =
    approvedBy.length > 0
      ? `Approved by ${names}, for exactly this commit.`
      : `It fails until somebody who may, and has no part in it, approves exactly this commit: by a review, or with the comment ${code(`/approve ${head.slice(0, 12)}`)}. Who may: ${plain(cut(whoMay, maxWords))}.`;
  const others = uncounted.slice(0, maxRows).map((it) => `* ${plain(cut(it, maxWords))}.`);
  return [
    '**It loosens what protects the installations:**',
    rows,
    next,
    ...(others.length > 0 ? [others.join('\n')] : []),
  ];
}

function describeChanges({ changes, more, planned }: ReadConfiguration): readonly string[] {
  const rows = changes
    .slice(0, maxRows)
    .map(({ name, now, next }) => [code(name), plain(cut(now, maxWords)), plain(cut(next, maxWords))]);
  const wrong = changes.flatMap((it) => it.wrong ?? []);
  const left = more + Math.max(0, changes.length - maxRows);
  return [
    rows.length === 0 && more === 0 ? 'About no installation is decided otherwise.' : '',
    rows.length > 0 ? table(['installation', 'now', 'with this change'], rows) : '',
    left > 0 ? `… and ${count(left, 'more installation')} that may change.` : '',
    limited(wrong, describeFinding),
    planned
      ? ''
      : 'What would be proposed is worked out only for branches of this repository, which those may push to who may write.',
  ].filter((it) => it !== '');
}

function limited<Item>(items: readonly Item[], print: (item: Item) => string): string {
  const more = items.length - maxRows;
  return [...items.slice(0, maxRows).map(print), ...(more > 0 ? [`* … and ${more} more.`] : [])].join('\n');
}

function cutLines(text: string): string {
  if (text.length <= maxLength) return text;
  const kept = text.slice(0, maxLength);
  return `${kept.slice(0, kept.lastIndexOf('\n'))}\n\n_The rest is left out here for its length._`;
}

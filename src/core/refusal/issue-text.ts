import type { RefuseReason } from '../installation/decision.ts';
import { describeConflicts } from '../pull-request/describe-edits.ts';
import { code, codeBlock, folded, plain, table } from '../pull-request/markdown.ts';
import { findUnproved } from './find-unproved.ts';
import { describeForProvider, maxExplanation, maxListed, oneLine } from './provider-text.ts';
import type { RefusedInstallation } from './refused-installation.ts';
import { whoseTurn } from './whose-turn.ts';

/** @returns Title and Markdown body of the issue about a refusal: the same as long as the refusal is the same. */
export function describeIssue(refused: RefusedInstallation): { readonly title: string; readonly body: string } {
  const { reasons } = refused;
  const forProvider = describeForProvider(refused);
  const sections = [
    describeSummary(refused),
    ...(reasons.length > 0 ? [listReasons(refused)] : []),
    ...(refused.conflicts.length > 0 ? [describeConflicts(refused.conflicts)] : []),
    ...listUnproved(refused),
    ...(forProvider === undefined ? [] : [folded('Text for the provider', codeBlock(forProvider, 'text'))]),
    describeEnd(refused),
  ];
  return { title: describeTitle(refused), body: sections.join('\n\n') };
}

/** @returns `prod/billing: v1.2.3 is refused` */
export function describeTitle({ name, version, because }: RefusedInstallation): string {
  return `${name}: ${titles[because].replace('{version}', version ?? 'a version')}`;
}

const titles: Readonly<Record<RefuseReason, string>> = {
  'not-verified': '{version} is refused',
  'content-changed': '{version} is refused',
  'version-vanished': 'the registry lost a version',
  'no-versions': 'the registry has no version',
  conflict: '{version} conflicts with what people changed',
  'pinned-otherwise': 'a manifest has another version',
  'files-occupied': 'files are in the way of {version}',
  'declared-elsewhere': '{version} would be declared twice',
};

function describeSummary(refused: RefusedInstallation): string {
  const { component, registry, environment, application, explanation } = refused;
  const { who, what } = whoseTurn(refused);
  return [
    `**${plain(application)}** in ${code(environment)}: ${plain(oneLine(explanation, maxExplanation))}  `,
    `**Component** ${code(component)} in ${code(registry)}.  `,
    `**Next** ${who}. ${what}`,
  ].join('\n');
}

function listReasons({ reasons }: RefusedInstallation): string {
  const shown = reasons
    .slice(0, maxListed)
    .map((it) => `${code(it.code)} at ${code(it.where)}: ${plain(oneLine(it.message))}.`);
  const more = reasons.length > maxListed ? [`… and ${reasons.length - maxListed} more.`] : [];
  return ['**What is wrong**, the first to put right first:', '', ...[...shown, ...more].map((it) => `* ${it}`)].join(
    '\n',
  );
}

function listUnproved({ evidence, reasons }: RefusedInstallation): readonly string[] {
  const unproved = findUnproved(evidence, reasons);
  if (unproved.length === 0) return [];
  const rows = unproved
    .slice(0, maxListed)
    .map(({ where, version, digest }) => [code(where), code(version), code(`${digest.hashAlgorithm}:${digest.value}`)]);
  const more = unproved.length > maxListed ? `\n\n… and ${unproved.length - maxListed} more.` : '';
  return [
    `**Missing or wrong**, with the signed digest to look for:\n\n${table(['what', 'version', 'digest'], rows)}${more}`,
  ];
}

function describeEnd({ name }: RefusedInstallation): string {
  return (
    'Consignee looks again by itself and closes this issue when it is over. Whoever closes it is not told of the same again, but of ' +
    `what is new. ${code(`consignee explain ${name}`)} says more.`
  );
}

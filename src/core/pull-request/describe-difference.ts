import type { FieldChange } from '../diff/field-diff.ts';
import type { ObjectChange } from '../diff/manifest-diff.ts';
import { isSettings, nameText } from '../diff/manifest-objects.ts';
import { risksOf } from '../diff/risks.ts';
import { isPartial, reviewRows, type VersionDifference } from '../diff/version-difference.ts';
import { describePreview } from './describe-preview.ts';
import { code, cut, folded, plain, table } from './markdown.ts';

/** Providers may write as much as they like; of long lists the beginning is shown. */
const maxRows = 60;
const maxRisks = 3;
/** In characters. */
const maxDetail = 200;
const maxFields = 12;

/** @returns One line of Markdown on what may go wrong in the cluster: the first thing that a reviewer looks for. */
export function describeRisk(difference: VersionDifference): string {
  const { manifests } = difference;
  const risks = risksOf(manifests);
  const unseen = isPartial(difference) ? ['not all could be compared'] : [];
  if (risks.length === 0) return `**Risk** ${[plain(whyNoRisk(difference)), ...unseen].join('; ')}.  `;
  const kinds = [...Map.groupBy(risks, ({ kind }) => kind)];
  const shown = kinds.slice(0, maxRisks).map(([kind, [first, ...others]]) => {
    const more = others.length > 0 ? `, and ${others.length} more` : '';
    return first ? `${code(kind)} ${plain(cut(first.detail, maxDetail))} (${code(nameText(first.object))})${more}` : '';
  });
  // No kind hides behind many of another.
  const rest = kinds.slice(maxRisks).map(([kind, all]) => `${code(kind)} ${all.length}×`);
  return `**Risk** ⚠ ${[...shown, ...rest, ...unseen].join('; ')}.  `;
}

/** That no risk was found says little where nothing could be looked at. */
function whyNoRisk(difference: VersionDifference): string {
  const changed = difference.manifests.objects.filter(({ object }) => !isSettings(object)).length;
  if (changed > 0)
    return `none of the known kinds; ${count(changed, 'object')} ${changed === 1 ? 'differs' : 'differ'}`;
  return reviewRows(difference).length === 0
    ? 'none in the component, which stays as it is'
    : 'unknown: what differs in the component is no text that could be compared';
}

/** @returns Folded parts of Markdown: what changes inside the component, and what that does to the cluster. */
export function describeDifference(difference: VersionDifference, installed: boolean) {
  const { installedUnread } = difference;
  const compared = installed && installedUnread === undefined;
  const unread =
    installedUnread === undefined ? [] : [`> What is installed cannot be compared: ${plain(installedUnread)}.`];
  return {
    component: [...unread, describeComponent(difference, compared)],
    manifests: [describeManifests(difference, compared)],
    ...describePreview(difference.preview),
  };
}

function describeComponent(difference: VersionDifference, installed: boolean): string {
  const rows = reviewRows(difference);
  const title = installed ? 'Changes in the component' : 'Contents of the component';
  if (rows.length === 0) return folded(title, 'Nothing in it differs from what is installed.');
  const cells = rows
    .slice(0, maxRows)
    .map(({ path, kind, name, change, before, after, what }) => [
      `${plain(kind)} ${code([...path, name].join(' › '))}`,
      before === '' ? '' : code(before),
      after === '' ? '' : code(after),
      plain(change === 'changed' && what.length > 0 ? what.join(', ') : change),
    ]);
  return folded(title, [table(['what', 'installed', 'proposed', ''], cells), ...leftOver(rows.length)].join('\n\n'));
}

function describeManifests({ manifests, unread }: VersionDifference, installed: boolean): string {
  const { objects, unreadable, truncated } = manifests;
  const rows = objects.flatMap((it) => rowsOf(it));
  const notes = [
    ...(truncated ? ['There is more than could be compared.'] : []),
    ...unreadable.slice(0, maxRisks).map(({ path, why }) => `${code(path)} was not compared: ${plain(why)}.`),
    ...[...unread].slice(0, maxRisks).map(([place, why]) => `${code(place)} was not compared: ${plain(why)}.`),
  ];
  const title = installed ? 'Changes to manifests and settings' : 'Manifests and settings';
  const content =
    rows.length === 0
      ? ['Nothing differs that lies in the component as text.']
      : [table(['object', 'field', 'installed', 'proposed'], rows.slice(0, maxRows)), ...leftOver(rows.length)];
  return folded(title, [...content, ...notes.map((it) => `* ${it}`)].join('\n\n'));
}

function rowsOf({ object, change, fields, risks }: ObjectChange): readonly (readonly string[])[] {
  const named = risks.slice(0, maxRisks).map(({ kind, detail }) => `⚠ ${code(kind)} ${plain(cut(detail, maxDetail))}`);
  const flags = [...named, ...(risks.length > maxRisks ? [`and ${risks.length - maxRisks} more`] : [])].join('; ');
  const head = [
    code(nameText(object)),
    change === 'changed' ? flags : [plain(change), flags].filter(Boolean).join('; '),
    '',
    '',
  ];
  if (change !== 'changed') return [head];
  const shown = fields.slice(0, maxFields).map(fieldRow);
  const more = fields.length > maxFields ? [['', `… and ${fields.length - maxFields} more`, '', '']] : [];
  return [head, ...shown, ...more];
}

function fieldRow({ path, before, after }: FieldChange): readonly string[] {
  return ['', code(path), before === undefined ? '' : code(before), after === undefined ? '' : code(after)];
}

const leftOver = (rows: number): readonly string[] =>
  rows > maxRows ? [`… and ${rows - maxRows} more lines, which \`consignee diff\` shows.`] : [];

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

import type { DiffRow } from '../core/diff/component-diff.ts';
import type { ManifestDiff, ObjectChange } from '../core/diff/manifest-diff.ts';
import { nameText } from '../core/diff/manifest-objects.ts';
import { risksOf } from '../core/diff/risks.ts';
import { reviewRows, type VersionDifference } from '../core/diff/version-difference.ts';
import { printPreview } from './print-preview.ts';
import { columns, type Style, styler, type Terminal } from './terminal.ts';

/** What marks a line, and its colour, as in a unified diff. */
const signs = {
  added: ['+', 'green'],
  removed: ['-', 'red'],
  changed: ['~', 'yellow'],
} as const satisfies Readonly<Record<DiffRow['change'], readonly [string, Style]>>;

/** @returns What a proposed version changes in the component and in the cluster, and what of that is risky, for a screen. */
export function printDifference(difference: VersionDifference, terminal: Terminal): string {
  const { manifests, preview, unread, installedUnread } = difference;
  const style = styler(terminal);
  const parts = [
    section('Component', printComponent(reviewRows(difference), terminal), terminal),
    section('Manifests and settings', printObjects(manifests, terminal), terminal),
    section('Risks', printRisks(manifests, terminal), terminal),
    ...printPreview(preview, terminal).map(([title, lines]) => section(title, lines, terminal)),
  ];
  const notes = [
    ...(installedUnread === undefined ? [] : [`What is installed cannot be compared: ${installedUnread}.`]),
    ...[...unread].map(([place, why]) => `${place} was not compared: ${why}.`),
    ...manifests.unreadable.map(({ path, why }) => `${path} was not compared: ${why}.`),
    ...(manifests.truncated ? ['There is more than could be compared.'] : []),
    ...preview.notes,
    ...preview.values.notes,
  ];
  return [...parts, ...notes.map((it) => style('dim', it))].join('\n\n');
}

function section(title: string, lines: string, terminal: Terminal): string {
  return `${styler(terminal)('bold', title)}\n${lines.replace(/^/gm, '  ')}`;
}

function printComponent(rows: readonly DiffRow[], terminal: Terminal): string {
  const style = styler(terminal);
  if (rows.length === 0) return style('dim', 'nothing differs');
  return columns(
    rows.map(({ path, kind, name, change, before, after, what }) => {
      const [sign, colour] = signs[change];
      const values = change === 'changed' ? `${before} → ${after}` : `${before}${after}`;
      return [style(colour, sign), kind, [...path, name].join(' › '), values, style('dim', what.join(', '))];
    }),
  );
}

function printObjects({ objects }: ManifestDiff, terminal: Terminal): string {
  if (objects.length === 0) return styler(terminal)('dim', 'nothing differs that lies in the component as text');
  return objects.map((it) => printObject(it, terminal)).join('\n');
}

function printObject({ object, change, fields }: ObjectChange, terminal: Terminal): string {
  const style = styler(terminal);
  const [sign, colour] = signs[change];
  const lines = fields.map(({ path, before, after }) =>
    before === undefined
      ? `    ${style('green', `${path}: ${after}`)}`
      : after === undefined
        ? `    ${style('red', `${path}: ${before}`)}`
        : `    ${path}: ${style('red', before)} → ${style('green', after)}`,
  );
  return [`${style(colour, sign)} ${nameText(object)}`, ...(change === 'changed' ? lines : [])].join('\n');
}

function printRisks(manifests: ManifestDiff, terminal: Terminal): string {
  const style = styler(terminal);
  const risks = risksOf(manifests);
  if (risks.length === 0) return style('dim', 'none of the known kinds');
  return columns(risks.map(({ kind, detail, object }) => [style('red', kind), nameText(object), detail]));
}

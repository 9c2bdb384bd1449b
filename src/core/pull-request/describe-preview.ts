import { shortDigest } from '../digest.ts';
import type { ConfiguredValue } from '../localization/configure.ts';
import type { LocalizedValue } from '../localization/localize.ts';
import { type Outcome, outcomeText, type Placement, type PlacementChange } from '../localization/placement.ts';
import type { Preview } from '../localization/preview.ts';
import { proofText } from '../localization/proof-text.ts';
import type { ValueAdvice } from '../values/advise.ts';
import { code, cut, folded, plain, table } from './markdown.ts';

/** Providers may write as much as they like; of long lists the beginning is shown. */
const maxRows = 60;
/** In characters. */
const maxText = 300;

/** @returns Folded parts of Markdown: which images will run, what people's values come to, and advice on them. */
export function describePreview({ images, settings, values, notes }: Preview) {
  const said = notes.map((it) => `* ${plain(cut(it, maxText))}`);
  return {
    images: images.length + said.length > 0 ? [describeImages(images, said)] : [],
    settings: settings.length > 0 ? [describeSettings(settings)] : [],
    values: values.advice.length + values.notes.length > 0 ? [describeAdvice(values)] : [],
  };
}

function describeImages(images: Preview['images'], notes: readonly string[]): string {
  const alarms = images.filter(({ after }) => after && isAlarming(after)).length;
  const title = `Images after localization${alarms > 0 ? ` (⚠ ${alarms})` : ''}`;
  const head = ['image reference', 'signed digest', 'proof', 'where it goes', 'value'];
  const reasons = new Set(
    images.flatMap(({ after }) => (after?.outcome.kind === 'no-address' ? [after.outcome.why] : [])),
  );
  const unaddressed = [...reasons].map((why) => `* **no address**: ${plain(cut(why, maxText))}.`);
  const rows = images.length > 0 ? [cutTable(head, imageRows(images))] : [];
  return folded(title, [...rows, ...unaddressed, ...notes].join('\n\n'));
}

function isAlarming({ outcome, image }: LocalizedValue): boolean {
  return outcome.kind === 'fails' || image?.pinned === 'other' || image?.proof === 'unproved';
}

/** What is said of an image is said once, in front of the first place where it goes. */
function imageRows(images: Preview['images']): readonly (readonly string[])[] {
  const groups = [...Map.groupBy(images, ({ before, after }) => (after ?? before)?.image?.resource)];
  return groups.flatMap(([, all]) => {
    const shown = all.find(({ after }) => after);
    return all.map((it, index) => [...(index === 0 ? imageCells(shown) : ['', '', '']), ...placeCells(it)]);
  });
}

function imageCells({ before, after }: Partial<PlacementChange<LocalizedValue>> = {}): readonly string[] {
  const image = after?.image;
  if (!image) return ['', '', ''];
  const { resource, reference, signedDigest } = image;
  const old = before?.image?.signedDigest;
  const was = old === undefined || old === signedDigest ? '' : `, was ${code(shortDigest(old))}`;
  return [
    reference === undefined ? `resource ${code(resource)}` : code(reference),
    `${signedDigest === undefined ? 'none' : code(signedDigest)}${was}`,
    plain(proofText(image)),
  ];
}

function placeCells({ change, before, after }: PlacementChange<LocalizedValue>): readonly string[] {
  const at = after ?? before;
  return [at ? place(at) : '', valueCell(change, { before: before?.outcome, after: after?.outcome })];
}

const place = ({ file, path }: Placement): string => `${code(file)} ${code(path)}`;

interface Outcomes {
  readonly before: Outcome | undefined;
  readonly after: Outcome | undefined;
}

function valueCell(change: PlacementChange<Placement>['change'], { before, after }: Outcomes): string {
  const [old, now] = [before, after].map((it) => it && outcomeCell(it));
  switch (change) {
    case 'added':
      return `**new** ${now}`;
    case 'removed':
      return `**not set any more**, was ${old}`;
    case 'changed':
      return old === now ? `${now}` : `${old} → ${now}`;
    case 'same':
      return `${now}`;
  }
}

function outcomeCell(outcome: Outcome): string {
  const text = outcomeText(outcome);
  if (outcome.kind === 'value') return code(text);
  // Why is said once, below the table.
  if (outcome.kind === 'no-address') return 'no address';
  return `${outcome.kind === 'fails' ? '⚠ ' : ''}${plain(cut(text, maxText))}`;
}

function describeSettings(settings: readonly PlacementChange<ConfiguredValue>[]): string {
  const rows = settings.map(({ change, before, after }) => {
    const at = after ?? before;
    return [
      at ? place(at) : '',
      after ? outcomeCell(after.byDefault) : '',
      valueCell(change, { before: before?.outcome, after: after?.outcome }),
    ];
  });
  return folded('Values in the manifests', cutTable(['where it goes', 'by default', 'value'], rows));
}

const words: Readonly<Record<ValueAdvice['kind'], string>> = {
  new: 'new',
  removed: '⚠ removed',
  unknown: '⚠ unknown',
  missing: '⚠ missing',
  invalid: '⚠ invalid',
  coerced: 'other type',
};

function describeAdvice({ advice, notes }: Preview['values']): string {
  const rows = advice.map(({ kind, parameter, message, ...it }) => [
    code(parameter),
    words[kind],
    'default' in it
      ? `${code(outcomeText({ kind: 'value', value: it.default }))} by default`
      : plain(cut(message, maxText)),
  ]);
  const shown = rows.length === 0 ? [] : [cutTable(['parameter', '', ''], rows)];
  const said = notes.map((it) => `* ${plain(cut(it, maxText))}`);
  return folded('Advice on values', [...shown, ...said, adviceOnly].join('\n\n'));
}

const adviceOnly = 'No controller checks this.';

function cutTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const more = rows.length - maxRows;
  const left = more > 0 ? [`… and ${more} more lines, which \`consignee diff\` shows.`] : [];
  return [table(header, rows.slice(0, maxRows)), ...left].join('\n\n');
}

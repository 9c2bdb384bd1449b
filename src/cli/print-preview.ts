import type { ConfiguredValue } from '../core/localization/configure.ts';
import type { LocalizedValue } from '../core/localization/localize.ts';
import { type Outcome, outcomeText, type Placement, type PlacementChange } from '../core/localization/placement.ts';
import type { Preview } from '../core/localization/preview.ts';
import { proofText } from '../core/localization/proof-text.ts';
import type { ValueAdvice } from '../core/values/advise.ts';
import { columns, cut, type Style, styler, type Terminal } from './terminal.ts';

/** A part of what is printed: title and lines. */
export type Part = readonly [title: string, lines: string];

const signs = {
  added: ['+', 'green'],
  removed: ['-', 'red'],
  changed: ['~', 'yellow'],
  same: [' ', 'dim'],
} as const satisfies Readonly<Record<PlacementChange<Placement>['change'], readonly [string, Style]>>;

/** Values are a provider's and people's; longer ones are cut. */
const maxWidth = 120;

/** @returns What the cluster puts into the manifests, and advice on people's values, for a screen; only the parts that say something. */
export function printPreview({ images, settings, values }: Preview, terminal: Terminal): readonly Part[] {
  const style = styler(terminal);
  const advice = values.advice.map((it) => adviceRow(it, style));
  const parts: readonly Part[] = [
    ['Images after localization', columns(images.map((it) => imageRow(it, style)))],
    ['Values in the manifests', columns(settings.map((it) => placementRow<ConfiguredValue>(it, style)))],
    ['Advice on values', columns(advice)],
  ];
  return parts.filter(([, lines]) => lines !== '');
}

type Styling = ReturnType<typeof styler>;

function imageRow(change: PlacementChange<LocalizedValue>, style: Styling): readonly string[] {
  const { image } = change.after ?? {};
  const proof = image ? `${image.resource}: ${proofText(image)}` : '';
  return [...placementRow(change, style), style('dim', proof)];
}

function placementRow<Kind extends Placement>(
  { change, before, after }: PlacementChange<Kind>,
  style: Styling,
): readonly string[] {
  const [sign, colour] = signs[change];
  const at = after ?? before;
  const [old, now] = [before?.outcome, after?.outcome].map((it) => it && printOutcome(it, style));
  const value = change === 'changed' && old !== now ? `${old} → ${now}` : `${now ?? old}`;
  return [style(colour, sign), `${at?.file} ${at?.path}`, value];
}

function printOutcome(outcome: Outcome, style: Styling): string {
  const text = cut(outcomeText(outcome), maxWidth);
  return outcome.kind === 'fails' ? style('red', text) : text;
}

const colours: Readonly<Record<ValueAdvice['kind'], Style>> = {
  new: 'green',
  removed: 'yellow',
  unknown: 'yellow',
  missing: 'yellow',
  invalid: 'red',
  coerced: 'dim',
};

function adviceRow({ kind, parameter, message, ...it }: ValueAdvice, style: Styling): readonly string[] {
  const text = 'default' in it ? `${outcomeText({ kind: 'value', value: it.default })} by default` : message;
  return [style(colours[kind], kind), parameter, cut(text, maxWidth)];
}

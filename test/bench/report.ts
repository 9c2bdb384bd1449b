import { execFileSync } from 'node:child_process';
import { arch, availableParallelism, cpus, loadavg, platform } from 'node:os';
import type { Figure } from './measure.ts';

const head = ['what', 'median', 'worst', 'runs', 'budget', ''] as const;

/** @returns A table in Markdown that reads well as it is. */
export function printFigures(figures: readonly Figure[]): string {
  const rows = [head, ...figures.map(rowOf)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join(' | ')} |`;
  const ruler = `|${widths.map((width, column) => (isNumber(column) ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`;
  const [first = [], ...others] = rows.map(line);
  return `${[first, ruler, ...others].join('\n')}\n`;
}

function rowOf({ what, unit, median, worst, runs, budget, atLeast }: Figure): readonly string[] {
  const digits = (value: number) => (unit === '×' ? 2 : unit === '' ? 0 : value < 10 ? 1 : 0);
  const show = (value: number) => `${value.toFixed(digits(value))} ${unit}`.trimEnd();
  if (atLeast !== undefined) {
    const verdict = median >= atLeast ? 'met' : 'missed';
    return [what, show(median), show(worst), `${runs}`, `≥ ${atLeast} ${unit}`, verdict];
  }
  const verdict = budget === undefined ? '' : median < budget ? 'met' : 'missed';
  const wanted = budget === undefined ? '' : `< ${budget} ${unit}`.trimEnd();
  return [what, show(median), show(worst), `${runs}`, wanted, verdict];
}

const isNumber = (column: number) => column > 0 && column < 5;

function pad(cell: string, width: number, column: number): string {
  return isNumber(column) ? cell.padStart(width) : cell.padEnd(width);
}

/** @returns What the figures depend on besides the program. */
export function describeMachine(folder: string): string {
  const git = (...words: readonly string[]) => execFileSync('git', words, { cwd: folder, encoding: 'utf8' }).trim();
  const model = cpus()[0]?.model.trim();
  const changed = git('status', '--porcelain', '--', 'src', 'bin', 'templates') === '' ? '' : ', with changes';
  return [
    `${availableParallelism()} cores${model ? ` (${model})` : ''}`,
    `${platform()} ${arch()}`,
    `Node ${process.version}`,
    git('--version'),
    `commit ${git('rev-parse', '--short', 'HEAD')}${changed}`,
  ].join(', ');
}

/** @returns How busy the machine was in the last minute: the bench by itself makes about 1. */
export function describeLoad(): string {
  return `load average ${loadavg()[0]?.toFixed(1)}`;
}

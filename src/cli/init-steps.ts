import { type Failure, printPlace } from '../core/failure.ts';
import { failureAsData } from './print-failure.ts';
import { fold, type Style, styler, type Terminal } from './terminal.ts';

/** One thing that `init` brings about. */
export interface Step {
  readonly step: 'configuration' | 'adoption' | 'issue' | 'webhook' | 'registry-webhook';
  /** `left`: somebody else has to do it, or to say more. */
  readonly result: 'done' | 'already' | 'left' | 'failed';
  readonly message: string;
  /** What to do, in words. */
  readonly remedy?: string | undefined;
  /** What to run. */
  readonly command?: string | undefined;
  readonly link?: string | undefined;
  readonly failure?: Failure | undefined;
}

/** Does a step; what a person can put right keeps the other steps from nothing. */
export async function guarded(step: Step['step'], work: () => Promise<Step>, asFailure: AsFailure): Promise<Step> {
  try {
    return await work();
  } catch (error) {
    const failure = asFailure(error);
    if (!failure) throw error;
    return { step, result: 'failed', message: failure.message, remedy: failure.remedy, failure };
  }
}

type AsFailure = (error: unknown) => Failure | undefined;

const signs: Readonly<Record<Step['result'], readonly [Style, string]>> = {
  done: ['green', 'done   '],
  already: ['dim', 'already'],
  left: ['yellow', 'left   '],
  failed: ['red', 'failed '],
};

/** Width of a sign and the blank after it. */
const indent = 8;

export function printSteps(steps: readonly Step[], terminal: Terminal): string {
  return `${steps.map((it) => printStep(it, terminal)).join('\n')}\n`;
}

function printStep(step: Step, terminal: Terminal): string {
  const { result, command, link } = step;
  const [style, sign] = signs[result];
  const text = wordsOf(step).map((it) => fold(it, { width: terminal.width, indent }));
  return [
    `${styler(terminal)(style, sign)} ${text.join('\n').trimStart()}`,
    ...(link === undefined ? [] : [`${' '.repeat(indent)}${link}`]),
    ...(command === undefined ? [] : [`${' '.repeat(indent + 2)}${command}`]),
  ].join('\n');
}

function wordsOf({ message, remedy, failure }: Step): readonly string[] {
  if (!failure) return [[message, remedy].filter((it) => it !== undefined).join(' ')];
  const place = failure.place ? `${printPlace(failure.place)}: ` : '';
  const findings = failure.findings.map(({ message: what, remedy: next = '', place: at }) =>
    `${at ? `${printPlace(at)}: ` : ''}${what}. ${next}`.trim(),
  );
  return [`${place}${message}`, ...findings, ...(remedy === undefined ? [] : [remedy])];
}

export function stepAsData({ step, result, message, remedy, command, link, failure }: Step) {
  return { step, result, message, remedy, command, link, failure: failure && failureAsData(failure) };
}

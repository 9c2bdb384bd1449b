import { type Failure, type Finding, printPlace } from '../core/failure.ts';
import { fold, styler, type Terminal } from './terminal.ts';

/** Prints what went wrong, where, and what to do next; never a stack trace. */
export function printFailure(failure: Failure, terminal: Terminal): string {
  const style = styler(terminal);
  const findings = failure.findings.map((finding) => printFinding(finding, terminal));
  const place = failure.place ? `${printPlace(failure.place)}: ` : '';
  return [
    fold(`${style('red', 'Failed:')} ${place}${failure.message}`, { width: terminal.width }),
    ...(failure.remedy ? [fold(failure.remedy, { width: terminal.width, indent: 2 })] : []),
    ...findings,
  ].join('\n');
}

/** What a program reads of a failure. Kept as it is. */
export function failureAsData({ code, message, remedy, place, findings }: Failure) {
  return { code, message, remedy, place, findings };
}

function printFinding({ place, message, remedy }: Finding, { width }: Terminal): string {
  const where = place ? `${printPlace(place)}: ` : '';
  return fold(`${where}${sentence(message)}${remedy ? ` ${remedy}` : ''}`, { width, indent: 2 });
}

function sentence(text: string): string {
  return /[.!?:]$/.test(text) ? text : `${text}.`;
}

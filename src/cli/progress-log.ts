import type { Log } from '../ports/log.ts';
import type { Terminal } from './terminal.ts';

/** On a screen one line that is rewritten; elsewhere a plain line per event, for logs. */
export function createProgressLog(terminal: Terminal): Log {
  const write = terminal.live ? rewriting(terminal) : appending(terminal);
  return {
    info: (event, fields) => write('info', event, fields),
    warn: (event, fields) => write('warn', event, fields),
  };
}

type Write = (level: 'info' | 'warn', event: string, fields: Readonly<Record<string, unknown>>) => void;

function appending({ err }: Terminal): Write {
  return (level, event, fields) => err(`${level} ${event} ${printFields(fields)}\n`);
}

function rewriting({ progress, width }: Terminal): Write {
  return (_, event, fields) => progress(`${event} ${printFields(fields)}`.slice(0, width - 1));
}

function printFields(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${/^[\w./:@-]+$/.test(String(value)) ? value : JSON.stringify(String(value))}`)
    .join(' ');
}

/** Takes the progress line away before something else is printed. */
export function endProgress({ live, progress }: Terminal): void {
  if (live) progress('');
}

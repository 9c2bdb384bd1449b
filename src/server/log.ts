import { pino, stdTimeFunctions } from 'pino';
import type { Log } from '../ports/log.ts';
import { createRedact } from './redact.ts';

/**
 * Logs one JSON object a line: `level`, `time`, `event` and the event's fields, in which no secret is shown.
 *
 * @param options.write Takes a line, its end included.
 * @param options.secrets Secrets that the process knows by now, to be hidden wherever they turn up.
 */
export function createJsonLog({
  write,
  secrets = () => [],
}: {
  readonly write: (line: string) => void;
  readonly secrets?: () => Iterable<string>;
}): Log {
  const logger = pino(
    {
      base: null,
      messageKey: 'event',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  const redact = createRedact(secrets);
  return {
    info: (event, fields) => logger.info(redact(fields), event),
    warn: (event, fields) => logger.warn(redact(fields), event),
  };
}

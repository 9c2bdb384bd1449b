/** What the environment says about how to speak. */
export interface Environment {
  /** No colours, whatever the terminal can do. */
  readonly noColor: boolean;
  /** Runs in a pipeline: plain lines instead of progress. */
  readonly ci: boolean;
  /** The terminal cannot move the cursor. */
  readonly dumbTerminal: boolean;
}

/**
 * Reads the variables that the command line heeds: `NO_COLOR` (any text that is not empty), `CI` (but not `false` or `0`), `TERM`.
 *
 * @see https://no-color.org
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const { NO_COLOR = '', CI = '', TERM = '' } = variables;
  const dumbTerminal = TERM === 'dumb';
  return { noColor: NO_COLOR !== '' || dumbTerminal, ci: !['', '0', 'false'].includes(CI.toLowerCase()), dumbTerminal };
}

/** The whole environment, for the programs that are started: git picks what it needs from it. */
export function readVariables(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

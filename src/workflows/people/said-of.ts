import { isMapping } from '../../core/component/mapping.ts';
import type { ReviewCheck } from '../../core/pull-request/review.ts';

/** What was said last of a pull request of people. */
export interface SaidOf {
  /** The head that was looked at. */
  readonly head: string;
  /** What it was held against: the tip of the base branch or, where it touches nothing of interest, what is of interest there. */
  readonly against: string;
  readonly checks: readonly ReviewCheck[];
  /** Whether it has a comment; `undefined` when that is not known. */
  readonly commented?: boolean;
  /** The approvals that were there, where it waits for one. */
  readonly waits?: string;
  /** When it is tried again, where it could not be looked at. */
  readonly again?: string;
}

export const printSaid = (said: SaidOf): string => JSON.stringify(said);

/** @returns `undefined` for what was never said, and for what this version did not write. */
export function parseSaid(text: string | undefined): SaidOf | undefined {
  const said: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!isMapping(said)) return undefined;
  const { head, against, checks, commented, waits, again } = said;
  if (typeof head !== 'string' || typeof against !== 'string' || !Array.isArray(checks)) return undefined;
  return {
    ...{ head, against, checks: checks.flatMap(checkOf) },
    ...(typeof commented === 'boolean' && { commented }),
    ...(typeof waits === 'string' && { waits }),
    ...(typeof again === 'string' && { again }),
  };
}

function checkOf(value: unknown): readonly ReviewCheck[] {
  if (!isMapping(value)) return [];
  const { context, state, description } = value;
  if (typeof context !== 'string' || typeof description !== 'string') return [];
  return state === 'success' || state === 'failure' ? [{ context, state, description }] : [];
}

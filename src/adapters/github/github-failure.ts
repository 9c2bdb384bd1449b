import { Failure } from '../../core/failure.ts';
import type { Clock } from '../../ports/clock.ts';

/** An answer that broke off or is no JSON. It looks like the errors of Octokit, whose plug-in for repeating reads these two fields. */
export class BrokenAnswer extends Error {
  override readonly name = 'BrokenAnswer';
  readonly status = 500;
  readonly request: unknown;

  constructor(message: string, request: unknown) {
    super(message);
    this.request = request;
  }
}

/** @returns The HTTP status that an error or a failure goes back to; 500 when no answer came; `undefined` for what is no request. */
export function statusOf(error: unknown): number | undefined {
  const cause = error instanceof Failure ? error.cause : error;
  return cause instanceof Error && 'status' in cause && typeof cause.status === 'number' ? cause.status : undefined;
}

/** Whether the account lacks the right, and not only for now. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Failure && !error.passing && statusOf(error) === 403;
}

/** Whether a request may have been carried out although it failed. */
function outcomeIsUnknown(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && status >= 500;
}

/**
 * Sends a write once. After an answer that leaves open whether it was done, reading decides (C-11).
 *
 * @param readBack Gives the result when the write turns out to be done, otherwise `undefined`.
 */
export async function decideByReading<Result>(
  write: () => Promise<Result>,
  readBack: () => Promise<Result | undefined>,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (!outcomeIsUnknown(error)) throw error;
    const done = await readBack();
    if (done === undefined) throw error;
    return done;
  }
}

/** Reads something that may be gone. @returns `undefined` for 404 and 410. */
export async function unlessGone<Result>(reading: Promise<Result>): Promise<Result | undefined> {
  try {
    return await reading;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 410) return undefined;
    throw error;
  }
}

interface Asking {
  /** For messages: host of the forge. */
  readonly host: string;
  readonly clock: Clock;
}

/** Says what an error of Octokit means. @returns Never what this program did wrong: that is thrown as it is. */
export function translateError(error: unknown, { host, clock }: Asking): unknown {
  const status = statusOf(error);
  if (error instanceof Failure || !(error instanceof Error) || status === undefined) return error;
  const request = `(${describeRequest(error)})`;
  const words = saidBy(error);
  const until = limitedUntil(error, clock.now());
  if (until) {
    return new Failure('forge-unreachable', `${host} takes no more requests before ${until.toISOString()} ${request}`, {
      remedy: 'Wait until then; an account of its own for the bot, or a GitHub App, has limits of its own.',
      cause: error,
    });
  }
  const { code, what, remedy } = meaningOf(status);
  const answered = 'response' in error && error.response !== undefined;
  const outcome = answered ? `answered with ${status}${what}: ${words}` : `cannot be reached or broke off: ${words}`;
  return new Failure(code, `${host} ${outcome} ${request}`, { remedy, cause: error });
}

function meaningOf(status: number) {
  switch (status) {
    case 401:
      return {
        code: 'forge-denied',
        what: ' (not signed in)',
        remedy: 'Check the token, or the key of the App.',
      } as const;
    case 403:
      return {
        code: 'forge-denied',
        what: ' (not allowed)',
        remedy: 'Give the account the rights that the documentation lists, for this repository.',
      } as const;
    case 404:
    case 410:
      return {
        code: 'forge-denied',
        what: ' (not there, or not to be seen)',
        remedy: 'Check the name of the repository, and that the account may see it.',
      } as const;
    case 409:
    case 412:
      return { code: 'forge-conflict', what: '', remedy: undefined } as const;
    default:
      if (status >= 500) {
        const remedy = 'Check that the forge is up, and its address in the configuration.';
        return { code: 'forge-unreachable', what: '', remedy } as const;
      }
      return { code: 'forge-denied', what: ' (refused)', remedy: undefined } as const;
  }
}

const wordsLimit = 500;

/** @returns The forge's own words in one line, without the address of a manual that it puts behind them. */
export function saidBy(error: unknown): string {
  const cause = error instanceof Failure ? error.cause : error;
  const text = cause instanceof Error ? cause.message.replace(/ - https?:\/\/\S+$/, '') : '';
  const line = text.replaceAll(/\p{C}+/gu, ' ').trim();
  return line.length > wordsLimit ? `${line.slice(0, wordsLimit)} …` : line;
}

/** Without a query, which may hold what people wrote. */
function describeRequest(error: Error): string {
  const request = fieldOf(error, 'request');
  const [method, url] = [fieldOf(request, 'method'), fieldOf(request, 'url')];
  const path = typeof url === 'string' ? (URL.parse(url)?.pathname ?? '') : '';
  return `${typeof method === 'string' ? method : 'request'} ${path}`;
}

/** When the forge takes requests again, where it said that there were too many. */
function limitedUntil(error: Error, now: Date): Date | undefined {
  const status = statusOf(error);
  if (status !== 403 && status !== 429) return undefined;
  const headers = fieldOf(fieldOf(error, 'response'), 'headers');
  const seconds = (name: string) => {
    const value = fieldOf(headers, name);
    return typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : undefined;
  };
  const after = seconds('retry-after');
  if (after !== undefined) return new Date(now.getTime() + after * 1000);
  const reset = seconds('x-ratelimit-reset');
  if (seconds('x-ratelimit-remaining') === 0 && reset !== undefined) return new Date(reset * 1000);
  return status === 429 || /secondary rate limit/i.test(error.message) ? new Date(now.getTime() + 60_000) : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined;
}

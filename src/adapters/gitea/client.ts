import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../core/failure.ts';
import { type Ask, createAsk, type Operation, parseServerAddress } from './api.ts';
import { mappingOf, textAt, WrongShape } from './fields.ts';
import { type Answer, failureOf, isJson, quote, Unanswered, unreachable } from './gitea-failure.ts';
import { defaultLimits, type GiteaLimits } from './gitea-limits.ts';
import { parseRetryAfter } from './retry-after.ts';
import { checkServerVersion, type ServerKind, type ServerVersion } from './server-version.ts';
import { createTransport } from './transport.ts';

/** Speaks with one server. Whatever it answers is a value, or a `Failure` that says what to do. */
export interface GiteaClient {
  readonly host: string;
  readonly limits: GiteaLimits;
  /** How many requests left, those that were repeated included. */
  readonly requests: number;
  /** Asked once. */
  version(): Promise<ServerVersion>;
  /**
   * Asks for something that changes nothing; a few times, when the server is busy or the connection breaks.
   *
   * @returns Status 2xx, or one of `accept`.
   */
  read(operation: Operation, accept?: readonly number[]): Promise<Read>;
  /** Sends something that changes something, once. Whether it did is told by what is read afterwards. */
  write(operation: Operation): Promise<Written>;
}

export interface Read {
  readonly answer: Answer;
  /** @throws {Failure} `forge-unreachable` when the answer does not have the shape that `take` wants. */
  parse<Result>(take: (value: unknown) => Result): Result;
}

export type Written =
  | ({ readonly kind: 'done' } & Read)
  /** The server says no: the status says why, or not. */
  | { readonly kind: 'refused'; readonly answer: Answer; readonly failure: Failure }
  /** Nobody knows whether it was done. */
  | { readonly kind: 'unclear'; readonly failure: Failure };

export interface GiteaClientOptions {
  readonly address: string;
  readonly kind: ServerKind;
  readonly token: () => Promise<string>;
  /** In PEM, in addition to those of the system. */
  readonly certificateAuthority?: string | undefined;
  readonly limits?: Partial<GiteaLimits> | undefined;
}

export function createGiteaClient({
  address,
  kind,
  token,
  certificateAuthority,
  limits: changed,
}: GiteaClientOptions): GiteaClient {
  const limits = { ...defaultLimits, ...changed };
  const server = parseServerAddress(address);
  const transport = createTransport(limits, certificateAuthority);
  const ask = createAsk({ server, token, transport });
  let known: Promise<ServerVersion> | undefined;

  async function askVersion(): Promise<ServerVersion> {
    const { parse } = await readWith(ask, limits, (api) => api.version.getVersion());
    return checkServerVersion(
      parse((value) => quote(textAt(mappingOf(value, 'the answer'), 'version'))),
      kind,
      server.host,
    );
  }

  async function version(): Promise<ServerVersion> {
    known ??= askVersion();
    try {
      return await known;
    } catch (error) {
      known = undefined;
      throw error;
    }
  }

  return {
    host: server.host,
    limits,
    get requests() {
      return transport.requests;
    },
    version,
    async read(operation, accept) {
      await version();
      return readWith(ask, limits, operation, accept);
    },
    async write(operation) {
      await version();
      return writeWith(ask, operation);
    },
  };
}

/** Answers after which the same question may be asked again. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

async function readWith(
  ask: Ask,
  limits: GiteaLimits,
  operation: Operation,
  accept: readonly number[] = [],
): Promise<Read> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOnce(ask, operation);
    const wait = attempt < limits.attempts ? pauseAfter(outcome, attempt, limits) : undefined;
    if (wait !== undefined) {
      await sleep(wait);
      continue;
    }
    if (outcome instanceof Unanswered) throw failureAfter(outcome, attempt);
    checkOrigin(outcome);
    if (isDone(outcome) || accept.includes(outcome.status)) return { answer: outcome, parse: parserOf(outcome) };
    throw failureOf(outcome);
  }
}

async function attemptOnce(ask: Ask, operation: Operation): Promise<Answer | Unanswered> {
  try {
    return await ask(operation);
  } catch (error) {
    if (error instanceof Unanswered) return error;
    throw error;
  }
}

/** @returns Milliseconds to wait before another attempt; `undefined` when there should be none. */
function pauseAfter(outcome: Answer | Unanswered, attempt: number, limits: GiteaLimits): number | undefined {
  // Full jitter, so that clients that failed together do not come back together.
  const backOff = Math.random() * limits.backoffSeconds * 2 ** (attempt - 1) * 1000;
  if (outcome instanceof Unanswered) return outcome.lasting ? undefined : backOff;
  if (!passing.has(outcome.status)) return undefined;
  const asked = parseRetryAfter(outcome.header('retry-after'), Date.now());
  if (asked === undefined) return backOff;
  if (asked <= limits.maxWaitSeconds * 1000) return asked + backOff;
  const seconds = Math.round(asked / 1000);
  throw unreachable(outcome.asked, `answered with ${outcome.status} and asks for no requests for ${seconds} s`, {
    remedy: 'Try again later, or ask for a higher limit.',
  });
}

function failureAfter({ asked, message, cause }: Unanswered, attempts: number): Failure {
  return unreachable(asked, `${message}${attempts > 1 ? `, ${attempts} times` : ''}`, { cause });
}

async function writeWith(ask: Ask, operation: Operation): Promise<Written> {
  const outcome = await attemptOnce(ask, operation);
  if (outcome instanceof Unanswered) return { kind: 'unclear', failure: failureAfter(outcome, 1) };
  if (outcome.status >= 500) return { kind: 'unclear', failure: failureOf(outcome) };
  if (isDone(outcome)) {
    const foreign = foreignAnswer(outcome);
    if (foreign) return { kind: 'unclear', failure: foreign };
    return { kind: 'done', answer: outcome, parse: parserOf(outcome) };
  }
  checkOrigin(outcome);
  if (outcome.status === 401) throw failureOf(outcome);
  return { kind: 'refused', answer: outcome, failure: failureOf(outcome) };
}

function isDone({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** Refuses what is no answer of the API: redirects, which are never followed, and pages of HTML. */
function checkOrigin(answer: Answer): void {
  const { status } = answer;
  if (status >= 300 && status < 400) throw movedFailure(answer);
  const foreign = foreignAnswer(answer);
  if (foreign) throw foreign;
}

/** @returns What to say of an answer that comes from somebody else than the API; `undefined` for one that does. */
function foreignAnswer({ asked, status, header, bytes }: Answer): Failure | undefined {
  const meant = status < 300 ? bytes.length > 0 : status === 404;
  if (!meant || isJson(header('content-type'))) return undefined;
  const type = quote(header('content-type') ?? 'no content type');
  return unreachable(asked, `answered with ${status} and ${type}, which is not what the API of Gitea sends`, {
    remedy: 'Check the address of the server in the configuration, with its path, and any proxy before it.',
  });
}

function movedFailure({ asked, status, header }: Answer): Failure {
  const location = header('location') ?? '';
  const repository = /\/api\/v1\/repos\/([^/?#]+\/[^/?#]+)/.exec(location)?.[1];
  const place = quote(repository ?? location);
  const message = repository
    ? `The repository was renamed: ${asked.host} leads to ${place} (${asked.method} ${asked.path})`
    : `${asked.host} leads elsewhere with ${status}, to ${place} (${asked.method} ${asked.path})`;
  return new Failure('configuration', message, { remedy: `Write ${place} in the configuration, if it is the same.` });
}

function parserOf({ asked, bytes }: Answer): Read['parse'] {
  return (take) => {
    try {
      return take(bytes.length === 0 ? undefined : JSON.parse(Buffer.from(bytes).toString()));
    } catch (error) {
      if (error instanceof WrongShape) throw misshapen(error.message, error);
      if (error instanceof SyntaxError) throw misshapen('it is not JSON', error);
      throw error;
    }
  };

  function misshapen(why: string, cause: Error): Failure {
    const remedy = 'Check that the server is of the configured kind and a supported version.';
    return unreachable(asked, `answered with what cannot be understood: ${why}`, { remedy, cause });
  }
}

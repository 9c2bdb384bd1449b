import { getCACertificates } from 'node:tls';
import type { Agent, Dispatcher } from 'undici';
import { createAllowance } from './allowance.ts';
import type { Request, Response, WholeBody } from './exchange.ts';
import { createPace, type Pace, parseRetryAfter, type Timing } from './pace.ts';
import { type Asked, Interrupted, registryFailure, translateError } from './registry-failure.ts';
import type { RegistryLimits } from './registry-limits.ts';
import { discard, guardBody, readBody } from './response-body.ts';
import { createRetry, type Retry } from './retry.ts';

export interface Transport extends AsyncDisposable {
  /** How many requests left. */
  readonly requests: number;
  /**
   * Sends one request, once.
   *
   * @throws {Interrupted} For a broken connection, 429 and 5xx.
   * @throws {Failure} When the server is not to be trusted, or its answer is encoded.
   */
  open(request: Request): Promise<Response>;
  /** Reads a body into memory, of which so much may be in use at the same time. @see readBody */
  read(response: Response, maxBytes: number): Promise<WholeBody>;
  readonly retry: Retry;
}

export interface TransportOptions {
  readonly host: string;
  readonly certificateAuthorities: readonly string[];
  readonly concurrency: number;
  readonly limits: RegistryLimits;
  readonly timing: Timing;
}

export function createTransport({
  host,
  concurrency,
  limits,
  timing,
  certificateAuthorities,
}: TransportOptions): Transport {
  const slots = createAllowance(concurrency);
  const buffers = createAllowance(limits.bufferedBytes);
  const pace = createPace(limits, timing);
  let agent: Promise<Agent> | undefined;
  let requests = 0;

  /** Waits for the pause first: whoever holds a connection meanwhile keeps others from theirs. */
  async function acquireSlot(): Promise<Disposable> {
    for (;;) {
      await pace.pass();
      const slot = await slots.acquire(1);
      if (!pace.isPaused()) return slot;
      slot[Symbol.dispose]();
    }
  }

  async function open(request: Request): Promise<Response> {
    const slot = await acquireSlot();
    const asked = { method: request.method, url: request.url, host };
    try {
      agent ??= createAgent({ concurrency, limits, certificateAuthorities });
      const dispatcher = await agent;
      requests++;
      const answer = await send(dispatcher, request, asked);
      const response = toResponse(answer, { asked, slot, limits, now: timing.now });
      return await checkAnswer(response, { pace, now: timing.now() });
    } catch (error) {
      slot[Symbol.dispose]();
      throw error;
    }
  }

  return {
    get requests() {
      return requests;
    },
    open,
    read: (response, maxBytes) =>
      readBody(response, maxBytes, { readSeconds: limits.readSeconds, now: timing.now, buffers }),
    retry: createRetry(limits, pace),
    [Symbol.asyncDispose]: async () => {
      await (await agent)?.destroy();
    },
  };
}

/** The library is loaded when it is needed: that takes longer than all the rest of a look into an archive. */
async function createAgent(
  options: Pick<TransportOptions, 'concurrency' | 'limits' | 'certificateAuthorities'>,
): Promise<Agent> {
  const { concurrency, limits, certificateAuthorities } = options;
  const { Agent: UndiciAgent } = await import('undici');
  return new UndiciAgent({
    connections: concurrency,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 30_000,
    headersTimeout: limits.headersSeconds * 1000,
    bodyTimeout: limits.idleSeconds * 1000,
    connect: {
      timeout: limits.connectSeconds * 1000,
      // Given authorities would replace those of the system.
      ...(certificateAuthorities.length > 0 && { ca: [...getCACertificates('default'), ...certificateAuthorities] }),
    },
  });
}

async function send(
  agent: Agent,
  { method, url, headers, body }: Request,
  asked: Asked,
): Promise<Dispatcher.ResponseData> {
  try {
    return await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers: { 'accept-encoding': 'identity', 'user-agent': 'consignee', ...headers },
      // Left to itself, the library closes the connection after each HEAD.
      reset: false,
      ...(body !== undefined && { body }),
    });
  } catch (error) {
    throw translateError(error, asked);
  }
}

interface Sending {
  readonly asked: Asked;
  readonly slot: Disposable;
  readonly limits: RegistryLimits;
  readonly now: Timing['now'];
}

function toResponse(answer: Dispatcher.ResponseData, { asked, slot, limits, now }: Sending): Response {
  const { statusCode: status, headers, body } = answer;
  const header = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  const length = header('content-length');
  // The library tells of a broken body once more when nobody reads it any longer.
  body.on('error', () => {});
  return {
    asked,
    status,
    header,
    contentLength: length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined,
    chunks: () => guardBody(body, { asked, limits, now }),
    [Symbol.asyncDispose]: async () => {
      await discard(body);
      slot[Symbol.dispose]();
    },
  };
}

/** Tells answers that another attempt may get past, and those that cannot be read, from the others. */
async function checkAnswer(
  response: Response,
  { pace, now }: { readonly pace: Pace; readonly now: number },
): Promise<Response> {
  const { asked, status } = response;
  const encoding = response.header('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (status === 429 || (status >= 500 && status !== 501 && status !== 505)) {
    const pauseUntil = parseRetryAfter(response.header('retry-after'), now);
    // Before the connection is free for whoever waits for it.
    if (pauseUntil !== undefined) pace.pause(pauseUntil);
    await response[Symbol.asyncDispose]();
    throw new Interrupted(`answered with ${status}${status === 429 ? ' (too many requests)' : ''}`, { pauseUntil });
  }
  if (encoding !== 'identity' && encoding !== '') {
    await response[Symbol.asyncDispose]();
    const remedy = 'Switch off compression in the registry, or in the proxy before it.';
    throw registryFailure(asked, `answered in the encoding ${JSON.stringify(encoding)}, which was not asked for`, {
      remedy,
    });
  }
  return response;
}

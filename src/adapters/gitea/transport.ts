import { getCACertificates } from 'node:tls';
import type { Agent, Dispatcher } from 'undici';
import { type Answer, type Asked, Unanswered, unreachable } from './gitea-failure.ts';
import type { GiteaLimits } from './gitea-limits.ts';
import { createSlots } from './slots.ts';

export interface Request {
  readonly asked: Asked;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface Transport {
  /** How many requests left. */
  readonly requests: number;
  /**
   * Sends one request, once, and reads its answer. Redirects are answers like any other.
   *
   * @throws {Unanswered} When it broke off, took too long or came with more than may be read.
   * @throws {Failure} When the server is not to be trusted: then nothing was sent.
   */
  send(request: Request): Promise<Answer>;
}

export function createTransport(limits: GiteaLimits, certificateAuthority: string | undefined): Transport {
  const slots = createSlots(limits.concurrency);
  let agent: Promise<Agent> | undefined;
  let requests = 0;
  return {
    get requests() {
      return requests;
    },
    send: (request) =>
      slots(async () => {
        agent ??= createAgent(limits, certificateAuthority);
        const dispatcher = await agent;
        requests++;
        try {
          return await exchange(dispatcher, request, limits);
        } catch (error) {
          throw translate(error, request.asked);
        }
      }),
  };
}

/** The library is loaded when it is needed. */
async function createAgent(limits: GiteaLimits, certificateAuthority: string | undefined): Promise<Agent> {
  const { Agent: UndiciAgent } = await import('undici');
  return new UndiciAgent({
    connections: limits.concurrency,
    pipelining: 1,
    allowH2: false,
    connect: {
      timeout: limits.connectSeconds * 1000,
      // A given authority would replace those of the system.
      ...(certificateAuthority !== undefined && { ca: [...getCACertificates('default'), certificateAuthority] }),
    },
  });
}

async function exchange(
  agent: Agent,
  { asked, url, headers, body }: Request,
  { readSeconds, writeSeconds, answerBytes }: GiteaLimits,
): Promise<Answer> {
  const seconds = asked.method === 'GET' ? readSeconds : writeSeconds;
  const answer = await agent.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: methodOf(asked),
    headers: { 'accept-encoding': 'identity', 'user-agent': 'consignee', ...headers },
    // Counts for the body too.
    signal: AbortSignal.timeout(seconds * 1000),
    ...(body !== undefined && { body }),
  });
  const bytes = await readBody(answer.body, answerBytes, asked);
  const header = (name: string) => {
    const value = answer.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  return { asked, status: answer.statusCode, header, bytes };
}

const methods: readonly Dispatcher.HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

function methodOf({ method }: Asked): Dispatcher.HttpMethod {
  const known = methods.find((it) => it === method);
  if (known === undefined) throw new Error(`${method} is no method of the API`);
  return known;
}

async function readBody(body: Dispatcher.ResponseData['body'], maxBytes: number, asked: Asked): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    if (!(part instanceof Uint8Array)) continue;
    length += part.length;
    // Leaving the loop closes the connection.
    if (length > maxBytes) throw new Unanswered(asked, `answered with more than ${maxBytes} bytes`, { lasting: true });
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Codes of Node and OpenSSL for a certificate or a TLS version that is not taken. */
const tlsCode = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;

const words: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'refuses connections'],
  ['ENOTFOUND', 'is a name that nobody knows'],
  ['EAI_AGAIN', 'is a name that cannot be looked up now'],
  ['UND_ERR_CONNECT_TIMEOUT', 'took too long to accept a connection'],
]);

/** Says what an error of the HTTP library means. @returns Never what this program did wrong: that is given back as it is. */
function translate(error: unknown, asked: Asked): Error {
  if (error instanceof Unanswered) return error;
  if (!(error instanceof Error)) return new Error(`${error}`);
  if (error.name === 'TimeoutError') return new Unanswered(asked, 'took too long to answer', { cause: error });
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code !== undefined && tlsCode.test(code)) {
    return unreachable(asked, `is not to be trusted: ${code}`, {
      remedy: 'Name the authority that issued its certificate in the configuration.',
      cause: error,
    });
  }
  if (error.name === 'HTTPParserError') return new Unanswered(asked, 'answered with what is no HTTP', { cause: error });
  if (code === undefined) return error;
  return new Unanswered(asked, words.get(code) ?? `broke the connection (${code})`, { cause: error });
}

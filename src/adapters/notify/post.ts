import { createHmac } from 'node:crypto';
import type { Agent } from 'undici';
import type { NotifyLimits, Timing } from './timing.ts';

export interface Posting {
  readonly url: URL;
  readonly body: Uint8Array;
  readonly secret: string;
}

export type Outcome =
  | { readonly kind: 'taken' }
  /** It does not want it: the same again would get the same answer. @see silent */
  | { readonly kind: 'refused'; readonly what: string }
  /** There was no answer, or one that says that it is in trouble. `what` is the rest of a sentence about the receiver. */
  | { readonly kind: 'silent'; readonly what: string };

export interface Post extends AsyncDisposable {
  /** Posts JSON, signed, and again a few times where there was no answer. Follows no redirect and uses no proxy. */
  send(posting: Posting): Promise<Outcome>;
}

export function createPost(limits: NotifyLimits, timing: Timing): Post {
  let agent: Promise<Agent> | undefined;
  return {
    async send(posting) {
      agent ??= createAgent(limits);
      const dispatcher = await agent;
      for (let attempt = 1; ; attempt++) {
        const outcome = await tryOnce(dispatcher, posting, limits);
        if (outcome.kind !== 'silent' || attempt >= limits.attempts) return outcome;
        await timing.sleep(limits.backoffSeconds * 1000 * 2 ** (attempt - 1) * (0.5 + timing.random() / 2));
      }
    },
    [Symbol.asyncDispose]: async () => {
      await (await agent)?.destroy();
    },
  };
}

/** The library is loaded when it is needed; one dispatcher of our own, for the library's own one follows what others set. */
async function createAgent({ attemptSeconds }: NotifyLimits): Promise<Agent> {
  const { Agent: UndiciAgent } = await import('undici');
  return new UndiciAgent({
    connections: 2,
    pipelining: 1,
    allowH2: false,
    // An attempt has one limit for everything, which is no matter of the connection.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: attemptSeconds * 1000 },
  });
}

async function tryOnce(agent: Agent, { url, body, secret }: Posting, limits: NotifyLimits): Promise<Outcome> {
  const signal = AbortSignal.timeout(limits.attemptSeconds * 1000);
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'consignee',
        'x-consignee-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
      body,
      signal,
    });
    // The status was said: what becomes of the body changes nothing.
    await answer.body.dump({ limit: limits.answerBytes, signal }).catch(() => undefined);
    return judge(answer.statusCode);
  } catch (error) {
    if (signal.aborted) return { kind: 'silent', what: `did not answer within ${limits.attemptSeconds} seconds` };
    return judgeError(error);
  }
}

function judge(status: number): Outcome {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (status >= 500 || status === 429) return { kind: 'silent', what: `answered with ${status}` };
  const redirect = status >= 300 && status < 400;
  return { kind: 'refused', what: `answered with ${status}${redirect ? ', and redirects are not followed' : ''}` };
}

/** An error without a code is a mistake of this program. */
function judgeError(error: unknown): Outcome {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isHttp = error instanceof Error && error.name === 'HTTPParserError';
  if (isHttp) return { kind: 'silent', what: 'answered with what is no HTTP' };
  if (typeof code !== 'string' || code === 'UND_ERR_INVALID_ARG') throw error;
  return { kind: 'silent', what: `cannot be reached, or broke the connection: ${code}` };
}

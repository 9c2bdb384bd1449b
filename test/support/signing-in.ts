import { expect } from 'vitest';
import { type Exchange, type FakeRegistry, type Fault, sendJson, startFakeRegistry } from './fake-registry.ts';
import { greeterPath } from './oci-world.ts';

export const password = 'hunter2';
export const me = { kind: 'basic', username: 'me', password } as const;
export const basic = `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;

/** Asks for something until `accepts` finds it in `Authorization`. */
export const challenge =
  (
    offer: string | (() => string),
    accepts: (authorization: string | undefined, exchange: Exchange) => boolean,
  ): Fault =>
  (exchange) => {
    if (accepts(exchange.request.headers.authorization, exchange)) return 'pass';
    const header = typeof offer === 'string' ? offer : offer();
    sendJson(exchange.response, { errors: [{ code: 'UNAUTHORIZED' }] }, { 'www-authenticate': header }, 401);
    return undefined;
  };

export interface TokenServer extends AsyncDisposable {
  readonly fake: FakeRegistry;
  /** Bodies of what was posted. */
  readonly posted: readonly string[];
  readonly realm: string;
}

/** Gives out tokens `t1`, `t2` and so on. */
export async function startTokenServer(answer: object | Fault = {}, field = 'token'): Promise<TokenServer> {
  let issued = 0;
  const posted: string[] = [];
  const fake = await startFakeRegistry({
    fault: (exchange) => {
      exchange.request.on('data', (chunk: Buffer) => posted.push(chunk.toString()));
      exchange.request.resume();
      if (typeof answer === 'function') return (answer as Fault)(exchange);
      sendJson(exchange.response, { [field]: `t${++issued}`, ...answer });
      return undefined;
    },
  });
  return {
    fake,
    posted,
    realm: `${fake.address}/token?own=1`,
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
}

export const bearer = (realm: string, scope?: string) =>
  `Bearer realm="${realm}",service="registry"${scope === undefined ? '' : `,scope="${scope}"`}`;
export const isToken = (authorization: string | undefined) => authorization?.startsWith('Bearer t') ?? false;
export const ownScope = `repository:${greeterPath}:pull`;

export const sent = ({ requests }: FakeRegistry) => requests.map(({ authorization }) => authorization);
export const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );

export function expectRefusal(failure: unknown, message: RegExp): void {
  expect(failure).toMatchObject({ code: 'registry-unreachable', remedy: expect.stringMatching(/./) });
  expect(String(failure)).toMatch(message);
  expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(password);
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** Stands between a process and its forge, and strikes at one of the requests that are to change something. */
export interface KillProxy extends AsyncDisposable {
  readonly url: string;
  /** Those that were to change something, as `POST /pulls` or `push`, in order. */
  readonly writes: readonly string[];
  arm(strike: Strike): void;
}

export interface Strike {
  /** One of them, by its name. */
  readonly at: string;
  /** How many of this name are let through before. */
  readonly skips: number;
  /** `before` it reaches the forge; or when the forge has done it and its answer has not arrived: `unanswered`. */
  readonly when: 'before' | 'unanswered';
  /** What comes between the request and the forge. */
  readonly first?: (() => Promise<unknown>) | undefined;
  /** Ends the process; has ended it when it returns. */
  readonly kill: () => Promise<unknown>;
}

export async function startKillProxy(forge: string): Promise<KillProxy> {
  const writes: string[] = [];
  let armed: { readonly strike: Strike; left: number } | undefined;

  /** @returns What strikes this request. */
  function strikeOf(name: string | undefined): Strike | undefined {
    if (name === undefined || armed?.strike.at !== name || armed.left-- > 0) return undefined;
    const { strike } = armed;
    armed = undefined;
    return strike;
  }
  const server = createServer((request, response) => {
    pass(request, response).catch(() => request.socket.destroy());
  });

  async function pass(request: IncomingMessage, response: ServerResponse) {
    const body = await buffer(request);
    const name = nameOf(request);
    if (name !== undefined) writes.push(name);
    const strike = strikeOf(name);
    if (strike?.when === 'before') {
      await strike.kill();
      request.socket.destroy();
      return;
    }
    await strike?.first?.();
    const answer = await forward(forge, request, body);
    if (strike) {
      await strike.kill();
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    writes,
    arm: (strike) => {
      armed = { strike, left: strike.skips };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** @returns `undefined` for what changes nothing: git asks for content with POST as well. */
function nameOf({ method = '', url = '' }: IncomingMessage): string | undefined {
  const [path = ''] = url.split('?');
  if (path.endsWith('/git-receive-pack')) return method === 'POST' ? 'push' : undefined;
  if (method === 'GET' || !path.startsWith('/api/')) return undefined;
  return `${method} ${path.replace(/^\/api\/v1\/repos\/[^/]+\/[^/]+/, '').replaceAll(/\/[0-9a-f]{40,}/g, '/…')}`;
}

async function forward(forge: string, { method, url = '', headers }: IncomingMessage, body: Buffer) {
  const { 'transfer-encoding': _, expect: __, ...others } = headers;
  const asked = send(new URL(url, forge), {
    method,
    headers: { ...others, ...(body.length > 0 && { 'content-length': body.length }) },
  });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const { 'transfer-encoding': ___, ...given } = answer.headers;
  return { status: answer.statusCode ?? 502, headers: given, body: await buffer(answer) };
}

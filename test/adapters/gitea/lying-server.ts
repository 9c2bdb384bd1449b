import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createGiteaClient, type GiteaClient } from '../../../src/adapters/gitea/client.ts';
import type { GiteaLimits } from '../../../src/adapters/gitea/gitea-limits.ts';
import { createSite, type Site } from '../../../src/adapters/gitea/site.ts';

export interface Lie {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a text as it is; `hang` and `reset` send nothing. */
  readonly body?: unknown;
  readonly fate?: 'hang' | 'reset' | 'cut';
}

/** @returns What to answer; `undefined` for the truth: a server of version 1.26.0 on which nothing exists. */
export type Liar = (asked: {
  readonly method: string;
  readonly url: string;
  readonly count: number;
}) => Lie | undefined;

export interface LyingServer extends AsyncDisposable {
  readonly client: GiteaClient;
  readonly site: Site;
  /** What arrived, but for questions for the version. */
  readonly asked: readonly string[];
}

const clock = { now: () => new Date() };

/** A server that answers as it is told to, for answers that no Gitea gives on purpose. */
export async function startLyingServer(
  lie: Liar,
  { path = '', ...limits }: Partial<GiteaLimits> & { readonly path?: string } = {},
): Promise<LyingServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const [method = '', url = ''] = [request.method, request.url];
    const known = url.endsWith('/version') ? { body: { version: '1.26.0' } } : undefined;
    if (!known) asked.push(`${method} ${url}`);
    const count = asked.filter((it) => it === `${method} ${url}`).length;
    answer(request, response, lie({ method, url, count }) ?? known ?? missing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const port = typeof bound === 'object' ? bound?.port : undefined;
  const client = createGiteaClient({
    address: `http://127.0.0.1:${port}${path}`,
    kind: 'gitea',
    token: async () => 'token',
    limits: { backoffSeconds: 0.001, ...limits },
  });
  return {
    client,
    site: createSite({ client, clock, owner: 'team', name: 'apps' }),
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const missing: Lie = { status: 404, body: { message: 'not found' } };

function answer(request: IncomingMessage, response: ServerResponse, { status = 200, headers, body, fate }: Lie): void {
  if (fate === 'hang') return;
  if (fate === 'reset') {
    request.socket.destroy();
    return;
  }
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const type = typeof body === 'string' ? {} : { 'content-type': 'application/json;charset=utf-8' };
  if (fate === 'cut') {
    response.writeHead(status, { ...type, ...headers, 'content-length': `${text.length + 1}` });
    response.write(text, () => request.socket.destroy());
    return;
  }
  response.writeHead(status, { ...type, ...headers }).end(text);
}

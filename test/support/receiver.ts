import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface ReceivedPost {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A receiver of notifications on this machine, which remembers what it got and answers as it is told. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly posts: readonly ReceivedPost[];
  /** The bodies, of posts whose signature is right. */
  readonly notifications: readonly unknown[];
  /** Answers the next posts in its own way, one after the other; after that with 204. */
  next(...answers: readonly Answer[]): void;
}

export type Answer = number | ((response: ServerResponse) => void);

export async function startReceiver(secret: string): Promise<Receiver> {
  const posts: ReceivedPost[] = [];
  const answers: Answer[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    posts.push({ path: `${request.method} ${request.url}`, headers: request.headers, body });
    const answer = answers.shift() ?? 204;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ posts, port, url: `http://127.0.0.1:${port}/hooks/consignee` },
    get notifications() {
      const right = posts.filter(({ headers, body }) => headers['x-consignee-signature-256'] === sign(body, secret));
      return right.map(({ body }) => JSON.parse(body.toString()));
    },
    next: (...more) => answers.push(...more),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function sign(body: Uint8Array, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

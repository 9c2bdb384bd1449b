import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { hasUnreadBody } from './read-body.ts';

/** A status with one plain sentence, the same for everybody (D-07). */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What every answer carries (D-09). */
const commonHeaders = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** How long and how much of a body that nobody wants is still taken, so that its sender gets to read the answer. */
const lingering = { milliseconds: 500, bytes: 4 * 1024 * 1024 };

/**
 * Answers, also while the body is still on its way. Then the answer goes out whole and the connection is closed a little later: closed at
 * once, the sender would see a broken connection instead of the answer.
 */
export function sendAnswer({ status, text, headers }: Answer, { incoming, outgoing }: HttpBindings): Response {
  const body = `${text}\n`;
  if (!hasUnreadBody(incoming)) return new Response(body, { status, headers: { ...commonHeaders, ...headers } });
  outgoing.shouldKeepAlive = false;
  const length = String(Buffer.byteLength(body));
  outgoing.writeHead(status, { ...commonHeaders, ...headers, 'content-length': length });
  outgoing.write(body);
  discard(incoming, () => outgoing.end());
  return RESPONSE_ALREADY_SENT;
}

function discard(incoming: IncomingMessage, done: () => void): void {
  let left = lingering.bytes;
  const timer = setTimeout(end, lingering.milliseconds);
  function end(): void {
    clearTimeout(timer);
    incoming.off('data', onData).off('end', end).off('close', end).pause();
    done();
  }
  function onData(chunk: Buffer): void {
    left -= chunk.length;
    if (left < 0) end();
  }
  incoming
    .on('data', onData)
    .on('end', end)
    .on('close', end)
    .on('error', () => {});
}

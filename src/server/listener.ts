import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Failure } from '../core/failure.ts';
import type { Log } from '../ports/log.ts';
import { type ListenAddress, printListenAddress } from './listen-address.ts';
import { type ServerLimits, serverLimits } from './server-limits.ts';
import { createSparing } from './sparing.ts';

/** Something that answers requests; a hono application is one. */
export interface RequestHandler {
  fetch(request: Request, env: HttpBindings): Response | Promise<Response>;
}

/** An HTTP/1.1 server. TLS is for what stands in front of it (D-08). */
export interface Listener {
  /** Where it listens, with the actual port. */
  readonly address: ListenAddress;
  /**
   * Stops accepting, lets the requests under way finish, and closes. What is not finished after the time of grace is cut off (C-35).
   * Another call waits as well, and may shorten the time.
   */
  close(options: { readonly graceSeconds: number }): Promise<void>;
}

/** @throws {Failure} `local` when the address cannot be listened on. */
export async function openListener({
  address,
  handler,
  log,
  limits = serverLimits,
}: {
  readonly address: ListenAddress;
  readonly handler: RequestHandler;
  readonly log: Log;
  readonly limits?: ServerLimits;
}): Promise<Listener> {
  const inFlight = new Set<ServerResponse>();
  const answer = getRequestListener((request, env) => handler.fetch(request, env as HttpBindings), {
    overrideGlobalObjects: false,
    // What is left of a body when the answer is known is looked after where the answer is made.
    autoCleanupIncoming: false,
  });
  const server = createLimitedServer(limits);
  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    inFlight.add(outgoing);
    outgoing.once('close', () => inFlight.delete(outgoing));
    outgoing.shouldKeepAlive &&= server.listening;
    void answer(incoming, outgoing);
  };
  server.on('request', onRequest);
  // Who waits for "100 Continue" is told to go on when the body is asked for, and not before the limits were looked at.
  server.on('checkContinue', onRequest);
  const sparing = createSparing();
  server.on('drop', () => sparing('drop', () => log.warn('http.dropped', { connections: limits.maxConnections })));
  const actual = await listen(server, address);
  const closing = createClosing(server, inFlight);
  return { address: { host: address.host, port: actual }, close: ({ graceSeconds }) => closing(graceSeconds) };
}

function createLimitedServer(limits: ServerLimits): Server {
  const server = createServer({
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: limits.keepAliveTimeout,
    connectionsCheckingInterval: limits.checkInterval,
    maxHeaderSize: limits.maxHeaderSize,
  });
  server.maxConnections = limits.maxConnections;
  server.maxHeadersCount = limits.maxHeaders;
  server.maxRequestsPerSocket = limits.maxRequestsPerConnection;
  return server;
}

/** @returns The port. */
async function listen(server: Server, address: ListenAddress): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(address.port, address.host, resolve);
  try {
    await promise;
  } catch (error) {
    throw new Failure('local', `cannot listen on ${printListenAddress(address)}: ${reasonOf(error)}`, {
      remedy: 'End what listens there, or give another address under "listen".',
      cause: error,
    });
  }
  server.removeListener('error', reject);
  const bound = server.address();
  return typeof bound === 'object' && bound ? bound.port : address.port;
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** For a connection on which nothing was asked yet, in milliseconds: a request may be on its way. */
const firstRequestTime = 100;

function createClosing(server: Server, inFlight: ReadonlySet<ServerResponse>): (graceSeconds: number) => Promise<void> {
  const silent = trackSilent(server);
  return (graceSeconds) =>
    new Promise((resolve) => {
      const cutOff = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000);
      // Node counts these as busy.
      const cutOffSilent = setTimeout(() => {
        for (const socket of silent) if (socket.bytesRead === 0) socket.destroy();
      }, firstRequestTime);
      server.close(() => {
        clearTimeout(cutOff);
        clearTimeout(cutOffSilent);
        resolve();
      });
      // A connection ends with the answer that is under way on it.
      for (const outgoing of inFlight) outgoing.shouldKeepAlive = false;
    });
}

/** @returns The connections on which there was no request yet. */
function trackSilent(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  const forget = ({ socket }: IncomingMessage) => silent.delete(socket);
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', forget);
  server.on('checkContinue', forget);
  return silent;
}

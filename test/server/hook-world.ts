import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistryHookReader } from '../../src/adapters/registry-hooks/registry-hook-reader.ts';
import { openSqliteStore } from '../../src/adapters/sqlite/sqlite-store.ts';
import type { Inbox } from '../../src/ports/inbox.ts';
import type { Log } from '../../src/ports/log.ts';
import type { HookConnection } from '../../src/server/hook-connection.ts';
import { type HookLimits, hookLimits } from '../../src/server/hook-limits.ts';
import { createHookRoutes } from '../../src/server/hook-routes.ts';
import { type Listener, openListener } from '../../src/server/listener.ts';
import { type ServerLimits, serverLimits } from '../../src/server/server-limits.ts';

export const secret = '0123456789abcdef0123456789abcdef';
export const otherSecret = 'fedcba9876543210fedcba9876543210';
export const at = new Date('2026-03-01T10:00:00.000Z');
export const host = '127.0.0.1';

export interface LogLine {
  readonly level: 'info' | 'warn';
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A listener for webhooks over a real store. */
export interface HookWorld extends AsyncDisposable {
  readonly listener: Listener;
  readonly url: string;
  /** What the routes use; that of the store when none was given. */
  readonly inbox: Inbox;
  readonly lines: readonly LogLine[];
  /** How often somebody was woken. */
  readonly woken: () => number;
}

export interface HookWorldOptions {
  readonly secrets?: () => Promise<readonly string[]>;
  readonly connections?: readonly HookConnection[];
  /** Stands before or in place of the store's inbox. */
  readonly inbox?: (stored: Inbox) => Inbox;
  readonly limits?: Partial<HookLimits>;
  readonly server?: Partial<ServerLimits>;
}

export async function startHookWorld(options: HookWorldOptions = {}): Promise<HookWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'hooks-'));
  const store = await openSqliteStore(join(folder, 'store.db'));
  const inbox = options.inbox?.(store.inbox) ?? store.inbox;
  const lines: LogLine[] = [];
  const log: Log = {
    info: (event, fields) => lines.push({ level: 'info', event, fields }),
    warn: (event, fields) => lines.push({ level: 'warn', event, fields }),
  };
  let woken = 0;
  const handler = createHookRoutes({
    connections: options.connections ?? [registryConnection(options.secrets)],
    inbox,
    onStored: () => woken++,
    log,
    clock: { now: () => at },
    limits: { ...hookLimits, ...options.limits },
  });
  const limits = { ...serverLimits, ...options.server };
  const listener = await openListener({ address: { host, port: 0 }, handler, log, limits });
  return {
    listener,
    url: `http://${host}:${listener.address.port}`,
    inbox,
    lines,
    woken: () => woken,
    [Symbol.asyncDispose]: async () => {
      await listener.close({ graceSeconds: 0 });
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

export function registryConnection(secrets: HookConnection['secrets'] = async () => [secret]): HookConnection {
  return { kind: 'registry', name: 'registry.example.org/dev', reader: createRegistryHookReader(), secrets };
}

export const path = '/hooks/registry/registry.example.org/dev';

/** @returns A notice that nobody sent before, or the one of this number. */
export const notice = (id: number | string, tag = '1.0.0') =>
  JSON.stringify({ repository: 'apps/shop', tag, id: `${id}` });

export function sign(body: string | Uint8Array, key = secret): Record<string, string> {
  const digits = createHmac('sha256', key).update(body).digest('hex');
  return { 'content-type': 'application/json', 'x-consignee-signature-256': `sha256=${digits}` };
}

/** Posts a signed body. */
export function post(world: HookWorld, body: string, headers: Readonly<Record<string, string>> = sign(body)) {
  return fetch(`${world.url}${path}`, { method: 'POST', body, headers });
}

/** A connection on which anything can be sent. */
export interface RawConnection extends AsyncDisposable {
  readonly socket: Socket;
  send(text: string | Uint8Array): void;
  /** @returns All that was received, once the other side has closed. */
  readonly ended: Promise<string>;
  /** @returns What was received, as soon as it has `text` in it. */
  until(text: string): Promise<string>;
}

export async function connectRaw({ listener }: Pick<HookWorld, 'listener'>): Promise<RawConnection> {
  const socket = connect({ host, port: listener.address.port, allowHalfOpen: true });
  let received = '';
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(received)));
  socket.on('data', (chunk) => {
    received += chunk.toString();
  });
  socket.on('end', () => socket.end());
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.on('connect', resolve));
  return {
    socket,
    send: (text) => socket.write(text),
    ended,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = () => received.includes(text) && resolve(received);
        socket.on('data', look);
        socket.on('close', () => reject(new Error(`closed after: ${received}`)));
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
    },
  };
}

/** @returns The beginning of a request, up to its body. */
export function head(headers: Readonly<Record<string, string | number>>, line = `POST ${path} HTTP/1.1`): string {
  const fields = Object.entries({ host: 'bot.test', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line}\r\n${fields.join('')}\r\n`;
}

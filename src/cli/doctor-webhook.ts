import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../core/failure.ts';
import type { Log } from '../ports/log.ts';
import { connectionKey } from '../server/hook-connection.ts';
import { about, type Examination } from '../workflows/doctor/examination.ts';
import {
  examineHook,
  examineLastDelivery,
  tryDelivery,
  type WebhookPlace,
} from '../workflows/doctor/examine-webhook.ts';
import { guard } from './doctor-guard.ts';
import { webhookUrlOf } from './init-webhook.ts';
import type { CommandContext } from './services.ts';
import type { Session } from './session.ts';

export interface ExaminedSession {
  readonly session: Session;
  readonly context: CommandContext;
  readonly adminToken: (() => Promise<string>) | undefined;
}

/** Gitea's own queue may take some seconds. */
const waitSeconds = 20;

/** Looks after the webhook of a repository: whether it is there, whether anything comes by it. */
export async function* examineWebhook(
  examined: ExaminedSession,
  where: string,
): AsyncGenerator<Examination, void, void> {
  const { session, context } = examined;
  const { forge } = session.repository;
  if (forge.type === 'plain-git') return;
  const webhook = { check: 'webhook', where };
  const url = webhookUrlOf(session.server, forge);
  if (url === undefined || forge.webhookSecrets.length === 0) {
    const lacks = url === undefined ? '"publicUrl"' : `"webhookSecrets" of the forge ${forge.name}`;
    const message = `The server configuration lacks ${lacks}: serve hears of nothing, and looks from time to time only.`;
    yield about(webhook).warning(message, 'Add it, and run consignee init with --admin-token.');
    return;
  }
  const connection = connectionKey({ kind: forge.type, name: forge.name });
  const place = { where, url, connection, blocksPrivate: forge.type !== 'github' };
  // Looked at before a test brings another.
  const last = await guard({ check: 'last-delivery', where }, async () => {
    const { inbox } = await session.connection.openStore();
    return [await examineLastDelivery(inbox, place, context.clock.now())];
  });
  const found = await guard(webhook, () => examineWithRights(examined, place));
  yield* found;
  const arrived = found.some(({ check, result }) => check === 'delivery' && result === 'ok');
  yield* last.filter(({ result }) => !(arrived && result === 'warning'));
}

async function examineWithRights(examined: ExaminedSession, place: WebhookPlace): Promise<readonly Examination[]> {
  const { session, adminToken } = examined;
  const { where, url } = place;
  if (!adminToken) {
    const remedy = 'Lend the token of an owner for this one command: --admin-token env:NAME.';
    return [about({ check: 'webhook', where }).warning(`The webhook to ${url} was not looked at.`, remedy)];
  }
  const hooks = await session.connection.openHooks(session.repository.name, adminToken);
  if (!hooks) return [];
  const { found, hook } = await examineHook(hooks, place);
  if (!hook) return found;
  const tried = await guard({ check: 'delivery', where }, async () => {
    await using listening = await listenMeanwhile(examined);
    if (listening.kind === 'off') {
      const remedy = 'Add listen: { hooks: 127.0.0.1:8080 }, or run this where consignee serve runs.';
      return [about({ check: 'delivery', where }).failed('The server configuration has no "listen.hooks".', remedy)];
    }
    const { inbox } = await session.connection.openStore();
    const trial = { hooks, hook, inbox, clock: examined.context.clock, waitSeconds, pause, forged: listening.forged };
    return [await tryDelivery(trial, place)];
  });
  return [...found, ...tried];
}

interface Listening extends AsyncDisposable {
  /** `taken`: somebody else listens there, which is taken for `serve`. */
  readonly kind: 'opened' | 'taken' | 'off';
  readonly forged: () => boolean;
}

/** Listens in the place of `serve`, where that does not run. What arrives goes into the same inbox, for `serve` to work on. */
async function listenMeanwhile({ session, context }: ExaminedSession): Promise<Listening> {
  const { server, connection } = session;
  const nothing = { forged: () => false, [Symbol.asyncDispose]: async () => undefined };
  const { hooks: address } = server.listen;
  if (address === undefined) return { kind: 'off', ...nothing };
  const { openHookListener } = await import('../server/hook-listener.ts');
  const seen: string[] = [];
  const { inbox } = await connection.openStore();
  try {
    const listener = await openHookListener({
      ...{ address, inbox, clock: context.clock, log: collect(seen) },
      connections: await connection.hookConnections(),
      onStored: () => undefined,
      ready: async () => true,
    });
    const forged = () => seen.includes('hook.forged');
    return { kind: 'opened', forged, [Symbol.asyncDispose]: () => listener.close({ graceSeconds: 1 }) };
  } catch (error) {
    if (isTaken(error)) return { kind: 'taken', ...nothing };
    throw error;
  }
}

function isTaken(error: unknown): boolean {
  const cause = error instanceof Failure ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
}

function collect(seen: string[]): Log {
  const add = (event: string) => {
    seen.push(event);
  };
  return { info: add, warn: add };
}

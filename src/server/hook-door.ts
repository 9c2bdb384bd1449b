import type { IncomingMessage } from 'node:http';
import type { Log } from '../ports/log.ts';
import { type ByteBudget, createByteBudget } from './byte-budget.ts';
import { createForgeryLimit } from './forgery-limit.ts';
import { connectionKey, type HookConnection, type HookKind } from './hook-connection.ts';
import type { HookLimits } from './hook-limits.ts';
import type { Reception } from './receive-delivery.ts';
import { createSparing } from './sparing.ts';
import { createTokenBuckets } from './token-buckets.ts';

/** Where the deliveries of one connection come in: what can be said about them before their body is read. */
export interface HookDoor {
  readonly connection: HookConnection;
  readonly maxBytes: number;
  readonly budget: ByteBudget;
  /** @returns Why a request is turned away unread. */
  refuse(incoming: IncomingMessage, from: string): 'wrong-type' | 'too-many' | undefined;
  /** @returns `undefined` when they cannot be read, or there is none. */
  secrets(): Promise<readonly string[] | undefined>;
  /** Remembers what came of a delivery. */
  learn(reception: Reception, from: string): void;
}

const mediaTypes: Readonly<Record<HookKind, ReadonlySet<string>>> = {
  gitea: new Set(['application/json']),
  forgejo: new Set(['application/json']),
  github: new Set(['application/json']),
  registry: new Set([
    'application/json',
    'application/cloudevents+json',
    'application/vnd.docker.distribution.events.v1+json',
    'application/vnd.docker.distribution.events.v2+json',
  ]),
};

/** Lines in the log about forgeries from one address. */
const loggedForgeries = { perSecond: 1, burst: 20 };

/** @param options.secrets Those of the connection, as they are kept. */
export function createHookDoor({
  connection,
  secrets,
  limits,
  log,
}: {
  readonly connection: HookConnection;
  readonly secrets: () => Promise<readonly string[]>;
  readonly limits: HookLimits;
  readonly log: Log;
}): HookDoor {
  const key = connectionKey(connection);
  const deliveries = createTokenBuckets(limits.deliveries);
  const forgeries = createForgeryLimit(limits.forgeries);
  const forgeryLines = createTokenBuckets(loggedForgeries);
  const sparing = createSparing();
  return {
    connection,
    maxBytes: limits.maxBody[connection.kind],
    budget: createByteBudget(limits.maxBodies),
    refuse({ headers }, from) {
      if (forgeries.refuses(from)) {
        sparing(`forgeries ${from}`, () =>
          log.warn('hook.turned-away', { connection: key, from, because: 'forgeries' }),
        );
        return 'too-many';
      }
      if (!isReadable(headers, mediaTypes[connection.kind])) return 'wrong-type';
      if (deliveries.take(key)) return undefined;
      sparing('deliveries', () => log.warn('hook.turned-away', { connection: key, from, because: 'deliveries' }));
      return 'too-many';
    },
    async secrets() {
      try {
        const all = await secrets();
        const usable = all.filter((it) => it !== '');
        return usable.length > 0 ? usable : undefined;
      } catch (error) {
        sparing('secret', () => log.warn('hook.secret-unreadable', { connection: key, error }));
        return undefined;
      }
    },
    learn(reception, from) {
      if (reception.kind !== 'forged') return forgeries.genuine(from);
      forgeries.forged(from);
      if (forgeryLines.take(from)) log.warn('hook.forged', { connection: key, from, why: reception.why });
    },
  };
}

/** `application/json`, or what registries send; in UTF-8, and not compressed (D-03, D-06). */
function isReadable(headers: IncomingMessage['headers'], types: ReadonlySet<string>): boolean {
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((it) => it.trim());
  const encoding = headers['content-encoding'] ?? 'identity';
  return types.has(type) && encoding === 'identity' && parameters.every((it) => /^charset="?utf-8"?$/.test(it));
}

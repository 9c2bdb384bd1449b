import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Clock } from '../ports/clock.ts';
import type { RawDelivery } from '../ports/deliveries.ts';
import type { Inbox } from '../ports/inbox.ts';
import type { Log } from '../ports/log.ts';
import { type Answer, sendAnswer } from './answer.ts';
import { connectionKey, type HookConnection } from './hook-connection.ts';
import { createHookDoor, type HookDoor } from './hook-door.ts';
import { type HookLimits, hookLimits } from './hook-limits.ts';
import { type BodyResult, readBody } from './read-body.ts';
import { type Reception, receiveDelivery } from './receive-delivery.ts';
import { createSecretSource } from './secret-source.ts';

export interface HookOptions {
  readonly connections: readonly HookConnection[];
  readonly inbox: Inbox;
  /** Wakes who works on what the inbox has. Called after it was stored, and only when there is something to look at. */
  readonly onStored: () => void;
  readonly log: Log;
  readonly clock: Clock;
  readonly limits?: HookLimits;
}

const later = { 'retry-after': '5' };

const answers = {
  'no-path': { status: 404, text: 'Nothing is here.' },
  'wrong-method': { status: 405, text: 'Only POST is understood here.', headers: { allow: 'POST' } },
  'wrong-type': { status: 415, text: 'Only JSON is understood here, not compressed.' },
  'too-many': { status: 429, text: 'Too many deliveries.', headers: later },
  'too-large': { status: 413, text: 'The delivery is too large.' },
  'no-room': { status: 429, text: 'Too many deliveries at the same time.', headers: later },
  'cut-off': { status: 400, text: 'The delivery is not complete.' },
  'no-secret': { status: 503, text: 'The secret cannot be read now.', headers: later },
  stored: { status: 202, text: 'Stored.' },
  known: { status: 200, text: 'Known already.' },
  irrelevant: { status: 200, text: 'Understood, and about nothing that is looked at.' },
  conflicting: { status: 409, text: 'Another delivery has this name.' },
  forged: { status: 401, text: 'The signature is missing or does not hold.' },
  malformed: { status: 400, text: 'The delivery is signed, but not understood.' },
  'not-stored': { status: 503, text: 'The delivery cannot be stored now.', headers: later },
  failed: { status: 500, text: 'Something went wrong.' },
} as const satisfies Readonly<Record<string, Answer>>;

type AnswerName = keyof typeof answers;

/**
 * `POST /hooks/<kind>/<connection>`: limits, then the signature over the raw bytes, then the store, then 202, then work (reliability.md
 * C-23). Nobody is told more than a sentence; what happened stands in the log.
 */
export function createHookRoutes(options: HookOptions): Hono<{ Bindings: HttpBindings }> {
  const doors = createDoors(options);
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.all('/hooks/:kind/:name{.+}', async ({ req, env }) => {
    const connection = doors.get(`${req.param('kind')}/${req.param('name')}`);
    if (!connection) return sendAnswer(answers['no-path'], env);
    return sendAnswer(answers[await answerTo(connection, env, options)], env);
  });
  app.notFound(({ env }) => sendAnswer(answers['no-path'], env));
  app.onError((error, { env }) => {
    options.log.warn('hook.failed', { error });
    return sendAnswer(answers.failed, env);
  });
  return app;
}

function createDoors({ connections, log, limits = hookLimits }: HookOptions): ReadonlyMap<string, HookDoor> {
  const entries = connections.map((it): [string, HookDoor] => {
    const secrets = createSecretSource(it.secrets);
    return [`${it.kind}/${it.name}`, createHookDoor({ connection: it, secrets, limits, log })];
  });
  return new Map(entries);
}

async function answerTo(door: HookDoor, env: HttpBindings, options: HookOptions): Promise<AnswerName> {
  const { incoming } = env;
  if (incoming.method !== 'POST') return 'wrong-method';
  const from = incoming.socket.remoteAddress ?? 'unknown';
  const refusal = door.refuse(incoming, from);
  if (refusal) return refusal;
  const secrets = await door.secrets();
  if (!secrets) return 'no-secret';
  const body = await readBody(env, door);
  if (body.kind !== 'read') return refuseBody(body, door, options.log);
  const headers = new Map(
    Object.entries(incoming.headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
  return receive(door, { headers, body: body.body }, { secrets, from, options });
}

function refuseBody({ kind }: Exclude<BodyResult, { kind: 'read' }>, { connection }: HookDoor, log: Log) {
  log.warn('hook.refused', { connection: connectionKey(connection), because: kind });
  return kind;
}

const forged: Reception = { kind: 'forged', why: 'the host of the app does not take it' };

async function receive(
  door: HookDoor,
  raw: RawDelivery,
  context: { readonly secrets: readonly string[]; readonly from: string; readonly options: HookOptions },
): Promise<Reception['kind']> {
  const { secrets, from, options } = context;
  const { storeTime } = options.limits ?? hookLimits;
  const { connection } = door;
  const take = () => receiveDelivery(connection, raw, { secrets, from, storeTime, ports: options });
  const reception = (await (connection.through?.(raw, secrets, take) ?? take())) ?? forged;
  door.learn(reception, from);
  if (reception.kind === 'stored') options.onStored();
  return reception.kind;
}

import { setFlagsFromString } from 'node:v8';
import type { ForgeConnection } from '../config/server-connections.ts';
import { Failure } from '../core/failure.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { HookListener } from '../server/hook-listener.ts';
import { createDispatcher } from '../workflows/dispatch-deliveries.ts';
import { createLane, type Lane, type LaneInput } from '../workflows/lane.ts';
import type { CommandContext, CommonOptions } from './services.ts';
import { type Served, withServed } from './session.ts';

/** From the first signal to the end, in seconds: orchestrators wait for 30 (reliability.md C-35). */
const graceSeconds = 25;

/** Serves until it is told to stop: listens to webhooks and looks at everything from time to time. @returns The exit code. */
export async function serve(options: CommonOptions, context: CommandContext): Promise<number> {
  // Most of the time such a process waits: what it keeps meanwhile counts for more than how fast it works.
  setFlagsFromString('--optimize-for-size');
  const { createJsonLog } = await import('../server/log.ts');
  const log = createJsonLog({ write: (line) => context.terminal.err(line) });
  return withServed(options, { context, log }, async (served) => {
    const stopped = signalled();
    const { store } = served;
    const lanes = createLanes(served, log, {
      onDone: (deliveries) => dispatcher.done(deliveries),
      // What could not be taken from the inbox is looked for again.
      afterPass: () => dispatcher.wake(),
    });
    const dispatcher = createDispatcher({ inbox: store.inbox, clock: context.clock, log }, () => lanes);
    const state = { stopping: false };
    const listener = await listen(served, { log, context, onStored: dispatcher.wake, state });
    dispatcher.wake();
    const working = lanes.map(({ lane }) => lane.run());
    log.info('serve.started', { repositories: served.sessions.map(({ repository }) => repository.name) });
    const signal = await stopped;
    log.info('serve.stopping', { signal, graceSeconds });
    state.stopping = true;
    for (const { lane } of lanes) lane.stop();
    await Promise.all([listener?.close({ graceSeconds: 5 }), within(graceSeconds, Promise.all(working), log)]);
    await dispatcher.settle();
    log.info('serve.stopped', {});
    return 0;
  });
}

interface ServedLane {
  readonly lane: Lane;
  readonly connection: string | undefined;
  readonly repository: string | undefined;
  readonly packages: string | undefined;
}

function createLanes(
  { sessions, server }: Served,
  log: Log,
  { onDone, afterPass }: Pick<LaneInput, 'onDone'> & { readonly afterPass: () => void },
): readonly ServedLane[] {
  return sessions.map((session) => {
    const { name, forge } = session.repository;
    const teller = session.refusalTeller(session.ports);
    const lane = createLane({
      ports: session.ports,
      options: session.passOptions({ mode: 'run', only: [] }),
      pollingSeconds: server.pollingSeconds,
      afterPass: async (results, configured) => {
        const failed = results.filter(({ outcome }) => outcome.kind === 'failed').length;
        log.info('pass.ended', { repository: name, installations: results.length, failed });
        // Whether what is missing in the first results is configured is not known before all were looked at.
        if (configured) await teller.tell(results, configured);
        afterPass();
      },
      onDone,
    });
    const connection = forge.type === 'plain-git' ? undefined : `forge:${forge.name}`;
    return { lane, connection, repository: session.place, packages: packagesOf(forge) };
  });
}

/** Where the forge keeps packages. */
function packagesOf({ type, url }: ForgeConnection): string | undefined {
  if (type === 'github') return url === undefined ? 'ghcr.io' : undefined;
  return url === undefined ? undefined : new URL(url).host;
}

interface Listening {
  readonly log: Log;
  readonly context: CommandContext;
  readonly onStored: () => void;
  readonly state: { readonly stopping: boolean };
}

async function listen(
  { server, connection, store }: Served,
  { log, context, onStored, state }: Listening,
): Promise<HookListener | undefined> {
  const { hooks } = server.listen;
  const connections = await connection.hookConnections();
  if (hooks === undefined) {
    log.info('hooks.off', { reason: 'there is no "listen.hooks": everything is looked at from time to time only' });
    return undefined;
  }
  const { openHookListener } = await import('../server/hook-listener.ts');
  const listener = await openHookListener({
    address: hooks,
    connections,
    ...{ log, onStored },
    inbox: store.inbox,
    clock: context.clock,
    ready: async () => !state.stopping && (await isWritable(store)),
  });
  const routes = connections.map(({ kind, name }) => `/hooks/${kind}/${name}`);
  log.info('hooks.listening', { address: listener.address, routes });
  return listener;
}

/** Writes what changes nothing. */
async function isWritable({ inbox, told }: Store): Promise<boolean> {
  await inbox.pending(Number.MAX_SAFE_INTEGER);
  await told.record('', 'ready', '', new Date());
  return true;
}

/** The first one; a second ends the process at once, as if nobody listened. */
function signalled(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  const signals = ['SIGTERM', 'SIGINT'] as const;
  const end = (signal: NodeJS.Signals) => {
    for (const it of signals) process.off(it, end);
    resolve(signal);
  };
  for (const it of signals) process.on(it, end);
  return promise;
}

/** What is not finished by then is gone on with by the next process. */
async function within(seconds: number, work: Promise<unknown>, log: Log): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    log.warn('serve.cut-off', { seconds });
    // What hangs must not keep the process: its orchestrator kills it a moment later anyway.
    setTimeout(() => process.exit(), 1000).unref();
    resolve();
  }, seconds * 1000);
  const ended = work.then(
    () => undefined,
    (error: unknown) => log.warn('lane.ended', { error: error instanceof Failure ? error.message : String(error) }),
  );
  await Promise.race([promise, ended]);
  clearTimeout(timer);
}

import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Log } from '../ports/log.ts';
import { sendAnswer } from './answer.ts';

/** How long the question may take, in milliseconds; a longer silence is a no. */
const answerTime = 2_000;

/**
 * `GET /healthz` is answered as long as the process can answer anything. `GET /readyz` says whether to send deliveries here.
 *
 * @param options.ready Whether the store can be written and nobody has asked to stop.
 */
export function createHealthRoutes({
  ready,
  log,
}: {
  readonly ready: () => Promise<boolean>;
  readonly log: Log;
}): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get('/healthz', ({ env }) => sendAnswer({ status: 200, text: 'alive' }, env));
  app.get('/readyz', async ({ env }) => {
    const is = await isReady(ready, log);
    return sendAnswer(is ? { status: 200, text: 'ready' } : { status: 503, text: 'not ready' }, env);
  });
  for (const path of ['/healthz', '/readyz']) {
    app.all(path, ({ env }) =>
      sendAnswer({ status: 405, text: 'Only GET is understood here.', headers: { allow: 'GET' } }, env),
    );
  }
  app.notFound(({ env }) => sendAnswer({ status: 404, text: 'Nothing is here.' }, env));
  return app;
}

async function isReady(ready: () => Promise<boolean>, log: Log): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), answerTime);
  try {
    return await Promise.race([ready(), promise]);
  } catch (error) {
    log.warn('health.not-ready', { error });
    return false;
  } finally {
    clearTimeout(timer);
  }
}

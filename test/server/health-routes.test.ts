import { expect, test } from 'vitest';
import { createHealthRoutes } from '../../src/server/health-routes.ts';
import { openListener } from '../../src/server/listener.ts';
import { host } from './hook-world.ts';

const log = { info: () => {}, warn: () => {} };

async function ask(paths: readonly string[], ready: () => Promise<boolean>, method = 'GET') {
  const handler = createHealthRoutes({ ready, log });
  const listener = await openListener({ address: { host, port: 0 }, handler, log });
  try {
    const url = `http://${host}:${listener.address.port}`;
    return await Promise.all(paths.map(async (path) => (await fetch(`${url}${path}`, { method })).status));
  } finally {
    await listener.close({ graceSeconds: 0 });
  }
}

test.each([
  ['ready', async () => true, [200, 200]],
  ['not ready', async () => false, [200, 503]],
  ['not able to tell', () => Promise.reject(new Error('no store')), [200, 503]],
])('a process that is %s is alive', async (_, ready, statuses) => {
  expect(await ask(['/healthz', '/readyz'], ready)).toEqual(statuses);
});

test('only GET and HEAD are answered, and nothing else is there', async () => {
  expect(await ask(['/healthz', '/readyz', '/', '/hooks/gitea/x'], async () => true, 'POST')).toEqual([
    405, 405, 404, 404,
  ]);
  expect(await ask(['/healthz', '/readyz'], async () => true, 'HEAD')).toEqual([200, 200]);
});

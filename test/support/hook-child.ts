import { createRegistryHookReader } from '../../src/adapters/registry-hooks/registry-hook-reader.ts';
import { openSqliteStore } from '../../src/adapters/sqlite/sqlite-store.ts';
import { createHookRoutes } from '../../src/server/hook-routes.ts';
import { openListener } from '../../src/server/listener.ts';

/** A process of its own that takes webhooks, until it is killed. Says on which port. */
const [path = '', secret = ''] = process.argv.slice(2);
const log = { info: () => {}, warn: () => {} };
const store = await openSqliteStore(path);
const connection = {
  kind: 'registry',
  name: 'registry.example.org/dev',
  reader: createRegistryHookReader(),
  secrets: async () => [secret],
} as const;
const handler = createHookRoutes({
  connections: [connection],
  inbox: store.inbox,
  onStored: () => {},
  log,
  clock: { now: () => new Date() },
});
const { address } = await openListener({ address: { host: '127.0.0.1', port: 0 }, handler, log });
process.stdout.write(`${address.port}\n`);

import { checkConnections } from './check-connections.ts';
import { createHealthRoutes } from './health-routes.ts';
import { createHookRoutes, type HookOptions } from './hook-routes.ts';
import { parseListenAddress, printListenAddress } from './listen-address.ts';
import { openListener } from './listener.ts';

export interface HookListenerOptions extends HookOptions {
  /** `host:port` */
  readonly address: string;
  /** Whether to send deliveries here. */
  readonly ready: () => Promise<boolean>;
}

export interface HookListener {
  /** `host:port`, with the actual port. */
  readonly address: string;
  close(options: { readonly graceSeconds: number }): Promise<void>;
}

/**
 * Listens to webhooks, and answers whether the process is alive and ready.
 *
 * @throws {Failure} `configuration` when a connection has no secret that is worth something; `local` when the address cannot be had.
 */
export async function openHookListener({ address, ready, ...options }: HookListenerOptions): Promise<HookListener> {
  await checkConnections(options.connections);
  const hooks = createHookRoutes(options);
  const health = createHealthRoutes({ ready, log: options.log });
  const listener = await openListener({
    address: parseListenAddress(address),
    handler: {
      fetch: (request, env) => (env.incoming.url?.startsWith('/hooks/') ? hooks : health).fetch(request, env),
    },
    log: options.log,
  });
  return { address: printListenAddress(listener.address), close: listener.close };
}

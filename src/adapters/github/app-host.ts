import { AsyncLocalStorage } from 'node:async_hooks';
import { type Logger, pino } from 'pino';
import { Probot } from 'probot';
import { Failure } from '../../core/failure.ts';
import type { RawDelivery } from '../../ports/deliveries.ts';
import { decode } from './delivery-reader.ts';
import type { GitHubAppAccess } from './github-account.ts';
import { apiOf } from './github-client.ts';

/** Stands in front of whatever receives deliveries, for a GitHub App. */
export interface AppHost {
  /**
   * Has Probot check a delivery and hand it on to `receive`, the same that takes deliveries of a repository's own webhook.
   *
   * @param secrets One, or two while they are exchanged.
   * @returns What `receive` returned, after it did: what is answered well is stored. `undefined` for a forgery.
   * @throws What `receive` throws. {Failure} `configuration` without a secret: Probot would take a word that everybody knows.
   */
  deliver<Result>(
    delivery: RawDelivery,
    secrets: readonly string[],
    receive: () => Promise<Result>,
  ): Promise<Result | undefined>;
}

/** Called by Probot for the delivery that is on its way through it. */
type Arrival = () => Promise<void>;

/**
 * Hosts a GitHub App in Probot. This file is loaded only where an App is configured, for Probot takes a quarter of a second and much
 * memory. Its own HTTP handler is not used: that answers before handlers have ended when they take long, reads bodies of any length, and
 * knows no second secret.
 */
export async function createAppHost(options: {
  /** Of the forge, as people open it. */
  readonly address: string;
  readonly access: Pick<GitHubAppAccess, 'appId' | 'privateKey'>;
}): Promise<AppHost> {
  const { address, access } = options;
  const arrivals = new AsyncLocalStorage<Arrival>();
  const privateKey = await access.privateKey();
  const settings = { appId: access.appId, privateKey, baseUrl: apiOf(address), log: silentLog() };
  const apps = new Map<string, Promise<Probot>>();
  const appFor = (secret: string) => {
    const app = apps.get(secret) ?? createApp({ ...settings, secret }, arrivals);
    apps.set(secret, app);
    return app;
  };
  return {
    async deliver(delivery, secrets, receive) {
      checkSecrets(secrets);
      for (const old of [...apps.keys()].filter((it) => !secrets.includes(it))) apps.delete(old);
      for (const secret of secrets) {
        const event = await verify(await appFor(secret), delivery);
        if (event) return handOn(await appFor(secret), { event, arrivals, receive });
      }
      return undefined;
    },
  };
}

function checkSecrets(secrets: readonly string[]): void {
  if (secrets.length > 0 && !secrets.includes('')) return;
  throw new Failure('configuration', 'The GitHub App has no secret for its webhook', {
    remedy: 'Set webhookSecrets of the forge to the secret that the settings of the App hold.',
  });
}

async function createApp(
  settings: ConstructorParameters<typeof Probot>[0],
  arrivals: AsyncLocalStorage<Arrival>,
): Promise<Probot> {
  const app = await new Probot(settings).ready();
  app.onAny(async () => arrivals.getStore()?.());
  return app;
}

type SignedEvent = Parameters<Probot['webhooks']['verifyAndReceive']>[0];

/** @returns What Probot takes, if its signature holds. */
async function verify(app: Probot, { headers, body }: RawDelivery): Promise<SignedEvent | undefined> {
  const payload = decode(body);
  const signature = headers.get('x-hub-signature-256') ?? '';
  if (payload === undefined || signature === '' || !(await app.webhooks.verify(payload, signature))) return undefined;
  return { id: headers.get('x-github-delivery') ?? '', name: headers.get('x-github-event') ?? '', payload, signature };
}

async function handOn<Result>(
  app: Probot,
  {
    event,
    arrivals,
    receive,
  }: {
    readonly event: SignedEvent;
    readonly arrivals: AsyncLocalStorage<Arrival>;
    readonly receive: () => Promise<Result>;
  },
): Promise<Result> {
  let receiving: Promise<Result> | undefined;
  const arrive = async () => {
    receiving ??= receive();
    await receiving;
  };
  // Probot wraps what a handler throws; what was thrown is thrown below.
  await arrivals.run(arrive, () => app.webhooks.verifyAndReceive(event)).catch(() => undefined);
  // What is signed and cannot be read by Probot goes to the receiver as well, which says why.
  return receiving ?? receive();
}

/** Probot would write whole payloads to its log. */
function silentLog(): Logger {
  return pino({ enabled: false });
}

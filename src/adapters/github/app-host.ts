import { AsyncLocalStorage } from 'node:async_hooks';
import { type Logger, pino } from 'pino';
import { Probot } from 'probot';
import { Failure } from '../../core/failure.ts';
import type { RawDelivery, ReadDelivery } from '../../ports/deliveries.ts';
import { decode, readSigned } from './delivery-reader.ts';
import type { GitHubAppAccess } from './github-account.ts';
import { apiOf } from './github-client.ts';

/** What arrives for a GitHub App. */
export interface AppHost {
  /**
   * Has Probot check a delivery and hand it on. It answers after `receive` did, so that what is answered well is stored.
   *
   * @throws What `receive` throws.
   */
  deliver(delivery: RawDelivery): Promise<ReadDelivery>;
}

export interface AppHostOptions {
  /** As the forge is configured. */
  readonly address: string;
  readonly access: Pick<GitHubAppAccess, 'appId' | 'privateKey'>;
  /** One, or two while they are exchanged. */
  readonly secrets: readonly string[];
  /** What is done with every delivery that is genuine: the same as with those of a repository's own webhook. */
  readonly receive: (read: GenuineDelivery, delivery: RawDelivery) => Promise<void>;
}

export type GenuineDelivery = Extract<ReadDelivery, { kind: 'read' }>;

/** One delivery on its way through Probot. */
interface Passage {
  readonly delivery: RawDelivery;
  read: ReadDelivery | undefined;
  /** What `receive` threw. */
  failure: { readonly error: unknown } | undefined;
}

/**
 * Hosts the GitHub App in Probot. This file is loaded only where an App is configured, for Probot takes a quarter of a second and much
 * memory. Its own HTTP handler is not used: that answers before handlers have ended when they take long, reads bodies of any length, and
 * knows no second secret.
 *
 * @throws {Failure} `configuration` without a secret: Probot would take a word that everybody knows.
 */
export async function createAppHost({ address, access, secrets, receive }: AppHostOptions): Promise<AppHost> {
  if (secrets.length === 0 || secrets.includes('')) {
    throw new Failure('configuration', 'The GitHub App has no secret for its webhook', {
      remedy: 'Set webhookSecrets of the forge to the secret that the settings of the App hold.',
    });
  }
  const passages = new AsyncLocalStorage<Passage>();
  const options = {
    appId: access.appId,
    privateKey: await access.privateKey(),
    baseUrl: apiOf(address),
    log: silentLog(),
  };
  const apps = await Promise.all(secrets.map((secret) => new Probot({ ...options, secret }).ready()));
  const handOn = async () => {
    const passage = passages.getStore();
    if (passage) await handOver(passage, receive);
  };
  for (const app of apps) app.onAny(handOn);
  return {
    async deliver(delivery) {
      for (const app of apps) {
        const passage: Passage = { delivery, read: undefined, failure: undefined };
        const verified = await passages.run(passage, () => verify(app, delivery));
        if (passage.failure) throw passage.failure.error;
        if (verified) return passage.read ?? readSigned(delivery);
      }
      return { kind: 'forged', why: 'its signature does not hold' };
    },
  };
}

async function handOver(passage: Passage, receive: AppHostOptions['receive']): Promise<void> {
  const read = readSigned(passage.delivery);
  passage.read = read;
  if (read.kind !== 'read') return;
  try {
    await receive(read, passage.delivery);
  } catch (error) {
    passage.failure = { error };
  }
}

/** @returns Whether the signature holds. What was signed and cannot be read by Probot ends here as well. */
async function verify(app: Probot, { headers, body }: RawDelivery): Promise<boolean> {
  const payload = decode(body);
  if (payload === undefined) return false;
  const signature = headers.get('x-hub-signature-256') ?? '';
  if (!(await app.webhooks.verify(payload, signature).catch(() => false))) return false;
  const [id, name] = [headers.get('x-github-delivery') ?? '', headers.get('x-github-event') ?? ''];
  // What Probot throws beyond this point is that it cannot read what was signed, which is told from reading it ourselves.
  await app.webhooks.verifyAndReceive({ id, name, payload, signature }).catch(() => undefined);
  return true;
}

/** Probot would write whole payloads to its log. */
function silentLog(): Logger {
  return pino({ enabled: false });
}

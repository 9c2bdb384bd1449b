import type { Clock } from '../../ports/clock.ts';
import type { Hook, Hooks } from '../../ports/hooks.ts';
import type { Inbox } from '../../ports/inbox.ts';
import { findWebhooks } from '../init/keep-webhook.ts';
import { about, type Examination } from './examination.ts';

export interface WebhookPlace {
  /** `owner/name` */
  readonly where: string;
  readonly url: string;
  /** As the inbox calls it: `forge:internal`. */
  readonly connection: string;
  /** Whether the forge blocks private addresses unless it is told otherwise (forge.md 1.1). */
  readonly blocksPrivate: boolean;
}

/** Looks whether the webhook is there, active and complete. @returns It, when it can be tried out. */
export async function examineHook(
  hooks: Hooks,
  { where, url }: WebhookPlace,
): Promise<{ readonly found: readonly Examination[]; readonly hook: Hook | undefined }> {
  const webhook = about({ check: 'webhook', where });
  const [hook, ...others] = findWebhooks(await hooks.list(), url);
  const remedy = 'Run consignee init with --admin-token.';
  if (!hook) return { found: [webhook.failed(`There is no webhook to ${url}.`, remedy)], hook };
  const found: Examination[] = [];
  if (!hook.active) found.push(webhook.failed(`The webhook to ${url} is switched off.`, remedy));
  else if (!hook.complete) {
    found.push(webhook.failed(`The webhook to ${url} does not send all events that are needed.`, remedy));
  }
  if (others.length > 0) {
    const message = `There are ${others.length + 1} webhooks to ${url}: every event arrives as often.`;
    found.push(webhook.warning(message, 'Delete all but one in the settings of the repository.'));
  }
  if (found.length === 0) found.push(webhook.ok(`The webhook to ${url} is active, with all events that are needed.`));
  return { found, hook: hook.active ? hook : undefined };
}

/** Says when the forge was heard of last. */
export async function examineLastDelivery(
  inbox: Inbox,
  { where, connection }: Pick<WebhookPlace, 'where' | 'connection'>,
  now: Date,
): Promise<Examination> {
  const deliveries = about({ check: 'last-delivery', where });
  const last = await inbox.lastReceived(connection);
  if (last) return deliveries.ok(`The last delivery came ${ageOf(last, now)} ago, at ${last.toISOString()}.`);
  return deliveries.warning(
    `No delivery of ${connection} ever came.`,
    'Run this with --admin-token: then it looks at the webhook, and tries it.',
  );
}

function ageOf(last: Date, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - last.getTime()) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

export interface Trial {
  readonly hooks: Hooks;
  readonly hook: Hook;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly waitSeconds: number;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Whether a delivery came that was signed with another secret, where that can be told. */
  readonly forged: () => boolean;
}

const pollMilliseconds = 100;

/** Has the forge send a test event, and waits until it is in the inbox: that proves address, way and secret together. */
export async function tryDelivery(trial: Trial, place: WebhookPlace): Promise<Examination> {
  const { hooks, hook, inbox, waitSeconds, pause, forged } = trial;
  const delivery = about({ check: 'delivery', where: place.where });
  const before = await inbox.lastReceived(place.connection);
  await hooks.sendTest(hook.id);
  for (let waited = 0; waited < waitSeconds * 1000; waited += pollMilliseconds) {
    const last = await inbox.lastReceived(place.connection);
    if (last?.getTime() !== before?.getTime()) return delivery.ok('A test delivery arrived, signed as it should be.');
    if (forged()) {
      const remedy = 'Delete the webhook in the settings of the repository, and run consignee init with --admin-token.';
      return delivery.failed('A test delivery arrived, signed with another secret than the one configured.', remedy);
    }
    await pause(pollMilliseconds);
  }
  return delivery.failed(`A test delivery did not arrive within ${waitSeconds} s.`, causesOf(place));
}

/** In the order in which they are met. */
function causesOf({ url, blocksPrivate }: WebhookPlace): string {
  const { host, hostname } = new URL(url);
  const causes = [
    ...(blocksPrivate
      ? [
          `the forge sends nothing to loopback and private addresses unless its administrator allows it ([webhook] ALLOWED_HOST_LIST = external, ${hostname} in app.ini)`,
        ]
      : []),
    `"publicUrl" leads elsewhere than to "listen.hooks" of consignee serve`,
    `a firewall or proxy keeps the forge from ${host}`,
    'the webhook has another secret than "webhookSecrets"',
  ];
  return `Look, in this order: ${causes.join('; ')}. The forge shows the answer it got in the settings of the webhook.`;
}

import { resolve } from 'node:path';
import { parseSecretReference, secretReference } from '../config/secret-reference.ts';
import { readSecret } from '../config/secrets.ts';
import type { ServerConfig } from '../config/server-config.ts';
import type { ApplicationsRepository, ForgeConnection } from '../config/server-connections.ts';
import { Failure } from '../core/failure.ts';
import type { Hooks } from '../ports/hooks.ts';
import { hookPath } from '../server/hook-connection.ts';
import { keepWebhook } from '../workflows/init/keep-webhook.ts';
import { keepWebhookSecret } from './init-secret.ts';
import type { Step } from './init-steps.ts';

/** @returns Where a forge reaches the listener; `undefined` where the operator does not say, and for plain git. */
export function webhookUrlOf(
  { publicUrl }: Pick<ServerConfig, 'publicUrl'>,
  { type, name }: Pick<ForgeConnection, 'type' | 'name'>,
): string | undefined {
  return publicUrl === undefined || type === 'plain-git' ? undefined : `${publicUrl}${hookPath({ kind: type, name })}`;
}

/**
 * Reads a token that is used once and kept nowhere.
 *
 * @throws {Failure} `usage` when what is written is no reference: a token on the command line is seen by everybody.
 */
export function parseAdminToken(written: string): () => Promise<string> {
  if (!secretReference.safeParse(written).success) {
    throw new Failure('usage', '--admin-token takes no token, but says where it stands.', {
      remedy: 'Write --admin-token env:NAME, or file:PATH.',
    });
  }
  const reference = parseSecretReference(written, (path) => resolve(path));
  return async () => (await readSecret(reference)).expose();
}

interface WebhookStep {
  readonly server: ServerConfig;
  readonly repository: ApplicationsRepository;
  /** With the rights of an owner; `undefined` when none were lent. */
  readonly hooks: Hooks | undefined;
  /** The command line that goes on, without the option for the token. */
  readonly again: string;
}

/** Brings about the webhook of the repository, as far as the configuration and the rights go. */
export async function initWebhook({ server, repository, hooks, again }: WebhookStep): Promise<Step> {
  const { forge } = repository;
  if (forge.type === 'plain-git') {
    return step('already', 'Plain git has no webhooks: serve looks at it from time to time.');
  }
  if (forge.app) return ofApp(server, repository);
  const url = webhookUrlOf(server, forge);
  const [reference] = forge.webhookSecrets;
  if (url === undefined || reference === undefined) return unconfigured(server, forge);
  const secret = await keepWebhookSecret(reference);
  const made = secret.fresh && reference.kind === 'file' ? ` A secret was made in ${reference.path}.` : '';
  if (!hooks) {
    return {
      ...step(
        'left',
        `The webhook to ${url} was neither looked at nor set up: that takes the rights of an owner.${made}`,
      ),
      remedy: 'Lend a token of one for this one command; it is not kept:',
      command: `${again} --admin-token env:NAME`,
    };
  }
  const kept = await keepWebhook(hooks, { url, secret: secret.value, freshSecret: secret.fresh });
  if (kept === 'same') return step('already', `The webhook to ${url} is there, with all events that are needed.`);
  return step('done', `The webhook to ${url} was ${kept}.${made}`);
}

const step = (result: Step['result'], message: string): Step => ({ step: 'webhook', result, message });

function ofApp({ publicUrl }: ServerConfig, { forge }: ApplicationsRepository): Step {
  const url = `${publicUrl ?? 'https://…'}${hookPath({ kind: 'github', name: forge.name })}`;
  return {
    ...step('left', `The GitHub App of ${forge.name} has a webhook of its own.`),
    remedy: `Set it in the settings of the App to ${url}, with the secret of webhookSecrets.`,
  };
}

function unconfigured({ publicUrl }: ServerConfig, { name }: ForgeConnection): Step {
  const lacks = publicUrl === undefined ? '"publicUrl"' : `"webhookSecrets" of the forge ${name}`;
  const line =
    publicUrl === undefined
      ? 'publicUrl: https://consignee.example.org'
      : `forges.${name}.webhookSecrets: [file:secrets/${name}-webhook]`;
  return {
    ...step('left', `No webhook was set up: the server configuration lacks ${lacks}.`),
    remedy: `Add ${line}, and run this again. Until then serve looks from time to time only.`,
  };
}

/** What to set up at registries, which no forge's API reaches. */
export function registryWebhookSteps({ registries, publicUrl, pollingSeconds }: ServerConfig): readonly Step[] {
  return [...registries.values()].flatMap(({ name, archive, webhookSecrets }): readonly Step[] => {
    if (archive !== undefined) return [];
    const until = `Until then new versions are found every ${pollingSeconds} s.`;
    if (publicUrl === undefined || webhookSecrets.length === 0) {
      const lacks = publicUrl === undefined ? '"publicUrl"' : `"webhookSecrets" of the registry ${name}`;
      const message = `${name} tells nobody of new versions: the server configuration lacks ${lacks}.`;
      return [
        { step: 'registry-webhook', result: 'left', message, remedy: `Add it to hear of them at once. ${until}` },
      ];
    }
    const url = `${publicUrl}${hookPath({ kind: 'registry', name })}`;
    const message = `${name} is to tell ${url} of new versions; that is set up at the registry.`;
    const remedy = `Gitea: a webhook of the organisation with the event Packages. Others: a webhook or notification endpoint with the secret as bearer token. ${until}`;
    return [{ step: 'registry-webhook', result: 'left', message, remedy }];
  });
}

import type { SecretReference } from '../config/secret-reference.ts';
import { readSecret } from '../config/secrets.ts';
import type { ServerConfig } from '../config/server-config.ts';
import type { ForgeConnection } from '../config/server-connections.ts';
import type { DeliveryReader } from '../ports/deliveries.ts';
import type { HookConnection } from '../server/hook-connection.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Who may send webhooks: the connections of the server configuration that have a secret for them. */
export async function createHookConnections(
  { forges, registries }: ServerConfig,
  variables: Variables,
): Promise<readonly HookConnection[]> {
  const connections: HookConnection[] = [];
  for (const forge of forges.values()) {
    const { type, name, webhookSecrets } = forge;
    if (type === 'plain-git' || webhookSecrets.length === 0) continue;
    const secrets = () => readAll(webhookSecrets, variables);
    connections.push({ kind: type, name, reader: await readerOf(type), secrets, ...(await hostOf(forge, variables)) });
  }
  for (const { name, webhookSecrets } of registries.values()) {
    if (webhookSecrets.length === 0) continue;
    const { createRegistryHookReader } = await import('../adapters/registry-hooks/registry-hook-reader.ts');
    const secrets = () => readAll(webhookSecrets, variables);
    connections.push({ kind: 'registry', name, reader: createRegistryHookReader(), secrets });
  }
  return connections;
}

async function readAll(references: readonly SecretReference[], variables: Variables): Promise<readonly string[]> {
  return Promise.all(references.map(async (it) => (await readSecret(it, variables)).expose()));
}

async function readerOf(type: 'gitea' | 'forgejo' | 'github'): Promise<DeliveryReader> {
  if (type === 'github') {
    const { createGitHubDeliveryReader } = await import('../adapters/github/delivery-reader.ts');
    return createGitHubDeliveryReader();
  }
  const { createGiteaDeliveryReader } = await import('../adapters/gitea/delivery-reader.ts');
  return createGiteaDeliveryReader(type);
}

/** A GitHub App is hosted by Probot, which is loaded for nobody else. */
async function hostOf({ app, url }: ForgeConnection, variables: Variables): Promise<Pick<HookConnection, 'through'>> {
  if (!app) return {};
  const { createAppHost } = await import('../adapters/github/app-host.ts');
  const privateKey = async () => (await readSecret(app.privateKey, variables)).expose();
  const host = await createAppHost({ address: url ?? 'https://github.com', access: { appId: app.id, privateKey } });
  return { through: host.deliver };
}

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { openArchive } from '../../../src/adapters/ctf/open-archive.ts';
import { openOciRepository } from '../../../src/adapters/oci/oci-repository.ts';
import { createRegistryClient } from '../../../src/adapters/oci/registry-client.ts';
import type { Digest } from '../../../src/core/digest.ts';
import {
  changedBytes,
  type Damage,
  delivery,
  type RepositoryWorld,
  registryName,
  testComponentRepository,
} from '../../contract/component-repository.ts';
import { noDockerRegistry, startDockerRegistry } from '../../support/docker-registry.ts';
import { type Fault, readRepositories, sendError, sendJson, startFakeRegistry } from '../../support/fake-registry.ts';
import { replayArchive } from '../../support/replay-archive.ts';

/** @returns The delivery as an archive of its own, damaged. */
function damagedArchive({ missing = [], changed = [] }: Damage): string {
  const folder = mkdtempSync(join(tmpdir(), 'delivery-'));
  cpSync(delivery, folder, { recursive: true });
  const pathOf = (digest: Digest) => join(folder, 'blobs', digest.replace(':', '.'));
  for (const digest of missing) rmSync(pathOf(digest));
  for (const digest of changed) writeFileSync(pathOf(digest), changedBytes(readFileSync(pathOf(digest))));
  return folder;
}

async function archiveWorld(damage: Damage): Promise<RepositoryWorld> {
  const folder = damagedArchive(damage);
  return {
    open: () => openArchive(folder, 'software-consumer', registryName),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
  };
}

type Started = AsyncDisposable & { readonly address: string };

/** @param start Starts a registry with what the archive at a path holds. */
const registryWorld =
  (start: (archive: string) => Promise<Started>) =>
  async (damage: Damage): Promise<RepositoryWorld> => {
    const folder = damagedArchive(damage);
    const registry = await start(folder);
    rmSync(folder, { recursive: true });
    const client = createRegistryClient({
      host: 'registry.consumer.test',
      address: registry.address,
      insecureHttp: true,
    });
    return {
      open: async () => openOciRepository(client, { registry: registryName }),
      [Symbol.asyncDispose]: async () => {
        await client[Symbol.asyncDispose]();
        await registry[Symbol.asyncDispose]();
      },
    };
  };

testComponentRepository('an archive', archiveWorld);

testComponentRepository(
  'the registry of the tests',
  registryWorld(async (archive) => startFakeRegistry({ repositories: await readRepositories(archive) })),
);

const token = (host: string) => `Bearer realm="http://${host}/token",service="container_registry",scope="*"`;

/** Gitea, as recorded: a token for everything, a `Link` after every page that is not empty, tags in lower case. */
const likeGitea: Fault = ({ request, response, url }) => {
  if (url.pathname === '/token') return sendJson(response, { token: 'for-all' });
  if (request.headers.authorization === 'Bearer for-all') return 'pass';
  const challenge = [token(request.headers.host ?? ''), 'Basic'];
  return sendError(response, 401, 'UNAUTHORIZED', { 'www-authenticate': challenge });
};

testComponentRepository(
  'a registry like that of Gitea',
  registryWorld(async (archive) =>
    startFakeRegistry({
      repositories: await readRepositories(archive),
      paging: { size: 50, alwaysLink: true },
      lowerCaseTags: true,
      fault: likeGitea,
    }),
  ),
);

describe.skipIf(noDockerRegistry)(noDockerRegistry ?? 'the registry of the distribution project', () => {
  const start = async (archive: string) => {
    const registry = await startDockerRegistry();
    await replayArchive(registry, archive);
    return registry;
  };
  // Nothing is written to it, so one serves for all that need no damage.
  let whole: Promise<Started> | undefined;
  afterAll(async () => await (await whole)?.[Symbol.asyncDispose]());

  testComponentRepository('docker-registry', async (damage) => {
    if ((damage.missing ?? damage.changed ?? []).length > 0) return await registryWorld(start)(damage);
    whole ??= start(delivery);
    const { address } = await whole;
    return await registryWorld(async () => ({ address, [Symbol.asyncDispose]: async () => {} }))(damage);
  });
});

/** What `CONSIGNEE_TEST_GITEA` holds: a Gitea that may be written to. */
interface Gitea {
  readonly url: string;
  readonly users: { readonly maintainer: string; readonly bot: string };
  readonly tokens: { readonly maintainer: string; readonly bot: string };
}

const giteaText = process.env.CONSIGNEE_TEST_GITEA;

describe.skipIf(!giteaText)(giteaText ? 'a Gitea that runs' : 'no CONSIGNEE_TEST_GITEA names a Gitea that runs', () => {
  let pushed: Promise<void> | undefined;
  testComponentRepository('the registry of Gitea', async ({ missing = [], changed = [] }) => {
    if (missing.length > 0 || changed.length > 0) return undefined;
    const { url, users, tokens }: Gitea = JSON.parse(giteaText ?? '');
    const basicOf = (who: 'maintainer' | 'bot') => Buffer.from(`${users[who]}:${tokens[who]}`).toString('base64');
    pushed ??= replayArchive({ address: url }, delivery, { authorization: `Basic ${basicOf('maintainer')}` });
    await pushed;
    const client = createRegistryClient({
      host: 'registry.consumer.test',
      address: url,
      insecureHttp: true,
      credentials: async () => ({ kind: 'basic', username: users.bot, password: tokens.bot }),
    });
    return {
      open: async () => openOciRepository(client, { registry: registryName }),
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    };
  });
});

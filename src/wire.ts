import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createBuiltInSets } from './adapters/built-in-sets/built-in-sets.ts';
import { createComponentRepositories } from './adapters/ctf/archive-repositories.ts';
import { openArchive } from './adapters/ctf/open-archive.ts';
import { createArchiveWriter } from './adapters/ctf/write-archive.ts';
import { createRepository } from './adapters/git/create-repository.ts';
import { findPerson } from './adapters/git/find-person.ts';
import { findInstalledGit } from './adapters/git/installed-git.ts';
import type { RegistryCredentials } from './adapters/oci/credentials.ts';
import type { RegistryClient } from './adapters/oci/registry-client.ts';
import { createConfiguredRepositories } from './adapters/registries/configured-repositories.ts';
import { createEvaluator } from './adapters/worker/evaluator.ts';
import type { Connection, OpenedRegistry, Services } from './cli/services.ts';
import { findRegistry } from './config/find-registry.ts';
import { readSecret } from './config/secrets.ts';
import type { ServerConfig } from './config/server-config.ts';
import type { ApplicationsRepository, RegistryConnection } from './config/server-connections.ts';
import { Failure } from './core/failure.ts';
import type { RefusalNotification } from './core/refusal/notification.ts';
import type { Clock } from './ports/clock.ts';
import type { ComponentRepository } from './ports/component-repository.ts';
import type { Store } from './ports/store.ts';
import { createCatalog } from './wire/create-catalog.ts';
import { createHookConnections } from './wire/hook-connections.ts';
import { type OpenedForge, openForge, openHooks } from './wire/open-forge.ts';
import { placeOnForge } from './wire/place-on-forge.ts';

export interface Surroundings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

const builtInSets = new URL('../templates/manifests/', import.meta.url);

/** Puts the adapters together: the composition root. Nothing is contacted before it is used. */
export function createServices({ variables, clock }: Surroundings): Services {
  return {
    connect: (config) => connect(config, { variables, clock }),
    openArchive: (path) => openArchive(path, ''),
    openRegistry: (name) => openRegistry(name, variables),
    archiveWriter: createArchiveWriter(),
    createRepository: (path, files, by) =>
      createRepository({ path, files, by, at: clock.now(), environment: variables }),
    findPerson: () => findPerson(variables),
    findGit: () => findInstalledGit(variables),
  };
}

function connect(config: ServerConfig, { variables, clock }: Surroundings): Connection {
  const evaluator = createEvaluator({ timeoutSeconds: config.limits.renderSeconds });
  const opened = new Map<string, Promise<OpenedForge>>();
  const registries = connectRegistries(config, variables);
  const notifier = connectReceivers(config, variables);
  let store: Store | undefined;
  return {
    repositories: registries.repositories,
    catalog: registries.catalog,
    evaluator,
    templateSets: createBuiltInSets(builtInSets, config.crds),
    openStore: async () => {
      store ??= await openStore(config);
      return store;
    },
    openForge: async (name) => {
      const { cache, signing } = config;
      const forge = opened.get(name) ?? openForge(findRepository(config, name), { variables, clock, cache, signing });
      opened.set(name, forge);
      // What could not be opened is not to be closed.
      forge.catch(() => opened.delete(name));
      return (await forge).forge;
    },
    openHooks: (name, token) => openHooks(findRepository(config, name), token, { clock }),
    placeOf: (name) => placeOf(findRepository(config, name)),
    reachReceiver: async (receiver) => (await import('./adapters/notify/reach.ts')).reachReceiver(receiver),
    notifier,
    hookConnections: () => createHookConnections(config, variables),
    [Symbol.asyncDispose]: async () => {
      await evaluator[Symbol.asyncDispose]();
      await notifier?.[Symbol.asyncDispose]();
      await registries.clients.disposeAsync();
      for (const forge of opened.values()) await (await forge)[Symbol.asyncDispose]();
      await store?.[Symbol.asyncDispose]();
    },
  };
}

/** Registries over the network and archives in their place, by the longest configured name; each is connected to when it is used. */
function connectRegistries(config: ServerConfig, variables: Surroundings['variables']) {
  const { registries, cache, limits } = config;
  const paths = [...registries].flatMap(([name, { archive }]) =>
    archive === undefined ? [] : [[name, archive] as const],
  );
  const archives = createComponentRepositories(new Map(paths));
  const clients = new AsyncDisposableStack();
  const connected = new Map<string, Promise<RegistryClient>>();

  async function connectTo(connection: RegistryConnection): Promise<RegistryClient> {
    const { createContentCache } = await import('./adapters/oci/content-cache.ts');
    const { createRegistryClient } = await import('./adapters/oci/registry-client.ts');
    const { name, certificateAuthority: authority, address, insecureHttp, ...others } = connection;
    const { tokenHosts, redirectHosts, concurrency } = others;
    const client = createRegistryClient({
      ...{ host: hostOf(name), address, insecureHttp, tokenHosts, redirectHosts, concurrency },
      certificateAuthorities: authority === undefined ? [] : [await readAuthority(authority, connection)],
      credentials: () => readAccount(connection, variables),
      cache: createContentCache({ folder: join(cache, 'content'), maxBytes: limits.contentCacheBytes }),
    });
    return clients.use(client);
  }

  function clientOf(connection: RegistryConnection): Promise<RegistryClient> {
    const client = connected.get(connection.name) ?? connectTo(connection);
    connected.set(connection.name, client);
    // What keeps it from being made now may be mended while the process runs.
    client.catch(() => connected.delete(connection.name));
    return client;
  }

  async function openOverNetwork(connection: RegistryConnection, registry: string): Promise<ComponentRepository> {
    const { openOciRepository } = await import('./adapters/oci/oci-repository.ts');
    return openOciRepository(await clientOf(connection), { registry });
  }

  const repositories = createConfiguredRepositories((registry) => {
    const connection = findRegistry(config, registry);
    if (!connection) return undefined;
    const { name, archive } = connection;
    return { name, open: (it) => (archive === undefined ? openOverNetwork(connection, it) : archives.open(it)) };
  });
  return { repositories, clients, catalog: createCatalog(config, clientOf) };
}

const hostOf = (registry: string): string => registry.split('/', 1).join('');

async function readAuthority(path: string, { name, place }: RegistryConnection): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new Failure('configuration', `The certificate authority ${path} of the registry ${name} cannot be read.`, {
      place,
      remedy: 'Check "certificateAuthority" in the server configuration.',
      cause: error,
    });
  });
}

async function readAccount(
  { name, account, insecureHttp }: RegistryConnection,
  variables: Surroundings['variables'],
): Promise<RegistryCredentials | undefined> {
  switch (account?.kind) {
    case undefined:
      return undefined;
    case 'token':
      return { kind: 'bearer', token: (await readSecret(account.token, variables)).expose() };
    case 'password': {
      const password = (await readSecret(account.password, variables)).expose();
      return { kind: 'basic', username: account.username, password };
    }
    case 'docker-config':
    case 'ocm-config':
      return readCredentialFile(account, name, { insecureHttp, variables });
  }
}

interface FileReading {
  readonly insecureHttp: boolean;
  readonly variables: Surroundings['variables'];
}

/** Credential helpers get the whole environment: they find their own configuration by it. */
async function readCredentialFile(
  { kind, path }: { readonly kind: 'docker-config' | 'ocm-config'; readonly path: string },
  registry: string,
  { insecureHttp, variables }: FileReading,
): Promise<RegistryCredentials | undefined> {
  const { createHelperRunner } = await import('./adapters/oci/credential-helper.ts');
  const { readDockerConfig } = await import('./adapters/oci/docker-config.ts');
  const { readOcmConfig } = await import('./adapters/oci/ocm-config.ts');
  const runHelper = createHelperRunner(variables);
  if (kind === 'docker-config') return readDockerConfig(path, registry, runHelper);
  return readOcmConfig(path, registry, { insecureHttp, runHelper });
}

/** Without a configuration: the user's own credentials, where the tools that transfer component versions have them. */
async function openRegistry(name: string, variables: Surroundings['variables']): Promise<OpenedRegistry> {
  const { createRegistryClient } = await import('./adapters/oci/registry-client.ts');
  const { openOciRepository } = await import('./adapters/oci/oci-repository.ts');
  const insecureHttp = name.startsWith('http://');
  const registry = name.replace(/^[a-z]+:\/\//, '').replace(/\/+$/, '');
  const credentials = () => readOwnCredentials(registry, { insecureHttp, variables });
  const client = createRegistryClient({ host: hostOf(registry), insecureHttp, credentials });
  const repository = openOciRepository(client, { registry });
  return { ...repository, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

async function readOwnCredentials(registry: string, reading: FileReading): Promise<RegistryCredentials | undefined> {
  const { HOME = homedir(), DOCKER_CONFIG = join(HOME, '.docker') } = reading.variables;
  const files = [
    { kind: 'ocm-config', path: join(HOME, '.ocmconfig') },
    { kind: 'docker-config', path: join(DOCKER_CONFIG, 'config.json') },
  ] as const;
  for (const file of files.filter(({ path }) => existsSync(path))) {
    const found = await readCredentialFile(file, registry, reading);
    if (found) return found;
  }
  return undefined;
}

function placeOf(repository: ApplicationsRepository): string | undefined {
  if (repository.forge.type === 'plain-git') return undefined;
  const { owner, name } = placeOnForge(repository);
  return `${owner}/${name}`;
}

/** Loaded when there is something to tell. */
function connectReceivers({ notify }: ServerConfig, variables: Surroundings['variables']) {
  if (notify.length === 0) return undefined;
  const receivers = notify.map(({ name, url, secret }) => ({
    ...{ name, url },
    secret: async () => (await readSecret(secret, variables)).expose(),
  }));
  const opened = import('./adapters/notify/notifier.ts').then((it) => it.createNotifier({ receivers }));
  return {
    notify: async (notification: RefusalNotification) => (await opened).notify(notification),
    [Symbol.asyncDispose]: async () => (await opened)[Symbol.asyncDispose](),
  };
}

function findRepository({ applicationsRepositories }: ServerConfig, name: string): ApplicationsRepository {
  const repository = applicationsRepositories.get(name);
  if (repository) return repository;
  throw new Failure('usage', `There is no applications repository ${name} in the server configuration.`);
}

async function openStore({ store }: ServerConfig): Promise<Store> {
  if (store.kind !== 'sqlite') throw new Failure('not-available', store.unavailable.message);
  await mkdir(dirname(store.path), { recursive: true });
  const { openSqliteStore } = await import('./adapters/sqlite/sqlite-store.ts');
  return openSqliteStore(store.path);
}

import type { Finding, Place } from '../core/failure.ts';
import type { Unavailable } from '../core/installation/installation.ts';
import type { Person } from '../core/repository/commit.ts';
import type { ConfigDocument } from './config-document.ts';
import { nearest } from './nearest.ts';
import { parseSecretReference, type SecretReference } from './secret-reference.ts';
import { serverDefaults, type WrittenServer } from './server-schema.ts';
import { notYet } from './unavailable.ts';

/** Something that the configuration names. */
interface Connection {
  readonly name: string;
  readonly place: Place;
}

export interface ApplicationsRepository extends Connection {
  /** Address for git, or a path. */
  readonly url: string;
  readonly forge: ForgeConnection;
  readonly branch: string;
  readonly author: Person;
}

export interface Credentials {
  readonly token: SecretReference | undefined;
  readonly username: string | undefined;
  readonly password: SecretReference | undefined;
}

export interface ForgeConnection extends Connection {
  readonly type: 'plain-git' | 'gitea' | 'forgejo' | 'github';
  readonly url: string | undefined;
  readonly credentials: Credentials | undefined;
  /** For GitHub. */
  readonly app: GitHubApp | undefined;
  /** File in PEM. */
  readonly certificateAuthority: string | undefined;
  readonly webhookSecrets: readonly SecretReference[];
}

export interface GitHubApp {
  readonly id: number;
  readonly privateKey: SecretReference;
  /** `undefined` for the one that has the repository. */
  readonly installation: number | undefined;
}

/** Who is told of refused deliveries. */
export interface Notification {
  readonly name: string;
  readonly url: string;
  readonly secret: SecretReference;
}

/** Where the bot's account at a registry stands. */
export type RegistryAccount =
  | { readonly kind: 'token'; readonly token: SecretReference }
  | { readonly kind: 'password'; readonly username: string; readonly password: SecretReference }
  | { readonly kind: 'docker-config' | 'ocm-config'; readonly path: string };

export interface RegistryConnection extends Connection {
  /** Path of the archive that stands in for the registry. */
  readonly archive: string | undefined;
  /** Where the host is reached, when not under its name. */
  readonly address: string | undefined;
  readonly account: RegistryAccount | undefined;
  /** File in PEM. */
  readonly certificateAuthority: string | undefined;
  readonly insecureHttp: boolean;
  readonly tokenHosts: readonly string[];
  readonly redirectHosts: readonly string[];
  /** Requests at the same time. */
  readonly concurrency: number;
  readonly webhookSecrets: readonly SecretReference[];
}

export interface FluxConnection extends Connection {
  /** Why this version cannot use it. */
  readonly unavailable: Unavailable;
  readonly type: 'webhook' | 'commit-status' | 'cluster';
  readonly webhookSecrets: readonly SecretReference[];
  readonly kubeconfig: SecretReference | undefined;
}

export type Store =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly connection: SecretReference; readonly unavailable: Unavailable };

/** Addresses as `host:port`; `undefined` where nothing listens. */
export interface Listen {
  readonly hooks: string | undefined;
  readonly dashboard: string | undefined;
  readonly metrics: string | undefined;
  /** Set when one is that this version does not listen on. */
  readonly unavailable: Unavailable | undefined;
}

interface Context {
  readonly document: ConfigDocument;
  readonly locate: (path: string) => string;
  /** Author of commits where a repository names none. */
  readonly author: Person;
}

type Entry<Key extends 'applicationsRepositories' | 'forges' | 'registries' | 'flux'> = NonNullable<
  WrittenServer[Key]
>[string];

/** Resolves everything that has a name. Repositories are joined with their forges; one that is not there is a finding. */
export function resolveConnections(written: WrittenServer, context: Context) {
  const forges = new Map(
    Object.entries(written.forges ?? {}).map(([name, entry]) => [name, resolveForge(name, entry, context)]),
  );
  const findings: Finding[] = [];
  const applicationsRepositories = new Map<string, ApplicationsRepository>();
  const repositories = Object.entries(written.applicationsRepositories);
  if (repositories.length === 0) findings.push(noRepository(context));
  for (const [name, entry] of repositories) {
    const forge = forges.get(entry.forge ?? serverDefaults.forge) ?? implicitForge(entry, name, context);
    if (forge) applicationsRepositories.set(name, resolveRepository(name, entry, forge, context));
    else findings.push(unknownForge(name, entry.forge ?? '', [...forges.keys()], context));
  }
  return {
    findings,
    applicationsRepositories,
    forges,
    registries: new Map(
      Object.entries(written.registries ?? {}).map(([name, entry]) => [name, resolveRegistry(name, entry, context)]),
    ),
    flux: new Map(Object.entries(written.flux ?? {}).map(([name, entry]) => [name, resolveFlux(name, entry, context)])),
  };
}

function resolveRepository(
  name: string,
  entry: Entry<'applicationsRepositories'>,
  forge: ForgeConnection,
  { document, locate, author }: Context,
): ApplicationsRepository {
  return {
    name,
    place: document.placeOf(['applicationsRepositories', name]),
    url: isPath(entry.url) ? locate(entry.url) : entry.url,
    forge,
    branch: entry.branch ?? serverDefaults.branch,
    author: entry.author ?? author,
  };
}

/** Neither `https://…` nor `git@host:path`. */
const isPath = (url: string) => !/^[a-z][a-z0-9+.-]*:\/\/|^[^/]+:/i.test(url);

/** Plain git needs nothing to be known about it. */
function implicitForge(
  entry: Entry<'applicationsRepositories'>,
  repository: string,
  { document }: Context,
): ForgeConnection | undefined {
  if ((entry.forge ?? serverDefaults.forge) !== serverDefaults.forge) return undefined;
  return {
    name: serverDefaults.forge,
    place: document.placeOf(['applicationsRepositories', repository]),
    type: 'plain-git',
    url: undefined,
    credentials: undefined,
    app: undefined,
    certificateAuthority: undefined,
    webhookSecrets: [],
  };
}

function resolveForge(name: string, entry: Entry<'forges'>, { document, locate }: Context): ForgeConnection {
  const { app } = entry;
  return {
    name,
    place: document.placeOf(['forges', name]),
    type: entry.type,
    url: entry.url?.replace(/\/+$/, ''),
    credentials: resolveCredentials(entry.credentials, locate),
    app: app && {
      id: app.id,
      privateKey: parseSecretReference(app.privateKey, locate),
      installation: app.installation,
    },
    certificateAuthority: entry.certificateAuthority && locate(entry.certificateAuthority),
    webhookSecrets: (entry.webhookSecrets ?? []).map((it) => parseSecretReference(it, locate)),
  };
}

function resolveRegistry(name: string, entry: Entry<'registries'>, { document, locate }: Context): RegistryConnection {
  const { archive, address, credentials, certificateAuthority, insecureHttp = false, webhookSecrets = [] } = entry;
  const { tokenHosts = [], redirectHosts = [], concurrency = serverDefaults.concurrency } = entry;
  const place = document.placeOf(['registries', name]);
  return {
    name,
    place,
    archive: archive === undefined ? undefined : locate(archive),
    address,
    account: credentials && resolveAccount(credentials, locate),
    certificateAuthority: certificateAuthority && locate(certificateAuthority),
    ...{ insecureHttp, tokenHosts, redirectHosts, concurrency },
    webhookSecrets: webhookSecrets.map((it) => parseSecretReference(it, locate)),
  };
}

function resolveAccount(
  { token, username, password, dockerConfig, ocmConfig }: NonNullable<Entry<'registries'>['credentials']>,
  locate: Context['locate'],
): RegistryAccount | undefined {
  if (token !== undefined) return { kind: 'token', token: parseSecretReference(token, locate) };
  if (dockerConfig !== undefined) return { kind: 'docker-config', path: locate(dockerConfig) };
  if (ocmConfig !== undefined) return { kind: 'ocm-config', path: locate(ocmConfig) };
  if (username === undefined || password === undefined) return undefined;
  return { kind: 'password', username, password: parseSecretReference(password, locate) };
}

function resolveFlux(name: string, entry: Entry<'flux'>, { document, locate }: Context): FluxConnection {
  const place = document.placeOf(['flux', name]);
  return {
    name,
    place,
    unavailable: notYet(`flux.${name}`, 'waiting for health reports from Flux', place),
    type: entry.type,
    webhookSecrets: (entry.webhookSecrets ?? []).map((it) => parseSecretReference(it, locate)),
    kubeconfig: entry.kubeconfig === undefined ? undefined : parseSecretReference(entry.kubeconfig, locate),
  };
}

function resolveCredentials(entry: Entry<'forges'>['credentials'], locate: Context['locate']): Credentials | undefined {
  if (!entry) return undefined;
  const { token, username, password } = entry;
  return {
    token: token === undefined ? undefined : parseSecretReference(token, locate),
    username,
    password: password === undefined ? undefined : parseSecretReference(password, locate),
  };
}

export function resolveNotifications(
  written: WrittenServer['notify'],
  locate: Context['locate'],
): readonly Notification[] {
  return Object.entries(written ?? {}).map(([name, { url, secret }]) => ({
    ...{ name, url },
    secret: parseSecretReference(secret, locate),
  }));
}

export function resolveStore(
  written: NonNullable<WrittenServer['store']>,
  document: ConfigDocument,
  locate: Context['locate'],
): Store {
  if ('sqlite' in written) return { kind: 'sqlite', path: locate(written.sqlite) };
  return {
    kind: 'postgres',
    connection: parseSecretReference(written.postgres, locate),
    unavailable: notYet('store.postgres', 'a store in PostgreSQL', document.placeOf(['store', 'postgres'])),
  };
}

export function resolveListen(
  { hooks, dashboard, metrics }: NonNullable<WrittenServer['listen']>,
  document: ConfigDocument,
): Listen {
  const later = dashboard === undefined ? 'metrics' : 'dashboard';
  const place = document.placeOf(['listen', later]);
  const unavailable =
    (dashboard ?? metrics) === undefined ? undefined : notYet(`listen.${later}`, `a listener for ${later}`, place);
  return { hooks, dashboard, metrics, unavailable };
}

function noRepository({ document }: Context): Finding {
  return {
    place: document.placeOf(['applicationsRepositories']),
    message: 'applicationsRepositories names no repository',
    remedy: 'Name one, with its url.',
  };
}

function unknownForge(repository: string, name: string, known: readonly string[], { document }: Context): Finding {
  const meant = nearest(name, [...known, serverDefaults.forge]);
  return {
    place: document.placeOf(['applicationsRepositories', repository, 'forge']),
    message: `there is no forge "${name}"${meant ? `, did you mean "${meant}"?` : ''}`,
    remedy: meant ? `Write "${meant}", or add "${name}" under "forges".` : `Add "${name}" under "forges".`,
  };
}

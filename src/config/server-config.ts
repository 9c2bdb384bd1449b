import type { Person } from '../core/repository/commit.ts';
import { type ConfigDocument, readConfigDocument } from './config-document.ts';
import { configurationFailure } from './configuration-failure.ts';
import { checkDocument } from './findings.ts';
import { locatePath } from './locate-path.ts';
import { parseDuration } from './scalars.ts';
import {
  type ApplicationsRepository,
  type FluxConnection,
  type ForgeConnection,
  type Listen,
  type Notification,
  type RegistryConnection,
  resolveConnections,
  resolveListen,
  resolveNotifications,
  resolveStore,
  type Store,
} from './server-connections.ts';
import { serverDefaults, serverSchema, type WrittenServer } from './server-schema.ts';
import { defaultTrustFloor, type TrustFloor } from './trust-floor.ts';

/** What the operator owns. Paths can be opened as they are; secrets are references. */
export interface ServerConfig {
  readonly applicationsRepositories: ReadonlyMap<string, ApplicationsRepository>;
  readonly forges: ReadonlyMap<string, ForgeConnection>;
  readonly registries: ReadonlyMap<string, RegistryConnection>;
  readonly flux: ReadonlyMap<string, FluxConnection>;
  readonly store: Store;
  /** Folder for what can be fetched again. */
  readonly cache: string;
  /** Folder of CustomResourceDefinitions that what is rendered must fit. */
  readonly crds: string | undefined;
  readonly listen: Listen;
  /** Where webhooks reach the listener; `undefined` where the operator does not say. */
  readonly publicUrl: string | undefined;
  readonly pollingSeconds: number;
  readonly notify: readonly Notification[];
  readonly limits: Limits;
  readonly author: Person;
  readonly signing: Signing | undefined;
  readonly trust: TrustFloor;
}

/** Signatures of commits. Paths can be opened as they are. */
export interface Signing {
  readonly format: 'ssh' | 'openpgp';
  /** Path of an ssh key, or fingerprint of an OpenPGP key. */
  readonly key: string | undefined;
  readonly allowedSigners: string | undefined;
  readonly home: string | undefined;
}

export interface Limits {
  /** For the rendering of one installation. */
  readonly renderSeconds: number;
  /** Of disk, for content of registries. */
  readonly contentCacheBytes: number;
}

/**
 * Parses the server configuration.
 *
 * @param file Its path: relative paths inside are relative to its folder.
 * @throws {Failure} `configuration` with everything that is wrong. No message repeats a text that might be a secret.
 */
export function parseServerConfig(text: string, file: string): ServerConfig {
  const read = readConfigDocument(text, file, { secretive: true });
  const checked = read.kind === 'read' ? checkDocument(serverSchema, read.document) : read;
  if (read.kind === 'findings' || checked.kind === 'findings') {
    throw configurationFailure(checked.kind === 'findings' ? checked.findings : [], 'the server configuration');
  }
  return resolveServer(checked.value, read.document);
}

function resolveServer(written: WrittenServer, document: ConfigDocument): ServerConfig {
  const locate = locatePath(document.file);
  const author = written.author ?? serverDefaults.author;
  const { findings, ...connections } = resolveConnections(written, { document, locate, author });
  if (findings.length > 0) throw configurationFailure(findings, 'the server configuration');
  return {
    ...connections,
    store: resolveStore(written.store ?? serverDefaults.store, document, locate),
    cache: locate(written.cache ?? serverDefaults.cache),
    crds: written.crds === undefined ? undefined : locate(written.crds),
    listen: resolveListen(written.listen ?? {}, document),
    publicUrl: written.publicUrl?.replace(/\/+$/, ''),
    pollingSeconds: parseDuration(written.polling ?? serverDefaults.polling),
    notify: resolveNotifications(written.notify, locate),
    limits: resolveLimits(written.limits ?? {}),
    author,
    signing: resolveSigning(written.signing, locate),
    trust: resolveTrust(written.trust ?? {}),
  };
}

function resolveSigning(written: WrittenServer['signing'], locate: (path: string) => string): ServerConfig['signing'] {
  if (!written) return undefined;
  const { format, key, allowedSigners, home } = written;
  const located = (path: string | undefined) => (path === undefined ? undefined : locate(path));
  return {
    format,
    key: key?.startsWith('file:') ? located(key.slice('file:'.length)) : key,
    allowedSigners: located(allowedSigners),
    home: located(home),
  };
}

function resolveTrust(written: NonNullable<WrittenServer['trust']>): TrustFloor {
  return {
    allowUnsigned: written.allowUnsigned ?? defaultTrustFloor.allowUnsigned,
    allowExternalAccess: written.allowExternalAccess ?? defaultTrustFloor.allowExternalAccess,
    minimumSignatures: written.minimumSignatures ?? defaultTrustFloor.minimumSignatures,
    normalisations: written.normalisations ?? defaultTrustFloor.normalisations,
    algorithms: written.algorithms ?? defaultTrustFloor.algorithms,
    revokedKeys: written.revokedKeys ?? defaultTrustFloor.revokedKeys,
  };
}

function resolveLimits({
  renderTime = serverDefaults.limits.renderTime,
  contentCache = serverDefaults.limits.contentCache,
}: NonNullable<WrittenServer['limits']>): Limits {
  return { renderSeconds: parseDuration(renderTime), contentCacheBytes: contentCache * 1024 * 1024 };
}

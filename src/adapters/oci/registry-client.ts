import { Failure } from '../../core/failure.ts';
import type { Presence, ReadProblem, ReadResult, TagListing } from '../../ports/component-repository.ts';
import { createAuthentication } from './authentication.ts';
import { proveBlob, readBlob, streamBlob } from './blobs.ts';
import { listRepositories, reachRegistry } from './catalog.ts';
import type { ContentCache } from './content-cache.ts';
import type { CredentialSource } from './credentials.ts';
import { readManifest, readTagged, type TaggedManifest } from './manifests.ts';
import type { Named } from './names.ts';
import type { Timing } from './pace.ts';
import { defaultLimits, type RegistryLimits } from './registry-limits.ts';
import { createRequests } from './requests.ts';
import { listTags } from './tags.ts';
import { createTransport } from './transport.ts';

/** One registry host. What is asked of it in one process goes through one client: its limits hold for all of it. */
export interface RegistryClient extends AsyncDisposable {
  /** `host[:port]` as configured. */
  readonly host: string;
  /** How many requests left, those for tokens and at other hosts included. */
  readonly requests: number;
  /** Content by digest that need not be transferred again. */
  readonly cache: ContentCache | undefined;
  /** @returns The paths of all repositories; `undefined` where the registry gives no list. */
  listRepositories(): Promise<readonly string[] | undefined>;
  /** Asks whether it is a registry that takes the credentials. */
  reach(): Promise<void>;
  listTags(repository: string): Promise<TagListing>;
  readTagged(wanted: { readonly repository: string; readonly tag: string }): Promise<TaggedManifest | undefined>;
  readManifest(manifest: Named & { readonly maxBytes: number }): Promise<ReadResult>;
  readBlob(blob: Named, maxBytes: number): Promise<ReadResult>;
  proveBlob(blob: Named): Promise<Presence | ReadProblem>;
  streamBlob(blob: Named): AsyncIterable<Uint8Array>;
}

export interface RegistryClientOptions {
  /** `host[:port]`, as references name it. */
  readonly host: string;
  /** Where the host is reached, when not under its name: `http://127.0.0.1:5000`. */
  readonly address?: string | undefined;
  /** Whether it is asked over http. Credentials go over http then, too. */
  readonly insecureHttp?: boolean | undefined;
  /** In PEM, beside those of the system. */
  readonly certificateAuthorities?: readonly string[] | undefined;
  /** Called when the registry asks for credentials, and for each new token. */
  readonly credentials?: CredentialSource | undefined;
  /** Hosts beside the registry itself that may be asked for tokens, as `host[:port]`. */
  readonly tokenHosts?: readonly string[] | undefined;
  /** Hosts beside the registry itself that it may send to for content, as `host[:port]`. */
  readonly redirectHosts?: readonly string[] | undefined;
  /** Requests at the same time. */
  readonly concurrency?: number | undefined;
  readonly limits?: Partial<RegistryLimits> | undefined;
  readonly timing?: Partial<Timing> | undefined;
  readonly cache?: ContentCache | undefined;
}

const defaultConcurrency = 8;

const systemTiming: Timing = {
  now: Date.now,
  random: Math.random,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/**
 * Makes a client; nothing is sent before it is used.
 *
 * @throws {Failure} `configuration` for a host or address that is none, or is http where that is not allowed.
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { host, credentials = async () => undefined, tokenHosts = [], redirectHosts = [], cache } = options;
  const { concurrency = defaultConcurrency, certificateAuthorities = [] } = options;
  const origin = originOf(options);
  const limits = { ...defaultLimits, ...options.limits };
  const timing = { ...systemTiming, ...options.timing };
  const transport = createTransport({ host, certificateAuthorities, concurrency, limits, timing });
  const authentication = createAuthentication({ transport, host, origin, tokenHosts, credentials, now: timing.now });
  const requests = createRequests({ transport, authentication, host, origin, redirectHosts });
  const reading = { transport, requests, limits };
  return {
    host,
    cache,
    get requests() {
      return transport.requests;
    },
    listRepositories: () => listRepositories(reading),
    reach: () => reachRegistry(reading),
    listTags: (repository) => listTags(repository, reading),
    readTagged: (wanted) => readTagged(wanted, reading),
    readManifest: (manifest) => readManifest(manifest, reading),
    readBlob: (blob, maxBytes) => readBlob(blob, maxBytes, reading),
    proveBlob: (blob) => proveBlob(blob, reading),
    streamBlob: (blob) => streamBlob(blob, reading),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

function originOf({ host, address, insecureHttp = false }: RegistryClientOptions): URL {
  const text = address ?? `${insecureHttp ? 'http' : 'https'}://${host}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.username !== '') {
    const shown = (it: string) => it.replace(/^([a-z]+:\/\/)?.*@/, '$1…@');
    throw new Failure('configuration', `The registry ${shown(host)} has an address that is none: ${shown(text)}.`, {
      remedy: 'Write it as host:port; a name and password do not belong there.',
    });
  }
  if (url.protocol === 'http:' && !insecureHttp) {
    throw new Failure('configuration', `The registry ${host} is reached over http, where nothing is protected.`, {
      remedy: 'Use https, or allow http for this registry (insecureHttp: true).',
    });
  }
  return url;
}

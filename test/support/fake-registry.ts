import { readFile } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { parseArtifactIndex } from '../../src/adapters/ctf/artifact-index.ts';
import {
  childrenOf,
  imageManifestType,
  isManifestType,
  parseOciManifest,
} from '../../src/core/component/oci-manifest.ts';
import { type Digest, digestOf } from '../../src/core/digest.ts';

/** What a registry holds in one repository. */
export interface FakeRepository {
  readonly tags: Map<string, Digest>;
  readonly manifests: Map<Digest, Uint8Array>;
  readonly blobs: Map<Digest, Uint8Array>;
}

/** One request on its way to the registry's own answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** Counts from 1. */
  readonly count: number;
}

/** Answers in the registry's place, or lets it answer by returning `pass`. */
export type Fault = (exchange: Exchange) => 'pass' | undefined;

export interface RecordedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
}

export interface FakeRegistryOptions {
  readonly repositories?: ReadonlyMap<string, FakeRepository>;
  /** Tags in a page, and whether a `Link` follows the last page as well. */
  readonly paging?: { readonly size: number; readonly alwaysLink?: boolean };
  /** Tags are listed in lower case. */
  readonly lowerCaseTags?: boolean;
  readonly tls?: { readonly key: string; readonly cert: string; readonly maxVersion?: 'TLSv1.1' };
  readonly fault?: Fault;
}

/** A registry inside the test, which can be made to misbehave and remembers what it was asked. */
export interface FakeRegistry extends AsyncDisposable {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  readonly address: string;
  readonly requests: readonly RecordedRequest[];
  /** How many connections were opened to it. */
  readonly connections: number;
  fault: Fault | undefined;
}

export async function startFakeRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const { repositories = new Map<string, FakeRepository>(), tls } = options;
  const requests: RecordedRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;

  const fake: { fault: Fault | undefined } = { fault: options.fault };
  function listener(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url: path = '', headers } = request;
    requests.push({ method, path, authorization: headers.authorization, cookie: headers.cookie });
    response.on('error', () => {});
    const url = new URL(path, 'http://fake.test');
    if (fake.fault?.({ request, response, url, count: requests.length }) === 'pass' || !fake.fault) {
      answer({ request, response, url, count: requests.length }, repositories, options);
    }
  }

  const secure = tls && {
    ...tls,
    ...(tls.maxVersion && { minVersion: 'TLSv1' as const, ciphers: 'DEFAULT@SECLEVEL=0' }),
  };
  const server = secure ? createSecureServer(secure, listener) : createServer(listener);
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => {}));
  });
  server.on('tlsClientError', () => {});
  await listen(server);
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    address: `${tls ? 'https' : 'http'}://${host}`,
    requests,
    get connections() {
      return connections;
    },
    get fault() {
      return fake.fault;
    },
    set fault(fault) {
      fake.fault = fault;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

/** Answers as a registry that is well does. */
function answer(
  { request, response, url }: Exchange,
  repositories: ReadonlyMap<string, FakeRepository>,
  options: FakeRegistryOptions,
): undefined {
  const [, name = '', kind, reference = ''] = /^\/v2\/(.+)\/(tags|manifests|blobs)\/([^/]+)$/.exec(url.pathname) ?? [];
  const repository = repositories.get(name);
  const head = request.method === 'HEAD';
  if (kind === undefined) return sendError(response, 404, 'UNSUPPORTED');
  if (!repository) return sendError(response, 404, 'NAME_UNKNOWN');
  if (kind === 'tags') return sendTags({ response, url, name, tags: [...repository.tags.keys()] }, options);
  if (kind === 'blobs') {
    const bytes = repository.blobs.get(reference as Digest);
    return bytes
      ? send(response, { bytes, type: 'application/octet-stream', head })
      : sendError(response, 404, 'BLOB_UNKNOWN');
  }
  const digest = repository.tags.get(reference) ?? (reference as Digest);
  const bytes = repository.manifests.get(digest);
  if (!bytes) return sendError(response, 404, 'MANIFEST_UNKNOWN');
  send(response, { bytes, type: typeOf(bytes), head, headers: { 'docker-content-digest': digest } });
}

function typeOf(manifest: Uint8Array): string {
  try {
    return JSON.parse(Buffer.from(manifest).toString()).mediaType ?? imageManifestType;
  } catch {
    return imageManifestType;
  }
}

interface Listing {
  readonly response: ServerResponse;
  readonly url: URL;
  readonly name: string;
  readonly tags: readonly string[];
}

function sendTags({ response, url, name, tags }: Listing, { paging, lowerCaseTags }: FakeRegistryOptions): undefined {
  const all = (lowerCaseTags ? tags.map((it) => it.toLowerCase()) : tags).toSorted();
  const last = url.searchParams.get('last');
  const rest = last === null ? all : all.filter((it) => it > last);
  const page = paging ? rest.slice(0, paging.size) : rest;
  const next = paging && page.length > 0 && (paging.alwaysLink || page.length < rest.length);
  const link = `</v2/${name}/tags/list?last=${page.at(-1)}&n=${paging?.size}>; rel="next"`;
  sendJson(response, { name, tags: page }, { ...(next && { link }) });
}

interface Sent {
  readonly bytes: Uint8Array;
  readonly type: string;
  readonly head?: boolean;
  readonly headers?: OutgoingHttpHeaders;
}

function send(response: ServerResponse, { bytes, type, head = false, headers }: Sent): undefined {
  response.writeHead(200, { 'content-type': type, 'content-length': bytes.length, ...headers } as Record<
    string,
    string
  >);
  response.end(head ? undefined : bytes);
}

export function sendJson(
  response: ServerResponse,
  value: unknown,
  headers: OutgoingHttpHeaders = {},
  status = 200,
): undefined {
  sendText(response, JSON.stringify(value), { 'content-type': 'application/json', ...headers }, status);
}

export function sendText(
  response: ServerResponse,
  text: string | Uint8Array,
  headers: OutgoingHttpHeaders = {},
  status = 200,
): undefined {
  response.writeHead(status, { 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}

export function sendError(
  response: ServerResponse,
  status: number,
  code: string,
  headers: OutgoingHttpHeaders = {},
): undefined {
  sendJson(response, { errors: [{ code, message: code.toLowerCase(), detail: null }] }, headers, status);
}

/** @returns What an archive in the form of a folder holds, as repositories. */
export async function readRepositories(archive: string): Promise<Map<string, FakeRepository>> {
  const repositories = new Map<string, FakeRepository>();
  const blobAt = (digest: Digest) => readFile(join(archive, 'blobs', digest.replace(':', '.'))).catch(() => undefined);
  for (const { repository: name, tag, digest } of parseArtifactIndex(
    await readFile(join(archive, 'artifact-index.json')),
  )) {
    const repository = repositories.get(name) ?? { tags: new Map(), manifests: new Map(), blobs: new Map() };
    repositories.set(name, repository);
    if (tag) repository.tags.set(tag, digest);
    await addManifest(digest, repository);
  }
  return repositories;

  async function addManifest(digest: Digest, repository: FakeRepository): Promise<void> {
    const bytes = await blobAt(digest);
    if (!bytes) return;
    repository.manifests.set(digest, bytes);
    for (const child of childrenOf(parseOciManifest(bytes, digest))) {
      if (isManifestType(child.mediaType)) await addManifest(child.digest, repository);
      const blob = await blobAt(child.digest);
      if (blob && !isManifestType(child.mediaType)) repository.blobs.set(child.digest, blob);
    }
  }
}

/** @returns A repository with one artifact of one config and the given layers. */
export function repositoryWith(layers: readonly Uint8Array[], tags: readonly string[] = ['1.0.0']) {
  const config = Buffer.from('{}');
  const describe = (bytes: Uint8Array, mediaType: string) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: imageManifestType,
      config: describe(config, 'application/vnd.oci.image.config.v1+json'),
      layers: layers.map((it) => describe(it, 'application/octet-stream')),
    }),
  );
  const digest = digestOf(manifest);
  const repository: FakeRepository = {
    tags: new Map(tags.map((tag) => [tag, digest])),
    manifests: new Map([[digest, manifest]]),
    blobs: new Map([config, ...layers].map((it) => [digestOf(it), it])),
  };
  return { repository, digest, manifest };
}

import type { Authentication } from './authentication.ts';
import { parseChallenges } from './challenge.ts';
import type { Request, Response } from './exchange.ts';
import { isAtHost } from './names.ts';
import { type Asked, registryDenied, registryFailure } from './registry-failure.ts';
import type { Transport } from './transport.ts';

/** Asks a registry: signs in where it is asked to, follows redirects where that is allowed. */
export interface Requests {
  /**
   * Sends one request about a repository, or about the registry. Part of an attempt: {@link Transport.retry} goes around it.
   *
   * @param path Below the registry's address, with its query.
   * @returns An answer that is neither a redirect nor a refusal.
   * @throws {Interrupted} As {@link Transport.open}.
   * @throws {Failure} `registry-denied` when access is refused, `registry-unreachable` when the registry sends elsewhere.
   */
  ask(request: RepositoryRequest | RegistryRequest): Promise<Response>;
  /** @returns The request as messages name it. */
  describe(request: Pick<AnyRequest, 'method' | 'path'>): Asked;
}

interface AnyRequest {
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  readonly accept?: string;
  /** Content may lie at another place of the registry, or at one that it may send to. */
  readonly followRedirects: boolean;
}

export interface RepositoryRequest extends AnyRequest {
  readonly repository: string;
}

/** About the registry as a whole. */
export interface RegistryRequest extends AnyRequest {
  /** What a token must be good for. */
  readonly scope: string;
}

export interface RequestsOptions {
  readonly transport: Transport;
  readonly authentication: Authentication;
  readonly host: string;
  readonly origin: URL;
  /** Other hosts that content may be read from, as `host[:port]`. */
  readonly redirectHosts: readonly string[];
}

const maxRedirects = 3;

export function createRequests(options: RequestsOptions): Requests {
  const { transport, authentication, host, origin, redirectHosts } = options;

  /** Sends a request with what the registry wants to see; once more when that is not it any longer. */
  async function askRegistry(request: Request, scope: string): Promise<Response> {
    const header = await authentication.header(scope);
    const first = await transport.open(withAuthorization(request, header));
    if (first.status !== 401) return first;
    const challenges = parseChallenges(first.header('www-authenticate') ?? '');
    await first[Symbol.asyncDispose]();
    const better = await authentication.answer(challenges, scope, { header, asked: first.asked });
    if (better === undefined) throw refused(first.asked, 401, header !== undefined && !authentication.isAnonymous);
    const second = await transport.open(withAuthorization(request, better));
    if (second.status !== 401 && second.status !== 403) authentication.accept(better);
    return second;
  }

  function askAnyone(request: Request, scope: string): Promise<Response> {
    // Others see neither credentials nor what the registry asks for.
    return request.url.origin === origin.origin ? askRegistry(request, scope) : transport.open(request);
  }

  async function askFollowing(
    first: Request,
    { followRedirects, ...about }: RepositoryRequest | RegistryRequest,
  ): Promise<Response> {
    const scope = 'scope' in about ? about.scope : `repository:${about.repository}:pull`;
    let response = await askAnyone(first, scope);
    for (let count = 1; isRedirect(response.status); count++) {
      await response[Symbol.asyncDispose]();
      const { asked, status } = response;
      if (!followRedirects) throw registryFailure(asked, `sends elsewhere with status ${status}`);
      if (count > maxRedirects) throw registryFailure(asked, `sends on more than ${maxRedirects} times`);
      const url = checkRedirect(response, { origin, redirectHosts });
      response = await askAnyone({ ...first, url }, scope);
    }
    return response;
  }

  return {
    ask: async (request) => {
      const { method, path, accept } = request;
      const headers = { ...(accept !== undefined && { accept }) };
      const response = await askFollowing({ method, url: new URL(path, origin), headers }, request);
      // What another host refuses, no credentials for the registry would open.
      const isRefused = response.status === 401 || response.status === 403;
      if (!isRefused || response.asked.url.origin !== origin.origin) return response;
      await response[Symbol.asyncDispose]();
      throw refused(response.asked, response.status, false);
    },
    describe: ({ method, path }) => ({ method, url: new URL(path, origin), host }),
  };
}

function withAuthorization(request: Request, authorization: string | undefined): Request {
  return authorization === undefined ? request : { ...request, headers: { ...request.headers, authorization } };
}

const isRedirect = (status: number) => [301, 302, 303, 307, 308].includes(status);

/** @throws {Failure} `registry-unreachable` unless the registry may send there. @see registry.md 6, CVE-2020-15157 */
function checkRedirect(
  response: Response,
  { origin, redirectHosts }: Pick<RequestsOptions, 'origin' | 'redirectHosts'>,
): URL {
  const { asked } = response;
  const location = response.header('location') ?? '';
  const url = URL.canParse(location, asked.url.href) ? new URL(location, asked.url.href) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw registryFailure(asked, 'sends to no address');
  if (asked.url.protocol === 'https:' && url.protocol !== 'https:') {
    throw registryFailure(asked, `sends from https to ${url.protocol}//${url.host}, where nothing is protected`);
  }
  url.username = '';
  url.password = '';
  url.hash = '';
  const isAllowed = url.origin === origin.origin || redirectHosts.some((it) => isAtHost(url, it));
  if (isAllowed) return url;
  const remedy = `If that is right, name ${url.host} under \`redirectHosts\` of ${asked.host} in the server configuration.`;
  throw registryFailure(asked, `sends to ${url.host}, which may not be asked`, { remedy });
}

function refused(asked: Asked, status: number, withCredentials: boolean) {
  const what = withCredentials
    ? `refuses the credentials with status ${status}`
    : `refuses access with status ${status}`;
  return registryDenied(asked, what);
}

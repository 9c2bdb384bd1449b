import type { Challenge } from './challenge.ts';
import { basicHeader, type CredentialSource, type RegistryCredentials } from './credentials.ts';
import { isAtHost } from './names.ts';
import { type Asked, registryFailure } from './registry-failure.ts';
import { createTokenCache } from './token-cache.ts';
import { fetchToken, type TokenRealm } from './token-server.ts';
import type { Transport } from './transport.ts';

/** Knows what a registry wants to see before it answers. */
export interface Authentication {
  /** @returns `Authorization` for a request, from what was learnt so far. */
  header(scope: string): Promise<string | undefined>;
  /**
   * Answers a challenge.
   *
   * @param sent `Authorization` of the request that was challenged.
   * @returns Another one, or `undefined` when there is nothing better to send.
   */
  answer(
    challenges: readonly Challenge[],
    scope: string,
    sent: { readonly header?: string | undefined; readonly asked: Asked },
  ): Promise<string | undefined>;
  /** Whether there were no credentials when the registry last asked for some. */
  readonly isAnonymous: boolean;
  /** Tells that the registry took an answer. */
  accept(header: string): void;
}

export interface AuthenticationOptions {
  readonly transport: Transport;
  /** `host[:port]` as configured. */
  readonly host: string;
  /** Where the registry is asked. */
  readonly origin: URL;
  /** Other hosts that may be asked for tokens, as `host[:port]`. */
  readonly tokenHosts: readonly string[];
  readonly credentials: CredentialSource;
  now(): number;
}

interface TokenDemand {
  readonly kind: 'token';
  readonly realm: TokenRealm;
  /** Scopes of a token that serves for all repositories; empty where each needs its own. */
  readonly wide: readonly string[];
}

/** What the registry asked for last. */
type Learnt = { readonly kind: 'fixed'; readonly header: string } | TokenDemand;

export function createAuthentication(options: AuthenticationOptions): Authentication {
  let learnt: Learnt | undefined;
  /** A password offered where tokens count otherwise. */
  let tried: string | undefined;
  let isAnonymous = false;
  const tokens = createTokenCache(options.now);

  async function tokenHeader({ realm, wide }: TokenDemand, scope: string, sent?: string): Promise<string> {
    const fetch = async () => {
      const credentials = await options.credentials();
      return await fetchToken({ realm, scopes: [...new Set([scope, ...wide])], credentials }, options);
    };
    const key = wide.length > 0 ? wide.join(' ') : scope;
    return `Bearer ${await tokens.find(key, fetch, sent?.slice('Bearer '.length))}`;
  }

  /** Gitea refuses a token that is over without a word on what it wants. @returns Another token, if there is one. */
  async function exchangeToken(scope: string, sent: string | undefined): Promise<string | undefined> {
    if (learnt?.kind !== 'token' || sent === undefined) return undefined;
    const header = await tokenHeader(learnt, scope, sent);
    return header === sent ? undefined : header;
  }

  return {
    get isAnonymous() {
      return isAnonymous;
    },
    accept: (header) => {
      if (header === tried) learnt = { kind: 'fixed', header };
    },
    header: async (scope) => {
      if (!learnt) return undefined;
      return learnt.kind === 'fixed' ? learnt.header : await tokenHeader(learnt, scope);
    },
    answer: async (challenges, scope, { header: sent, asked }) => {
      const credentials = await options.credentials();
      isAnonymous = credentials === undefined;
      const bearer = challenges.find((it) => it.scheme === 'bearer');
      const fixed = fixedHeader(challenges, credentials);
      if (fixed !== undefined) {
        // Gitea asks for a password where a token may not read one thing; the token is still right for the others.
        if (learnt?.kind === 'token') tried = fixed;
        else learnt = { kind: 'fixed', header: fixed };
        return fixed === sent ? undefined : fixed;
      }
      if (challenges.length === 0) return await exchangeToken(scope, sent);
      if (!bearer) return undefined;
      const named = (bearer.parameters.get('scope') ?? '').split(' ').filter((it) => it !== '');
      const wide = named.some((it) => it.startsWith('repository:')) ? [] : named;
      learnt = { kind: 'token', realm: checkRealm(bearer, options, asked), wide };
      return await tokenHeader(learnt, scope, sent);
    },
  };
}

/** Bearer tokens go before passwords: where both are taken, checking a password each time is what costs the registry. */
function fixedHeader(
  challenges: readonly Challenge[],
  credentials: RegistryCredentials | undefined,
): string | undefined {
  const offers = (scheme: string) => challenges.some((it) => it.scheme === scheme);
  if (credentials?.kind === 'bearer') return offers('bearer') ? `Bearer ${credentials.token}` : undefined;
  if (offers('bearer') || !offers('basic') || credentials?.kind !== 'basic') return undefined;
  return basicHeader(credentials.username, credentials.password);
}

/**
 * The registry names the place that credentials are sent to, so that place is held to the configuration.
 *
 * @throws {Failure} `registry-unreachable`
 * @see CVE-2020-15157
 */
function checkRealm(
  { parameters }: Challenge,
  { host, origin, tokenHosts }: AuthenticationOptions,
  asked: Asked,
): TokenRealm {
  const text = parameters.get('realm') ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const service = parameters.get('service');
  if (
    !url ||
    (url.protocol !== 'https:' && url.protocol !== origin.protocol) ||
    url.username !== '' ||
    url.password !== ''
  ) {
    throw registryFailure(
      asked,
      `sends for a token to what is no address for it: ${JSON.stringify(text.slice(0, 200))}`,
    );
  }
  url.hash = '';
  if (tokenHosts.some((it) => isAtHost(url, it))) return { url, service };
  if (!isAtHost(url, host) && url.host !== origin.host) {
    const remedy = `If that is right, name ${url.host} under \`tokenHosts\` of ${host} in the server configuration.`;
    throw registryFailure(asked, `sends for a token to ${url.host}, which may not be asked`, { remedy });
  }
  // What the registry calls itself is reached where the registry is reached.
  return {
    url: url.protocol === origin.protocol ? new URL(`${origin.origin}${url.pathname}${url.search}`) : url,
    service,
  };
}

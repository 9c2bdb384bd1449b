import { isMapping } from '../../core/component/mapping.ts';
import { parseStrictJson } from '../../core/document/strict-json.ts';
import { basicHeader, type RegistryCredentials } from './credentials.ts';
import type { Request } from './exchange.ts';
import { type Asked, registryDenied, registryFailure } from './registry-failure.ts';
import type { Transport } from './transport.ts';

/** Where a registry sends for tokens. */
export interface TokenRealm {
  readonly url: URL;
  readonly service: string | undefined;
}

export interface Token {
  readonly value: string;
  /** In milliseconds since 1970. */
  readonly expires: number;
}

const maxTokenBytes = 64 * 1024;
const defaultSeconds = 60;
const skewSeconds = 10;
/** How long a token's own word is taken at most: what was granted or withdrawn meanwhile does not show before. */
const maxHintedSeconds = 60 * 60;
const clientId = 'consignee';

interface TokenRequest {
  readonly realm: TokenRealm;
  readonly scopes: readonly string[];
  readonly credentials: RegistryCredentials | undefined;
}

/**
 * Fetches a token, with a name and password or none by GET, with an identity token by the refresh flow.
 *
 * @throws {Failure} `registry-denied` or `registry-unreachable`, without any part of the credentials.
 * @see distribution, docs/content/spec/auth/token.md and oauth.md
 */
export async function fetchToken(
  request: TokenRequest,
  { transport, host, now }: { readonly transport: Transport; readonly host: string; readonly now: () => number },
): Promise<Token> {
  const asked = { method: 'GET', url: request.realm.url, host };
  return await transport.retry(asked, async () => {
    const sentAt = now();
    const refreshed = request.credentials?.kind === 'identity-token' ? await ask(refreshRequest(request)) : undefined;
    const bytes = refreshed ?? (await ask(getRequest(request)));
    if (!bytes) throw registryFailure(asked, 'has no token server at the place it names');
    return parseToken(bytes, asked, sentAt);
  });

  /** @returns The body, or `undefined` when the server does not know this way of asking. */
  async function ask(sent: Request): Promise<Uint8Array | undefined> {
    await using response = await transport.open(sent);
    const { status } = response;
    if (status === 404 || status === 405) return undefined;
    if (status === 400 || status === 401 || status === 403) {
      throw registryDenied(asked, `refuses a token for ${request.scopes[0]} with status ${status}`);
    }
    if (status !== 200) throw registryFailure(asked, `answered with status ${status} instead of a token`);
    const body = await transport.read(response, maxTokenBytes);
    if (body.kind === 'too-large') throw registryFailure(asked, `sends a token of more than ${maxTokenBytes} bytes`);
    return body.bytes;
  }
}

function getRequest({ realm, scopes, credentials }: TokenRequest): Request {
  const url = new URL(realm.url);
  if (realm.service !== undefined) url.searchParams.set('service', realm.service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credentials?.kind === 'basic') {
    const authorization = basicHeader(credentials.username, credentials.password);
    return { method: 'GET', url, headers: { authorization } };
  }
  // The name under which Docker's clients present a token where a password is expected.
  if (credentials) return { method: 'GET', url, headers: { authorization: basicHeader('<token>', credentials.token) } };
  return { method: 'GET', url, headers: {} };
}

function refreshRequest({ realm, scopes, credentials }: TokenRequest): Request {
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: clientId, scope: scopes.join(' ') });
  if (realm.service !== undefined) form.set('service', realm.service);
  if (credentials?.kind === 'identity-token') form.set('refresh_token', credentials.token);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', url: realm.url, headers, body: form.toString() };
}

function parseToken(bytes: Uint8Array, asked: Asked, sentAt: number): Token {
  const json = parseStrictJson(bytes);
  const answer = json.kind === 'parsed' && isMapping(json.value) ? json.value : {};
  const value = [answer.token, answer.access_token].find((it) => typeof it === 'string' && it !== '');
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) {
    throw registryFailure(asked, 'has a token server that answered without a token');
  }
  const stated = Number(answer.expires_in);
  const seconds = Number.isFinite(stated) && stated > 0 ? stated : hintedSeconds(value, sentAt);
  return { value, expires: sentAt + Math.max(seconds - skewSeconds, seconds / 2) * 1000 };
}

/**
 * Reads how long a token lives from itself, where it is a JWT: Gitea says it nowhere else. Only a hint, for nothing of it is
 * checked: a token that is refused is exchanged in any case.
 *
 * @see RFC 7519, section 4.1.4
 */
function hintedSeconds(token: string, sentAt: number): number {
  const [, payload, signature, ...rest] = token.split('.');
  if (payload === undefined || signature === undefined || rest.length > 0) return defaultSeconds;
  const json = parseStrictJson(Buffer.from(payload, 'base64url'));
  const end = json.kind === 'parsed' && isMapping(json.value) ? json.value.exp : undefined;
  if (typeof end !== 'number' || !Number.isFinite(end)) return defaultSeconds;
  return Math.min(Math.max(end - sentAt / 1000, defaultSeconds), maxHintedSeconds);
}

import { randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAuthority, createRsaKeys } from '../builders/certificate.ts';
import type { DockerRegistryOptions } from './docker-registry.ts';

/** A token server beside a registry of the distribution project, as the registries of large installations have one. */
export interface TokenServer extends AsyncDisposable {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** What the registry is configured with, so that it sends here and takes what comes from here. */
  readonly auth: NonNullable<DockerRegistryOptions['auth']>;
  readonly files: Readonly<Record<string, string>>;
  /** `Authorization` for whoever fills the registry. */
  pushing(repositories: readonly string[]): string;
}

interface Access {
  readonly name: string;
  readonly actions: readonly string[];
}

interface Account {
  readonly username: string;
  readonly password: string;
}

const service = 'registry.consumer.test';
const issuer = 'token-server';

/** @param account Who gets tokens, and for reading only. */
export async function startTokenServer({ username, password }: Account): Promise<TokenServer> {
  const keys = createRsaKeys();
  const { der, pem } = createAuthority('tokens', { keys, from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' });
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

  function tokenFor(access: readonly Access[]): string {
    const seconds = Math.floor(Date.now() / 1000);
    const header = { typ: 'JWT', alg: 'RS256', x5c: [der.toString('base64')] };
    const claims = {
      iss: issuer,
      aud: service,
      sub: username,
      jti: randomUUID(),
      ...{ iat: seconds, nbf: seconds - 60, exp: seconds + 300 },
      access: access.map((it) => ({ type: 'repository', ...it })),
    };
    const text = [header, claims].map((it) => Buffer.from(JSON.stringify(it)).toString('base64url')).join('.');
    return `${text}.${sign('sha256', Buffer.from(text), keys.privateKey).toString('base64url')}`;
  }

  const server = createServer(({ url = '', headers }, response) => {
    const { searchParams } = new URL(url, 'http://tokens.test');
    const isAllowed = headers.authorization === expected && searchParams.get('service') === service;
    const access = searchParams.getAll('scope').map((scope) => ({ name: nameIn(scope), actions: ['pull'] }));
    response.writeHead(isAllowed ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isAllowed ? { token: tokenFor(access), expires_in: 300 } : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    auth: { token: { realm: `http://${host}/token`, service, issuer, rootcertbundle: '{folder}/tokens.pem' } },
    files: { 'tokens.pem': pem },
    pushing: (repositories) =>
      `Bearer ${tokenFor(repositories.map((name) => ({ name, actions: ['pull', 'push', 'delete'] })))}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `repository:<name>:pull` */
const nameIn = (scope: string) => scope.split(':').slice(1, -1).join(':');

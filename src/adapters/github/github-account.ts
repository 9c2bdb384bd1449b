import { createAppAuth } from '@octokit/auth-app';
import type { Actor } from '../../core/pull-request/actor.ts';
import { type Credentials, createGitHubClient, type GitHubClient, type GitHubPlace } from './github-client.ts';

/** How the bot gets in: with the token of an account, or as a GitHub App. */
export type GitHubAccess = { readonly kind: 'token'; readonly token: () => Promise<string> } | GitHubAppAccess;

export interface GitHubAppAccess {
  readonly kind: 'app';
  readonly appId: number;
  /** In PEM. */
  readonly privateKey: () => Promise<string>;
  /** Number of the installation. Without it that one which has the repository is looked up. */
  readonly installation?: number | undefined;
}

/** The account that the bot acts with, for the API and for git. */
export interface GitHubAccount extends Credentials {
  /** @returns A token that is good for some minutes at least. Git takes it as the password of the user `x-access-token`. */
  token(): Promise<string>;
  self(): Promise<Actor>;
  /** A client that acts with this account. */
  readonly client: GitHubClient;
}

export function createGitHubAccount(place: GitHubPlace, access: GitHubAccess): GitHubAccount {
  return access.kind === 'token' ? createTokenAccount(place, access.token) : createAppAccount(place, access);
}

function createTokenAccount(place: GitHubPlace, token: () => Promise<string>): GitHubAccount {
  const client = createGitHubClient(place, { token });
  const self = once(async () => {
    const { data } = await client.rest.users.getAuthenticated();
    return { id: String(data.id), name: data.login };
  });
  return { token, self, client };
}

function createAppAccount(place: GitHubPlace, access: GitHubAppAccess): GitHubAccount {
  const asApp = createGitHubClient(place, { token: createAppToken(access) });
  const installation = createInstallationToken(place, access, asApp);
  const client = createGitHubClient(place, installation);
  const self = once(async () => {
    const { data: app } = await asApp.rest.apps.getAuthenticated();
    // What an App does is done by a user of its own, whose number is not that of the App.
    const { data } = await client.rest.users.getByUsername({ username: `${app?.slug ?? ''}[bot]` });
    return { id: String(data.id), name: data.login };
  });
  return { ...installation, self, client };
}

/** The token that proves to be the App itself; it is good for ten minutes. */
function createAppToken({ appId, privateKey }: GitHubAppAccess): () => Promise<string> {
  return async () => {
    const auth = createAppAuth({ appId, privateKey: await privateKey() });
    return (await auth({ type: 'app' })).token;
  };
}

/** Tokens are good for an hour; one is not used in its last minutes, for what begins with it must also end with it. */
const spareMilliseconds = 5 * 60_000;

/**
 * Tokens of one installation, for nothing but this repository. They are kept here and not by the library for signing in, which shares
 * requests for tokens between servers when their installations have the same number.
 */
function createInstallationToken(
  place: GitHubPlace,
  access: GitHubAppAccess,
  asApp: GitHubClient,
): Required<Credentials> {
  let current: Token | undefined;
  let pending: Promise<Token> | undefined;
  const request = async () => {
    const installation_id = access.installation ?? (await findInstallation(place, asApp));
    const { data } = await asApp.rest.apps.createInstallationAccessToken({
      installation_id,
      repositories: [place.name],
    });
    return { token: data.token, until: Date.parse(data.expires_at) - spareMilliseconds };
  };
  return {
    async token() {
      if (current && current.until > place.clock.now().getTime()) return current.token;
      pending ??= request().finally(() => {
        pending = undefined;
      });
      current = await pending;
      return current.token;
    },
    refused() {
      current = undefined;
    },
  };
}

interface Token {
  readonly token: string;
  /** In milliseconds since 1970. */
  readonly until: number;
}

async function findInstallation({ owner, name }: GitHubPlace, asApp: GitHubClient): Promise<number> {
  return (await asApp.rest.apps.getRepoInstallation({ owner, repo: name })).data.id;
}

/** @returns `work` that is done once; after a failure it is tried again. */
function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let done: Promise<Result> | undefined;
  return () => {
    done ??= work().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}

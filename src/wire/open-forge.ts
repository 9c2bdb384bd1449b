import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type GitRepository, openGitRepository } from '../adapters/git/git-repository.ts';
import { createPlainGitForge } from '../adapters/plain-git/plain-git-forge.ts';
import { readSecret } from '../config/secrets.ts';
import type { Signing } from '../config/server-config.ts';
import type { ApplicationsRepository, ForgeConnection } from '../config/server-connections.ts';
import { Failure } from '../core/failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { Forge } from '../ports/forge.ts';
import type { Hooks } from '../ports/hooks.ts';
import { placeOnForge } from './place-on-forge.ts';

export interface ForgeSurroundings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Folder for what can be fetched again. */
  readonly cache: string;
  readonly signing?: Signing | undefined;
}

export interface OpenedForge extends AsyncDisposable {
  readonly forge: Forge;
}

/** Connects to an applications repository: its content by git, its pull requests by what its forge has. Nothing is contacted yet. */
export async function openForge(
  repository: ApplicationsRepository,
  surroundings: ForgeSurroundings,
): Promise<OpenedForge> {
  const { forge } = repository;
  const account = forge.type === 'github' ? await openGitHubAccount(repository, surroundings) : undefined;
  const token = account ? () => account.token() : tokenOf(forge, surroundings);
  const git = await openGitRepository({
    url: repository.url,
    name: repository.name,
    cacheFolder: surroundings.cache,
    // In plain git any branch may have a pull request.
    branches: forge.type === 'plain-git' ? undefined : [repository.branch],
    environment: surroundings.variables,
    credentials: gitAccountOf(forge, token, surroundings),
    certificateAuthority: forge.certificateAuthority,
    signing: withFullPaths(surroundings.signing),
  });
  const opened = await onForge(repository, { git, account, token, ...surroundings });
  return { forge: opened, [Symbol.asyncDispose]: () => git[Symbol.asyncDispose]() };
}

/** git may stand in another folder than this process. */
function withFullPaths(signing: Signing | undefined): Signing | undefined {
  if (!signing) return undefined;
  const full = (path: string | undefined) => (path === undefined ? undefined : resolve(path));
  const key = signing.format === 'ssh' ? full(signing.key) : signing.key;
  return { ...signing, key, allowedSigners: full(signing.allowedSigners), home: full(signing.home) };
}

interface Parts extends ForgeSurroundings {
  readonly git: GitRepository;
  readonly account: Awaited<ReturnType<typeof openGitHubAccount>> | undefined;
  readonly token: () => Promise<string>;
}

async function onForge(repository: ApplicationsRepository, parts: Parts): Promise<Forge> {
  const { forge, author: bot } = repository;
  const { git, account, token, clock } = parts;
  switch (forge.type) {
    case 'plain-git':
      return createPlainGitForge(git, { clock, bot });
    case 'gitea':
    case 'forgejo': {
      const { createGiteaForge } = await import('../adapters/gitea/gitea-forge.ts');
      const place = { ...placeOnForge(repository), kind: forge.type };
      const certificateAuthority = await readAuthority(forge);
      return createGiteaForge({ ...place, repository: git, token, clock, bot, certificateAuthority });
    }
    case 'github': {
      const { createGitHubForge } = await import('../adapters/github/github-forge.ts');
      if (!account) throw new Error('There is no account.');
      return createGitHubForge({ ...(await gitHubPlaceOf(repository, clock)), repository: git, access: account });
    }
  }
}

/** Webhooks of a repository, with the rights of a token that is not kept. `undefined` in plain git, which has none. */
export async function openHooks(
  repository: ApplicationsRepository,
  token: () => Promise<string>,
  { clock }: Pick<ForgeSurroundings, 'clock'>,
): Promise<Hooks | undefined> {
  const { forge } = repository;
  switch (forge.type) {
    case 'plain-git':
      return undefined;
    case 'gitea':
    case 'forgejo': {
      const { createGiteaHooks } = await import('../adapters/gitea/hooks.ts');
      const certificateAuthority = await readAuthority(forge);
      return createGiteaHooks({ ...placeOnForge(repository), kind: forge.type, token, clock, certificateAuthority });
    }
    case 'github': {
      const { createGitHubHooks } = await import('../adapters/github/hooks.ts');
      const { createGitHubAccount } = await import('../adapters/github/github-account.ts');
      const place = await gitHubPlaceOf(repository, clock);
      return createGitHubHooks(place, createGitHubAccount(place, { kind: 'token', token }));
    }
  }
}

async function openGitHubAccount(repository: ApplicationsRepository, { variables, clock }: ForgeSurroundings) {
  const { createGitHubAccount } = await import('../adapters/github/github-account.ts');
  const place = await gitHubPlaceOf(repository, clock);
  const { forge } = repository;
  const { app } = forge;
  if (!app) return createGitHubAccount(place, { kind: 'token', token: tokenOf(forge, { variables }) });
  const privateKey = async () => (await readSecret(app.privateKey, variables)).expose();
  return createGitHubAccount(place, { kind: 'app', appId: app.id, installation: app.installation, privateKey });
}

async function gitHubPlaceOf(repository: ApplicationsRepository, clock: Clock) {
  const certificateAuthority = await readAuthority(repository.forge);
  return { ...placeOnForge(repository), clock, bot: repository.author, certificateAuthority };
}

/** Read each time anew, so that it can be exchanged while the bot runs. */
function tokenOf(
  { credentials, name, place }: ForgeConnection,
  { variables }: Pick<ForgeSurroundings, 'variables'>,
): () => Promise<string> {
  return async () => {
    if (credentials?.token) return (await readSecret(credentials.token, variables)).expose();
    throw new Failure('configuration', `The forge ${name} has no token.`, {
      place,
      remedy: 'Write credentials: { token: env:NAME } in the server configuration.',
    });
  };
}

/** What https asks for. Forges take a token as the password of any user. */
function gitAccountOf(
  { type, credentials }: ForgeConnection,
  token: () => Promise<string>,
  { variables }: Pick<ForgeSurroundings, 'variables'>,
) {
  if (type !== 'plain-git' || credentials?.token)
    return async () => ({ user: 'x-access-token', password: await token() });
  const { username, password } = credentials ?? {};
  if (username === undefined || password === undefined) return undefined;
  return async () => ({ user: username, password: (await readSecret(password, variables)).expose() });
}

async function readAuthority({ certificateAuthority, name, place }: ForgeConnection): Promise<string | undefined> {
  if (certificateAuthority === undefined) return undefined;
  return readFile(certificateAuthority, 'utf8').catch((error: unknown) => {
    const what = `The certificate authority ${certificateAuthority} of the forge ${name} cannot be read.`;
    throw new Failure('configuration', what, {
      place,
      remedy: 'Check "certificateAuthority" in the server configuration.',
      cause: error,
    });
  });
}

import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort } from './free-port.ts';
import { createAskGitea, until } from './gitea-accounts.ts';
import type { GiteaServer } from './gitea-worlds.ts';

const execute = promisify(execFile);

export interface RunningGitea extends AsyncDisposable {
  readonly server: GiteaServer;
  readonly version: string;
}

const organisation = 'software-consumer';
const teams = { own: `${organisation}/delivery`, foreign: `${organisation}/maintainers` };
const people = { admin: 'harbourmaster', bot: 'consignee', maintainer: 'mira', stranger: 'olav' } as const;
/** The rights that the bot needs, and no more. */
const botScopes = ['write:repository', 'write:issue', 'read:user', 'read:organization'];

/** @returns The binary to run: `GITEA_BIN`, or `gitea` on the path; `undefined` when there is none. */
export function findGitea(environment: NodeJS.ProcessEnv): string | undefined {
  const named = environment.GITEA_BIN;
  const places = named ? [named] : (environment.PATH ?? '').split(delimiter).map((folder) => join(folder, 'gitea'));
  return places.map((it) => resolve(it)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a throw-away server on loopback, with an organisation, two teams and four people.
 *
 * @param environment With `GITEA_STATIC`, the folder that holds `options` and `templates`, for a binary without them inside.
 */
export async function startGitea(binary: string, environment: NodeJS.ProcessEnv): Promise<RunningGitea> {
  const folder = await mkdtemp(join(tmpdir(), 'consignee-gitea-'));
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const command = await commandIn(folder, binary);
  await writeFile(join(folder, 'app.ini'), config({ folder, url, port, user: command.user, environment }));
  await giveAway(folder, command);
  await command.run('migrate');
  const created = await command.run(
    ...['admin', 'user', 'create', '--username', people.admin, '--password', password, '--admin'],
    ...['--email', `${people.admin}@example.test`, '--must-change-password=false'],
    ...['--access-token', '--access-token-name', 'tests', '--access-token-scopes', 'all'],
  );
  const admin = created.match(/\b[0-9a-f]{40}\b/)?.[0] ?? '';
  const log = await open(join(folder, 'web.log'), 'w');
  const running = spawn(command.program, [...command.words, 'web', '-c', 'app.ini'], {
    cwd: folder,
    env: command.env,
    stdio: ['ignore', log.fd, log.fd],
  });
  const ended = new Promise<void>((done) => running.once('exit', () => done()));
  async function stop() {
    running.kill();
    await ended;
    await log.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  try {
    await until(() => isHealthy(url, () => running.exitCode !== null));
    const tokens = { admin, ...(await settle(url, admin)) };
    const { version } = await createAskGitea({ url, tokens })('admin', 'GET', '/version');
    return {
      server: { url, owner: organisation, teams, tokens },
      version: String(version),
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    const said = await readFile(join(folder, 'web.log'), 'utf8');
    await stop();
    throw new Error(`Gitea did not start:\n${said}`, { cause: error });
  }
}

const password = 'local-test-only-1';

interface Command {
  readonly program: string;
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly user: string;
  /** Ids that the folder must belong to. */
  readonly owner: { readonly user: number; readonly group: number } | undefined;
  run(...words: readonly string[]): Promise<string>;
}

/** Gitea refuses to run as root: as root, it is run as nobody. */
async function commandIn(folder: string, binary: string): Promise<Command> {
  const root = process.getuid?.() === 0;
  const lowered = ['--reuid=nobody', '--regid=nogroup', '--clear-groups', binary];
  const [program, words] = root ? ['setpriv', lowered] : [binary, []];
  const idOf = async (...flags: readonly string[]) => (await execute('id', flags)).stdout.trim();
  const owner = root
    ? { user: Number(await idOf('-u', 'nobody')), group: Number(await idOf('-g', 'nobody')) }
    : undefined;
  const user = root ? 'nobody' : await idOf('-un');
  const env = { PATH: process.env.PATH, HOME: join(folder, 'home'), USER: user };
  return {
    program,
    words,
    env,
    user,
    owner,
    run: async (...more) => (await execute(program, [...words, ...more, '-c', 'app.ini'], { cwd: folder, env })).stdout,
  };
}

async function giveAway(folder: string, { owner }: Command): Promise<void> {
  const home = join(folder, 'home');
  await mkdir(home);
  await chmod(folder, 0o755);
  if (!owner) return;
  for (const path of [folder, home, join(folder, 'app.ini')]) await chown(path, owner.user, owner.group);
}

interface ServerConfig {
  readonly folder: string;
  readonly url: string;
  readonly port: number;
  readonly user: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Events go at once (`channel`), every pull request is checked at once, and administrators may set hooks of git. */
function config({ folder, url, port, user, environment }: ServerConfig): string {
  const secret = () => randomBytes(32).toString('base64url');
  const assets = environment.GITEA_STATIC ? `STATIC_ROOT_PATH = ${environment.GITEA_STATIC}\n` : '';
  return `RUN_MODE = prod
RUN_USER = ${user}
WORK_PATH = ${folder}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = ${url}/
DISABLE_SSH = true
OFFLINE_MODE = true
LFS_START_SERVER = false
${assets}[database]
DB_TYPE = sqlite3
PATH = ${join(folder, 'gitea.db')}
[repository]
ROOT = ${join(folder, 'repos')}
[repository.pull-request]
DELAY_CHECK_FOR_INACTIVE_DAYS = -1
[security]
INSTALL_LOCK = true
DISABLE_GIT_HOOKS = false
SECRET_KEY = ${secret()}
[oauth2]
JWT_SECRET = ${secret()}
[service]
DISABLE_REGISTRATION = true
[webhook]
ALLOWED_HOST_LIST = loopback
[queue]
TYPE = channel
[indexer]
ISSUE_INDEXER_TYPE = db
[actions]
ENABLED = false
`;
}

async function isHealthy(url: string, hasEnded: () => boolean): Promise<boolean> {
  if (hasEnded()) throw new Error('the server ended');
  return fetch(`${url}/api/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Makes people, organisation and teams. @returns The tokens of all but the administrator. */
async function settle(url: string, admin: string): Promise<Omit<GiteaServer['tokens'], 'admin'>> {
  const ask = createAskGitea({ url, tokens: { admin, bot: '', maintainer: '', stranger: '' } });
  for (const username of [people.bot, people.maintainer, people.stranger]) {
    const email = `${username}@example.test`;
    await ask('admin', 'POST', '/admin/users', { username, email, password, must_change_password: false });
  }
  await ask('admin', 'POST', '/orgs', { username: organisation });
  const write = { 'repo.code': 'write', 'repo.issues': 'write', 'repo.pulls': 'write', 'repo.packages': 'read' };
  for (const [name, member] of [
    ['delivery', people.bot],
    ['maintainers', people.maintainer],
  ] as const) {
    const team = { name, permission: 'write', units_map: write, includes_all_repositories: true };
    const { id } = await ask('admin', 'POST', `/orgs/${organisation}/teams`, team);
    await ask('admin', 'PUT', `/teams/${id}/members/${member}`);
  }
  return {
    bot: await createToken(url, people.bot, botScopes),
    maintainer: await createToken(url, people.maintainer, ['all']),
    stranger: await createToken(url, people.stranger, ['all']),
  };
}

async function createToken(url: string, user: string, scopes: readonly string[]): Promise<string> {
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  const answer = await fetch(`${url}/api/v1/users/${user}/tokens`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'tests', scopes }),
  });
  const created: { readonly sha1?: string } = JSON.parse(await answer.text());
  if (!created.sha1) throw new Error(`no token for ${user}: ${answer.status}`);
  return created.sha1;
}

/** The variables by which the suite is told of a server. */
const variables = {
  url: 'CONSIGNEE_TEST_GITEA',
  admin: 'CONSIGNEE_TEST_GITEA_TOKEN_ADMIN',
  bot: 'CONSIGNEE_TEST_GITEA_TOKEN_BOT',
  maintainer: 'CONSIGNEE_TEST_GITEA_TOKEN_MAINTAINER',
  stranger: 'CONSIGNEE_TEST_GITEA_TOKEN_STRANGER',
} as const;

export function printServer({ url, tokens }: GiteaServer): NodeJS.ProcessEnv {
  return {
    [variables.url]: url,
    [variables.admin]: tokens.admin,
    [variables.bot]: tokens.bot,
    [variables.maintainer]: tokens.maintainer,
    [variables.stranger]: tokens.stranger,
  };
}

/**
 * Reads which running server to use. It must have the organisation `software-consumer` with the teams `delivery` (the bot) and `maintainers`
 * (the maintainer), both with write access to code, issues and pull requests; its administrator must be allowed to set hooks of git.
 *
 * @returns `undefined` when the environment names none.
 */
export function readServer(environment: NodeJS.ProcessEnv): GiteaServer | undefined {
  const url = environment[variables.url];
  if (!url) return undefined;
  const token = (name: string) => {
    const value = environment[name];
    if (!value) throw new Error(`${name} is not set, and ${variables.url} is`);
    return value;
  };
  const tokens = {
    admin: token(variables.admin),
    bot: token(variables.bot),
    maintainer: token(variables.maintainer),
    stranger: token(variables.stranger),
  };
  return { url: url.replace(/\/+$/, ''), owner: organisation, teams, tokens };
}

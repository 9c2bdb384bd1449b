import { execFileSync } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type GitRepository, openGitRepository } from '../../../src/adapters/git/git-repository.ts';
import { createGitWorld, type GitWorld } from '../../support/git-world.ts';
import { serveGit } from '../../support/gitea-stand-in-git.ts';
import { giteaAccounts } from '../../support/gitea-stand-in-state.ts';

const bot = { name: 'Consignee', email: 'consignee@example.org' };
const at = new Date('2026-03-01T10:00:00Z');
const authorization = `Basic ${Buffer.from('x-access-token:s3cret').toString('base64')}`;

let world: GitWorld;
let stack: AsyncDisposableStack;
beforeEach(async () => {
  world = await createGitWorld();
  stack = new AsyncDisposableStack();
  stack.use(world);
});
afterEach(() => stack.disposeAsync());

describe('over https', () => {
  test('a branch is written with a token, by the authority that is configured', async () => {
    const { url, authority, seen } = await serveOverTls(answerGit);
    await expectWrites(await open(url, { credentials: account, certificateAuthority: authority }));
    expect(new Set(seen)).toEqual(new Set([authorization]));
  });

  test('a certificate that nobody vouches for ends it, before a token is sent', async () => {
    const { url, seen } = await serveOverTls(answerGit);
    const repository = await open(url, { credentials: account });
    await expect(repository.readRefs()).rejects.toMatchObject({ name: 'Failure', code: 'forge-unreachable' });
    expect(seen).toEqual([]);
  });

  test('a token goes nowhere else: a redirect is not followed', async () => {
    const elsewhere: (string | undefined)[] = [];
    const other = await listen(
      createPlainServer((request, response) => {
        elsewhere.push(request.headers.authorization);
        response.writeHead(404).end();
      }),
    );
    const url = await listen(
      createPlainServer((request, response) => {
        response.writeHead(302, { location: `${other}${request.url}` }).end();
      }),
    );
    const repository = await open(`${url}/apps.git`, { credentials: account });
    await expect(repository.readRefs()).rejects.toMatchObject({ name: 'Failure' });
    expect(elsewhere).toEqual([]);
  });
});

describe('over ssh', () => {
  test('a branch is written, and nothing but the command of git is given to the other side', async () => {
    const log = join(world.folder, 'ssh');
    const program = join(world.folder, 'fake-ssh');
    // What ssh does once it is connected: the other side runs the last word in a shell.
    await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$*" >> ${log}\nfor word; do :; done\nexec sh -c "$word"\n`);
    await chmod(program, 0o755);
    const environment = { ...process.env, GIT_SSH_COMMAND: program, GIT_SSH_VARIANT: 'ssh' };
    const repository = await open(`ssh://git@git.example.org:2222${world.bare}`, { environment, credentials: account });
    await expectWrites(repository);
    const lines = (await readFile(log, 'utf8')).trim().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) {
      expect(line).toMatch(/git@git\.example\.org git-(?:upload|receive)-pack '[^']+'$/);
      expect(line).not.toContain('s3cret');
    }
  });
});

const account = async () => ({ user: 'x-access-token', password: 's3cret' });

async function open(
  url: string,
  options: Partial<Parameters<typeof openGitRepository>[0]> = {},
): Promise<GitRepository> {
  const cacheFolder = join(world.folder, 'cache');
  const environment = process.env;
  return stack.use(await openGitRepository({ url, cacheFolder, name: 'apps', environment, ...options }));
}

/** Reads, writes with a lease, is late once, and deletes. */
async function expectWrites(repository: GitRepository): Promise<void> {
  const base = (await repository.readRefs()).get('refs/heads/main');
  if (!base) throw new Error('there is no main');
  const tree = await repository.writeTree(base, [{ path: 'apps/new.yaml', content: 'name: new\n' }]);
  const commit = await repository.writeCommit({ tree, parents: [base], message: 'Add', author: bot, at });
  const ref = 'refs/heads/consignee/dev/one';
  expect(await repository.push([{ ref, expect: undefined, to: commit }])).toBe('pushed');
  expect(await world.tip(ref)).toBe(commit);
  const foreign = await world.person.commit('consignee/dev/one', { b: 'by hand' });
  expect(await repository.push([{ ref, expect: commit, to: base }])).toBe('stale');
  expect((await repository.readRefs()).get(ref)).toBe(foreign);
  expect(await repository.push([{ ref, expect: foreign, to: undefined }])).toBe('pushed');
  expect(await world.tip(ref)).toBeUndefined();
}

async function serveOverTls(answer: (seen: (string | undefined)[]) => RequestListener) {
  const seen: (string | undefined)[] = [];
  const [key, authority] = [join(world.folder, 'key.pem'), join(world.folder, 'authority.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', authority, '-days', '2'];
  execFileSync('openssl', [...made, ...subject], { stdio: 'ignore' });
  const options = { key: await readFile(key), cert: await readFile(authority) };
  const url = await listen(createSecureServer(options, answer(seen)), 'https');
  return { url: `${url}/apps.git`, authority, seen };
}

/** Git's own server side, for who shows the token. */
function answerGit(seen: (string | undefined)[]): RequestListener {
  return (request, response) => {
    seen.push(request.headers.authorization);
    const { pathname, search } = new URL(request.url ?? '', 'https://host');
    const rest = pathname.replace(/^\/apps\.git/, '');
    const login = giteaAccounts.find((it) => it.login === 'consignee');
    serveGit(world.bare, { request, response, rest, query: search.slice(1) }, login).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      () => response.destroy(),
    );
  };
}

async function listen(server: Server, scheme = 'http'): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  return `${scheme}://127.0.0.1:${address.port}`;
}

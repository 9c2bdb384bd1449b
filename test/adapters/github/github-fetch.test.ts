import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { createGitHubClient } from '../../../src/adapters/github/github-client.ts';
import { startGitHub } from '../../support/github-stand-in.ts';

const pace = { writeSpacing: 0, notificationSpacing: 0, retryPause: 1, readLimit: 10_000, writeLimit: 30_000 };
const clock = { now: () => new Date() };
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(server: Server & { closeAllConnections(): void }): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

test('a certificate of an authority of its own is taken where that is given, and nowhere else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tls-'));
  closing.push(() => rm(folder, { recursive: true }));
  const words = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=x -addext';
  const files = ['-keyout', join(folder, 'key'), '-out', join(folder, 'cert')];
  await promisify(execFile)('openssl', ['req', ...words.split(' '), 'subjectAltName=IP:127.0.0.1', ...files]);
  const [key, cert] = [await readFile(join(folder, 'key'), 'utf8'), await readFile(join(folder, 'cert'), 'utf8')];
  const port = await listen(
    createServer({ key, cert }, (_, response) => {
      response.setHeader('content-type', 'application/json').end('[]');
    }),
  );
  const place = { address: `https://127.0.0.1:${port}`, owner: 'o', name: 'r', clock, pace };
  const list = (certificateAuthority?: string) =>
    createGitHubClient({ ...place, certificateAuthority }, { token: async () => 't' }).rest.pulls.list({
      owner: 'o',
      repo: 'r',
    });
  expect((await list(cert)).data).toEqual([]);
  await expect(list()).rejects.toMatchObject({
    code: 'forge-unreachable',
    message: expect.stringContaining('certificate'),
  });
});

test('a token follows a redirect within the forge, and none that leads out of it', async () => {
  const gitHub = await startGitHub();
  closing.push(async () => gitHub[Symbol.asyncDispose]());
  const seen: (string | undefined)[] = [];
  const port = await listen(
    createPlainServer((request, response) => {
      seen.push(request.headers.authorization);
      response.setHeader('content-type', 'application/json').end('[]');
    }),
  );
  const { owner, name } = gitHub.state;
  const place = { address: gitHub.address, owner: 'renamed', name: 'since', clock, pace };
  const client = createGitHubClient(place, { token: async () => gitHub.token });
  const redirect = (location: string) => ({ status: 301, body: {}, headers: { location } });
  gitHub.faults.push({
    on: 'GET /repos/renamed/since/pulls',
    answer: redirect(`/api/v3/repos/${owner}/${name}/pulls`),
  });
  expect((await client.rest.pulls.list({ owner: 'renamed', repo: 'since' })).data).toEqual([]);
  expect(gitHub.requests).toHaveLength(2);
  gitHub.faults.push({ on: 'GET /repos/renamed/since/pulls', answer: redirect(`http://127.0.0.1:${port}/`) });
  await client.rest.pulls.list({ owner: 'renamed', repo: 'since' });
  expect(seen).toEqual([undefined]);
});

import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRegistryClient, type RegistryClient } from '../../../src/adapters/oci/registry-client.ts';
import { noDockerRegistry, startDockerRegistry } from '../../support/docker-registry.ts';
import { type FakeRegistry, startFakeRegistry } from '../../support/fake-registry.ts';
import { replayArchive } from '../../support/replay-archive.ts';

let registry: FakeRegistry;
let client: RegistryClient;

beforeEach(async () => {
  registry = await startFakeRegistry();
  client = createRegistryClient({
    host: registry.host,
    insecureHttp: true,
    credentials: async () => ({ kind: 'basic', username: 'bot', password: 'secret' }),
    timing: { sleep: async () => undefined },
  });
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

interface CataloguePage {
  readonly repositories: unknown;
  readonly link?: string;
}

function send(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  return undefined;
}

/** Answers with these pages, by their query. */
function serve(pages: Readonly<Record<string, CataloguePage>>): void {
  registry.fault = ({ response, url }) => {
    const page = pages[url.search];
    if (url.pathname !== '/v2/_catalog' || !page) return send(response, 500, {});
    const { repositories, link } = page;
    return send(response, 200, { repositories }, link === undefined ? {} : { link: `<${link}>; rel="next"` });
  };
}

test('all pages are read, and the last may send on to one that is empty', async () => {
  serve({
    '?n=100': { repositories: ['a/one', 'a/two'], link: '/v2/_catalog?n=100&last=a/two' },
    '?n=100&last=a/two': { repositories: ['b/three'], link: '/v2/_catalog?n=100&last=b/three' },
    '?n=100&last=b/three': { repositories: null, link: '/v2/_catalog?n=100&last=b/three' },
  });
  expect(await client.listRepositories()).toEqual(['a/one', 'a/two', 'b/three']);
});

test('a list that leads to itself ends', async () => {
  serve({ '?n=100': { repositories: ['a/one'], link: '/v2/_catalog?n=100' } });
  expect(await client.listRepositories()).toEqual(['a/one']);
  expect(registry.requests).toHaveLength(1);
});

test('the next page is asked of the registry itself, wherever the link leads', async () => {
  serve({
    '?n=100': { repositories: ['a/one'], link: 'http://elsewhere.example.org/steal?last=a/one' },
    '?last=a/one': { repositories: ['a/two'] },
  });
  expect(await client.listRepositories()).toEqual(['a/one', 'a/two']);
});

test.each([401, 403, 404, 405])('a registry that answers with %i has no list', async (status) => {
  registry.fault = ({ response }) => send(response, status, { errors: [{ code: 'UNSUPPORTED' }] });
  expect(await client.listRepositories()).toBeUndefined();
});

test('what is no list is a failure, and so is no registry', async () => {
  registry.fault = ({ response }) => send(response, 200, { names: [] });
  await expect(client.listRepositories()).rejects.toMatchObject({ code: 'registry-unreachable' });
  registry.fault = ({ response }) => send(response, 404, {});
  await expect(client.reach()).rejects.toMatchObject({ code: 'registry-unreachable' });
});

test('credentials are shown where they are asked for, and what refuses them is told', async () => {
  const wanted = `Basic ${Buffer.from('bot:secret').toString('base64')}`;
  const challenge = { 'www-authenticate': 'Basic realm="here"' };
  registry.fault = ({ request, response }) =>
    request.headers.authorization === wanted ? send(response, 200, {}) : send(response, 401, {}, challenge);
  await client.reach();
  registry.fault = ({ response }) => send(response, 401, {}, challenge);
  await expect(client.reach()).rejects.toMatchObject({ code: 'registry-denied' });
});

test('a token is asked for by the scope of the list', async () => {
  const realm = `Bearer realm="${registry.address}/token",service="here"`;
  registry.fault = ({ request, response, url }) => {
    if (url.pathname === '/token')
      return send(response, 200, { token: Buffer.from(`${url.searchParams.get('scope')}`).toString('hex') });
    const isRight = request.headers.authorization === `Bearer ${Buffer.from('registry:catalog:*').toString('hex')}`;
    return isRight ? send(response, 200, { repositories: [] }) : send(response, 401, {}, { 'www-authenticate': realm });
  };
  expect(await client.listRepositories()).toEqual([]);
});

test.skipIf(noDockerRegistry)('a registry of the distribution project lists what it has', async () => {
  await using real = await startDockerRegistry();
  await replayArchive(real, join(import.meta.dirname, '../../fixtures/ocm/consumer/podinfo-v2'));
  await using ofReal = createRegistryClient({ host: real.host, insecureHttp: true });
  await ofReal.reach();
  expect(await ofReal.listRepositories()).toContain(
    'software-consumer/component-descriptors/ocm.software/demos/podinfo',
  );
});

import { execFileSync } from 'node:child_process';
import { randomUUID, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RegistryCredentials } from '../../../src/adapters/oci/credentials.ts';
import { openOciRepository } from '../../../src/adapters/oci/oci-repository.ts';
import { createRegistryClient } from '../../../src/adapters/oci/registry-client.ts';
import { componentName } from '../../builders/component-version.ts';
import { delivery, registryName } from '../../contract/component-repository.ts';
import {
  type DockerRegistry,
  type DockerRegistryOptions,
  noDockerRegistry,
  startDockerRegistry,
} from '../../support/docker-registry.ts';
import { sendJson, startFakeRegistry } from '../../support/fake-registry.ts';
import { replayArchive } from '../../support/replay-archive.ts';

const podinfo = componentName('ocm.software/demos/podinfo');
const image = 'software-provider/podinfo:6.3.5-static';
const password = 'for-tests-only';
/** Of this password, at the lowest cost. */
const passwordHash = '$2b$04$VPzR6q7fkbSu1bILAW1NbuqOVJ9dMUFk8nI61Qej4lsA3P2izm/JG';
const reader: RegistryCredentials = { kind: 'basic', username: 'reader', password };
const basic = `Basic ${Buffer.from(`reader:${password}`).toString('base64')}`;

async function startWithDelivery(options: DockerRegistryOptions, authorization: string): Promise<DockerRegistry> {
  const registry = await startDockerRegistry(options);
  await replayArchive(registry, delivery, { authorization });
  return registry;
}

function createClient(registry: DockerRegistry, credentials?: RegistryCredentials, tokenHosts: readonly string[] = []) {
  return createRegistryClient({
    host: 'registry.consumer.test',
    address: registry.address,
    insecureHttp: true,
    credentials: async () => credentials,
    tokenHosts,
  });
}

/** A key and a certificate of it, as a token server has them. */
function createSigner() {
  const folder = mkdtempSync(join(tmpdir(), 'signer-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')] as const;
  const subject = ['-subj', '/CN=token server', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'pipe',
  });
  const signer = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return signer;
}

/**
 * @param scopes `repository:<name>:<action>,<action>`
 * @see distribution, docs/content/spec/auth/jwt.md
 */
function createToken({ key, cert }: ReturnType<typeof createSigner>, scopes: readonly string[]): string {
  const der = cert.replace(/-----[^-]+-----|\s/g, '');
  const now = Math.floor(Date.now() / 1000);
  const access = scopes.map((scope) => {
    const [type, name, actions = ''] = scope.split(':');
    return { type, name, actions: actions.split(',') };
  });
  const claims = {
    iss: 'tests',
    sub: 'reader',
    aud: 'registry',
    exp: now + 60,
    nbf: now - 60,
    iat: now,
    jti: randomUUID(),
    access,
  };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode({ typ: 'JWT', alg: 'RS256', x5c: [der] })}.${encode(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

describe.skipIf(noDockerRegistry)(`docker-registry${noDockerRegistry ? `: ${noDockerRegistry}` : ''}`, () => {
  test('with passwords is read with one, and not without', async () => {
    const auth = { htpasswd: { realm: 'tests', path: '{folder}/passwords' } };
    const files = { passwords: `reader:${passwordHash}\n` };
    await using registry = await startWithDelivery({ auth, files }, basic);
    await using client = createClient(registry, reader);
    const repository = openOciRepository(client, { registry: registryName });
    expect((await repository.listTags(podinfo)).tags.size).toBe(2);
    expect(await repository.findArtifact({ kind: 'relative', text: image })).toMatchObject({ kind: 'present' });

    await using stranger = createClient(registry);
    const denied = openOciRepository(stranger, { registry: registryName }).listTags(podinfo);
    await expect(denied).rejects.toMatchObject({ message: expect.stringContaining('refuses access with status 401') });
  });

  test('with tokens is read with one for each repository, and the token server gets the password', async () => {
    const signer = createSigner();
    const tokens = await startFakeRegistry({
      fault: ({ request, response, url }) => {
        const scopes = request.headers.authorization === basic ? url.searchParams.getAll('scope') : [];
        sendJson(response, { token: createToken(signer, scopes), expires_in: 60 });
        return undefined;
      },
    });
    await using _tokens = tokens;
    const auth = {
      token: {
        realm: `${tokens.address}/token`,
        service: 'registry',
        issuer: 'tests',
        rootcertbundle: '{folder}/tokens.pem',
      },
    };
    const paths = [
      'component-descriptors/ocm.software/demos/podinfo',
      'software-provider/podinfo',
      'software-provider/charts/podinfo',
    ];
    const scopes = paths.map((path) => `repository:software-consumer/${path}:pull,push`);
    const pusher = `Bearer ${createToken(signer, scopes)}`;
    await using registry = await startWithDelivery({ auth, files: { 'tokens.pem': signer.cert } }, pusher);

    await using client = createClient(registry, reader, [tokens.host]);
    const repository = openOciRepository(client, { registry: registryName });
    expect((await repository.listTags(podinfo)).tags.size).toBe(2);
    expect(await repository.resolveTag(podinfo, 'v1.0.0')).toBeDefined();
    expect(await repository.findArtifact({ kind: 'relative', text: image })).toMatchObject({ kind: 'present' });
    expect(tokens.requests).toHaveLength(2);

    await using stranger = createClient(registry, undefined, [tokens.host]);
    const denied = openOciRepository(stranger, { registry: registryName }).listTags(podinfo);
    await expect(denied).rejects.toMatchObject({ message: expect.stringContaining('refuses access with status 401') });
  });
});

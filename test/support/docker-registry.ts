import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../../src/core/digest.ts';

const binary = ['/usr/bin/docker-registry', '/usr/local/bin/docker-registry', '/usr/bin/registry'].find(existsSync);

/** Why the tests with a real registry are left out; `undefined` when they can run. */
export const noDockerRegistry =
  binary === undefined ? 'no docker-registry is installed (Debian: apt-get install docker-registry)' : undefined;

/** A registry of the distribution project on a free port of this machine. */
export interface DockerRegistry extends AsyncDisposable {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** `http://127.0.0.1:<port>` */
  readonly address: string;
  /** Takes the bytes of a blob away, as a bad disk would: what names it stays. */
  removeBlob(digest: Digest): Promise<void>;
  /** Puts bytes under a digest of a repository, whether or not they have it: a push would be refused. */
  plantBlob(repository: string, digest: Digest, bytes: Uint8Array): Promise<void>;
}

export interface DockerRegistryOptions {
  /** The `auth` section of its configuration; nobody is asked for anything without one. */
  readonly auth?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Files that its configuration names, by name; `{folder}` in a value of `auth` stands for where they lie. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Starts a registry of its own, empty; it ends and leaves nothing behind when it is disposed of. */
export async function startDockerRegistry({ auth, files = {} }: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  if (binary === undefined) throw new Error(noDockerRegistry);
  const folder = await mkdtemp(join(tmpdir(), 'docker-registry-'));
  const storage = join(folder, 'storage');
  await mkdir(storage);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const port = await findFreePort();
  const host = `127.0.0.1:${port}`;
  await writeFile(join(folder, 'config.yml'), configOf({ storage, host, auth, folder }));
  const child = spawn(binary, ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  const address = `http://${host}`;
  try {
    await waitUntilUp(address, child);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  const repositories = join(storage, 'docker/registry/v2/repositories');
  const blobFolder = (digest: Digest) => {
    const [algorithm = '', hex = ''] = digest.split(':');
    return join(storage, 'docker/registry/v2/blobs', algorithm, hex.slice(0, 2), hex);
  };
  return {
    host,
    address,
    removeBlob: (digest) => rm(blobFolder(digest), { recursive: true }),
    plantBlob: async (repository, digest, bytes) => {
      const link = join(repositories, repository, '_layers', ...digest.split(':'));
      await mkdir(link, { recursive: true });
      await mkdir(blobFolder(digest), { recursive: true });
      await writeFile(join(blobFolder(digest), 'data'), bytes);
      await writeFile(join(link, 'link'), digest);
    },
    [Symbol.asyncDispose]: async () => {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configOf(options: {
  readonly storage: string;
  readonly host: string;
  readonly folder: string;
  readonly auth: DockerRegistryOptions['auth'];
}): string {
  const auth = JSON.stringify(options.auth ?? {}).replaceAll('{folder}', options.folder);
  return `version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: ${options.storage} }, delete: { enabled: true }, maintenance: { uploadpurging: { enabled: false } } }
http: { addr: "${options.host}", secret: for-tests-only }
${options.auth ? `auth: ${auth}` : ''}
`;
}

async function waitUntilUp(address: string, child: ChildProcess): Promise<void> {
  for (let count = 0; count < 400; count++) {
    if (child.exitCode !== null) throw new Error(`docker-registry ended with ${child.exitCode}`);
    const response = await fetch(`${address}/v2/`).catch(() => undefined);
    await response?.arrayBuffer();
    if (response) return;
    await sleep(25);
  }
  throw new Error('docker-registry did not start');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

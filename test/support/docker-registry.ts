import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../../src/core/digest.ts';
import { findFreePort } from './free-port.ts';

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
  const { child, host, address } = await startOnFreePort(binary, { storage, folder, auth });
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

interface Settings {
  readonly storage: string;
  readonly folder: string;
  readonly auth: DockerRegistryOptions['auth'];
}

/** Between finding a free port and listening on it, somebody else may take it. */
async function startOnFreePort(program: string, settings: Settings) {
  for (let count = 0; count < 5; count++) {
    const host = `127.0.0.1:${await findFreePort()}`;
    const address = `http://${host}`;
    const mark = randomUUID();
    await writeFile(join(settings.folder, 'config.yml'), configOf({ ...settings, host, mark }));
    const child = spawn(program, ['serve', join(settings.folder, 'config.yml')], { stdio: 'ignore' });
    if (await isUp(address, mark, child)) return { child, host, address };
    await end(child);
  }
  throw new Error('docker-registry did not start');
}

function configOf({
  storage,
  host,
  mark,
  folder,
  auth,
}: Settings & { readonly host: string; readonly mark: string }): string {
  return `version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: ${storage} }, delete: { enabled: true }, maintenance: { uploadpurging: { enabled: false } } }
http: { addr: "${host}", secret: for-tests-only, headers: { X-Mark: ["${mark}"] } }
${auth ? `auth: ${JSON.stringify(auth).replaceAll('{folder}', folder)}` : ''}
`;
}

/** Waits until the registry that was just started answers, and not another one. */
async function isUp(address: string, mark: string, child: ChildProcess): Promise<boolean> {
  for (let count = 0; count < 400 && child.exitCode === null; count++) {
    const response = await fetch(`${address}/v2/`).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.headers.get('x-mark') === mark) return true;
    await sleep(25);
  }
  return false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request as forward } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import type { createKeyPair } from '../builders/component-version.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { findFreePort } from '../support/free-port.ts';
import { type AskGitea, createAskGitea } from '../support/gitea-accounts.ts';
import { type RunningGitea, startGitea } from '../support/gitea-server.ts';
import { replayArchive } from '../support/replay-archive.ts';
import { type Serving, startServing } from '../support/served-world.ts';
import { createDelivery } from './delivery.ts';
import { createWorld, registry } from './world.ts';

const execute = promisify(execFile);
const secret = 'what-signs-the-webhooks-of-the-bench-0123456789';

/** Many applications, all installed, on a real Gitea, with docker-registry as their registry. */
export interface ForgeWorld extends AsyncDisposable {
  readonly folder: string;
  readonly variables: NodeJS.ProcessEnv;
  readonly gitea: RunningGitea;
  readonly ask: AskGitea;
  readonly below: string;
  readonly applications: number;
  /** Puts one more version of an application's component into the registry. */
  deliver(index: number, version: string): Promise<void>;
  /** Path of an application's component repository in the registry. */
  repositoryOf(index: number): string;
  serve(): Promise<Serving>;
  /** Posts what a sender would, signed. */
  post(path: string, headers: Readonly<Record<string, string>>, body: string): Promise<Response>;
  /** @returns When the forge gave its last answer to such a request, as `performance.now()` has it. */
  answeredAt(method: string, path: RegExp): number;
  /** @returns What the forge is asked while this is done. */
  countRequests(work: () => Promise<unknown>): Promise<number>;
  /** Runs git in a clone of the applications repository. */
  git(...words: readonly string[]): Promise<string>;
  readonly clone: string;
}

export async function createForgeWorld(binary: string, applications: number): Promise<ForgeWorld> {
  const stack = new AsyncDisposableStack();
  const gitea = stack.use(await startGitea(binary, process.env));
  const docker = stack.use(await startDockerRegistry());
  const local = stack.use(await createWorld(applications, ['v1.0.0']));
  const proxy = stack.use(await startProxy(gitea.server.url));
  const { owner, tokens } = gitea.server;
  const ask = createAskGitea(gitea.server);
  await ask('admin', 'POST', `/orgs/${owner}/repos`, { name: 'fleet', default_branch: 'main' });
  const remote = `http://admin:${tokens.admin}@${new URL(gitea.server.url).host}/${owner}/fleet.git`;
  await execute('git', ['push', '-q', remote, 'main'], { cwd: join(local.folder, 'applications.git') });
  const clone = join(local.folder, 'clone');
  await execute('git', ['clone', '-q', remote, clone]);
  const target = { address: docker.address };
  await replayArchive(target, local.archive, { basePath: 'consumer' });
  const port = await findFreePort();
  await writeFile(join(local.folder, 'consignee.yaml'), config({ proxy: proxy.address, owner, docker, port }));
  const variables = { ...process.env, FORGE_TOKEN: tokens.bot, HOOK_SECRET: secret };
  return {
    folder: local.folder,
    ...{ variables, gitea, ask, applications, clone },
    below: `/repos/${owner}/fleet`,
    deliver: (index, version) => deliver(local, { index, version, target }),
    repositoryOf: (index) => `consumer/component-descriptors/example.org/bench/${nameOf(index)}`,
    serve: () => startServing(local.folder, variables),
    post: (path, headers, body) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      }),
    answeredAt(method, path) {
      const found = proxy.answers.findLast((it) => it.method === method && path.test(it.path));
      if (!found) throw new Error(`the forge was not asked ${method} ${path}`);
      return found.at;
    },
    async countRequests(work) {
      const before = proxy.count();
      await work();
      return proxy.count() - before;
    },
    git: async (...words) => (await execute('git', words, { cwd: clone })).stdout,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const nameOf = (index: number) => `app-${`${index}`.padStart(4, '0')}`;

export const signatureOf = (body: string) => createHmac('sha256', secret).update(body).digest('hex');

interface Delivery {
  readonly index: number;
  readonly version: string;
  readonly target: Pick<DockerRegistry, 'address'>;
}

async function deliver(
  { keys }: { readonly keys: ReturnType<typeof createKeyPair> },
  { index, version, target }: Delivery,
) {
  const folder = await mkdtemp(join(tmpdir(), 'consignee-bench-delivery-'));
  const archive = join(folder, 'one.ctf');
  await createArchiveWriter().add(archive, await createDelivery(`example.org/bench/${nameOf(index)}`, version, keys));
  await replayArchive(target, archive, { basePath: 'consumer' });
  await rm(folder, { recursive: true });
}

interface Config {
  readonly proxy: string;
  readonly owner: string;
  readonly docker: DockerRegistry;
  readonly port: number;
}

function config({ proxy, owner, docker, port }: Config): string {
  return `applicationsRepositories:
  fleet: { url: "${proxy}/${owner}/fleet.git", forge: gitea }
forges:
  gitea: { type: gitea, url: "${proxy}", credentials: { token: env:FORGE_TOKEN }, webhookSecrets: [env:HOOK_SECRET] }
registries:
  ${registry}: { address: "${docker.address}", insecureHttp: true, webhookSecrets: [env:HOOK_SECRET] }
listen: { hooks: "127.0.0.1:${port}" }
polling: 1h
`;
}

/** Stands before the forge and counts. It adds less than a millisecond to a request. */
async function startProxy(to: string) {
  let count = 0;
  const answers: { readonly method: string; readonly path: string; readonly at: number }[] = [];
  const { hostname, port } = new URL(to);
  const server = createServer((incoming, outgoing) => {
    count += 1;
    const { method, url: path, headers } = incoming;
    const sent = forward({ hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.once('end', () => answers.push({ method: method ?? '', path: path ?? '', at: performance.now() }));
    });
    sent.on('error', () => outgoing.destroy());
    incoming.pipe(sent);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('there is no free port');
  return {
    address: `http://127.0.0.1:${address.port}`,
    count: () => count,
    answers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

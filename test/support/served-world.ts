import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { digestOf } from '../../src/core/digest.ts';
import type { PublishedVersion } from '../../src/ports/archive-writer.ts';
import { createKeyPair, type KeyPair } from '../builders/component-version.ts';
import { podinfoVersion } from '../builders/podinfo-version.ts';
import { findFreePort } from './free-port.ts';
import { type AskGitea, createAskGitea, type GiteaPlace } from './gitea-accounts.ts';
import type { GiteaServer } from './gitea-worlds.ts';

const program = fileURLToPath(new URL('../../bin/consignee.js', import.meta.url));
const execute = promisify(execFile);
const webhookSecret = 'a-secret-that-only-this-test-knows-0123456789';

/**
 * An applications repository on a Gitea server, whose own package registry is the consumer's registry, and a folder with a server
 * configuration: what an operator has before the first pass.
 */
export interface ServedWorld extends AsyncDisposable {
  readonly folder: string;
  readonly place: GiteaPlace;
  readonly ask: AskGitea;
  readonly keys: KeyPair;
  /** Below the API: `/repos/<owner>/<name>`. */
  readonly below: string;
  /** Components are called `example.org/<name>`. */
  publish(name: string, version: string): Promise<void>;
  /** Has the registry tell the bot what arrives there. */
  hookRegistry(): Promise<void>;
  /** Runs the command line in the folder. @returns What it printed. */
  consignee(...words: readonly string[]): Promise<string>;
  /** Starts `consignee serve`. @returns Once it listens and has looked at everything. */
  serve(): Promise<Serving>;
  /** The variables of the operator's environment. */
  readonly variables: NodeJS.ProcessEnv;
}

export interface Serving extends AsyncDisposable {
  readonly process: ChildProcess;
  /** What it logged so far. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** @returns The first event of this name after the first `from` ones, once it is there. */
  event(name: string, from?: number): Promise<Readonly<Record<string, unknown>>>;
}

interface Options {
  /** Lines of `consignee.yaml` beside the usual ones. */
  readonly more?: string;
}

let made = 0;

export async function createServedWorld(server: GiteaServer, { more = '' }: Options = {}): Promise<ServedWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'consignee-served-'));
  const ask = createAskGitea(server);
  made += 1;
  const repository = `s${process.pid}-${Date.now().toString(36)}-${made}`;
  const place = { ...server, repository };
  const { url, owner, tokens } = server;
  await ask('admin', 'POST', `/orgs/${owner}/repos`, { name: repository, auto_init: true, default_branch: 'main' });
  const port = await findFreePort();
  const host = new URL(url).host;
  await writeFile(join(folder, 'consignee.yaml'), serverConfig({ url, owner, repository, host, port, more }));
  const below = `/repos/${owner}/${repository}`;
  const keys = createKeyPair();
  await writeFile(join(folder, 'release.pub'), keys.publicKey);
  const variables: NodeJS.ProcessEnv = {
    ...process.env,
    FORGE_TOKEN: tokens.bot,
    ADMIN_TOKEN: tokens.admin,
    HOOK_SECRET: webhookSecret,
  };
  return {
    ...{ folder, place, ask, keys, below, variables },
    publish: (name, version) => push(server, podinfoVersion(version, { name: `example.org/${name}` }, keys)),
    async hookRegistry() {
      const to = `http://127.0.0.1:${port}/hooks/registry/${encodeURIComponent(host)}`;
      const config = { url: to, content_type: 'json', secret: webhookSecret };
      await ask('admin', 'POST', `/orgs/${owner}/hooks`, { type: 'gitea', active: true, events: ['package'], config });
    },
    async consignee(...words) {
      const { NODE_OPTIONS: _, NODE_COMPILE_CACHE: __, ...env } = variables;
      return (await execute(process.execPath, [program, ...words], { cwd: folder, env })).stdout;
    },
    serve: () => startServing(folder, variables),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

interface Configuration {
  readonly url: string;
  readonly owner: string;
  readonly repository: string;
  readonly host: string;
  readonly port: number;
  readonly more: string;
}

function serverConfig({ url, owner, repository, host, port, more }: Configuration): string {
  return `applicationsRepositories:
  fleet: { url: "${url}/${owner}/${repository}.git", forge: gitea }
forges:
  gitea: { type: gitea, url: "${url}", credentials: { token: env:FORGE_TOKEN }, webhookSecrets: [env:HOOK_SECRET] }
registries:
  ${host}:
    insecureHttp: true
    credentials: { username: harbourmaster, password: env:ADMIN_TOKEN }
    webhookSecrets: [env:HOOK_SECRET]
listen: { hooks: "127.0.0.1:${port}" }
publicUrl: http://127.0.0.1:${port}
polling: 1h
${more}`;
}

/** Gitea takes a token as anybody's password. */
async function push({ url, owner, tokens }: GiteaServer, version: PublishedVersion): Promise<void> {
  const authorization = `Basic ${Buffer.from(`harbourmaster:${tokens.admin}`).toString('base64')}`;
  const base = `${url}/v2/${owner}/component-descriptors/${version.component}`;
  const send = async (method: string, address: string, body: Uint8Array | undefined, type: string) => {
    const headers = { authorization, 'content-type': type };
    const answer = await fetch(address, { method, headers, ...(body && { body: Buffer.from(body) }) });
    if (!answer.ok) throw new Error(`${method} ${address}: ${answer.status} ${await answer.text()}`);
  };
  for (const blob of version.blobs)
    await send('POST', `${base}/blobs/uploads/?digest=${digestOf(blob)}`, blob, 'application/octet-stream');
  const { mediaType } = JSON.parse(Buffer.from(version.manifest).toString());
  await send('PUT', `${base}/manifests/${version.tag}`, version.manifest, mediaType);
}

/** As the first line of the program has them. */
const flags = ['--max-semi-space-size=4'];
const allocation = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536' };

/** Starts `consignee serve` in a folder with a `consignee.yaml`. */
export async function startServing(folder: string, variables: NodeJS.ProcessEnv): Promise<Serving> {
  // The tests' own compile cache and options are not the operator's.
  const { NODE_OPTIONS: _, NODE_COMPILE_CACHE: __, ...env } = variables;
  const child = spawn(process.execPath, [...flags, program, 'serve'], {
    cwd: folder,
    env: { ...allocation, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log: Readonly<Record<string, unknown>>[] = [];
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    log.push(...lines.map(parseLine));
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const event: Serving['event'] = async (name, from = 0) => {
    for (const end = Date.now() + 30_000; Date.now() < end; await pause(10)) {
      const found = log.slice(from).find((it) => it.event === name);
      if (found) return found;
      if (child.exitCode !== null) break;
    }
    throw new Error(`there was no ${name}:\n${log.map((it) => JSON.stringify(it)).join('\n')}\n${rest}`);
  };
  const serving = {
    ...{ process: child, log, event },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
  await event('pass.ended').catch(async (error: unknown) => {
    await serving[Symbol.asyncDispose]();
    throw error;
  });
  return serving;
}

function parseLine(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line);
  } catch {
    return { event: 'not-json', line };
  }
}

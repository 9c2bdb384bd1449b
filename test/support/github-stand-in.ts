import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { json } from 'node:stream/consumers';
import { createGitWorld, type GitWorld } from './git-world.ts';
import { actorOf, appRoutes, type InstalledApp } from './github-app-routes.ts';
import { gitHubDescription, type Json } from './github-description.ts';
import { issueRoutes } from './github-issue-routes.ts';
import { checkRoutes, hookRoutes, peopleRoutes } from './github-other-routes.ts';
import { pullRoutes } from './github-pull-routes.ts';
import { type Answer, type Handler, notFound, type Routes, refuse } from './github-routes.ts';
import { type Account, addAccount, createGitHubState, type GitHubState } from './github-state.ts';
import { noticePushes } from './github-sync.ts';

/** What a request meets instead of an answer, or, with `done`, after it was carried out. */
export interface Fault {
  /** Method and the end of the path: `POST /pulls`. */
  readonly on: string;
  /** Without it the connection breaks. */
  readonly answer?: Answer;
  /** Nothing is answered. */
  readonly silent?: true;
  /** The answer breaks off in the middle. */
  readonly torn?: true;
  readonly done?: true;
  /** No fault at all: something that happens after the request was carried out, before the next one. */
  readonly meanwhile?: () => void;
  /** How often; once unless said otherwise. */
  times?: number;
}

/**
 * GitHub Enterprise with one repository: its API as GitHub describes it, over a bare repository on disk. Each request and each answer is
 * held against the description; at the end of the world what did not fit is an error.
 */
export interface GitHubStandIn extends AsyncDisposable {
  readonly world: GitWorld;
  readonly state: GitHubState;
  /** As people open it. */
  readonly address: string;
  readonly bot: Account;
  readonly token: string;
  /** Who pushes to the repository. */
  readonly pusher: Account;
  /** Method and path below the API of all requests, in order. */
  readonly requests: string[];
  readonly faults: Fault[];
  /** Has an effect of somebody's pushes noticed, which is his from then on. */
  notice(by: Account): Promise<void>;
  /** Has an App installed, which then is the bot. */
  install(app: Omit<InstalledApp, 'account'>): Account;
}

export async function startGitHub(): Promise<GitHubStandIn> {
  const world = await createGitWorld();
  const state = createGitHubState(world);
  const bot = addAccount(state, 'consignee-bot');
  const pusher = addAccount(state, 'pat');
  const token = 'ghp_test';
  state.tokens.set(token, bot);
  const running: Running = {
    state,
    pusher,
    requests: [],
    faults: [],
    violations: [],
    app: undefined,
    last: Promise.resolve(),
  };
  const server = createServer((request, response) => {
    serve(request, response, running).catch((error: unknown) => {
      running.violations.push(String(error));
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${portOf(server.address())}`;
  await noticePushes(state, pusher);
  return {
    ...{ world, state, bot, token, pusher, address: state.url },
    requests: running.requests,
    faults: running.faults,
    notice: (by) => takeTurn(running, () => noticePushes(state, by)),
    install(app) {
      const account = addAccount(state, `${app.slug}[bot]`, 'Bot');
      running.app = { ...app, account };
      return account;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await world[Symbol.asyncDispose]();
      if (running.violations.length > 0) throw new Error(running.violations.join('\n'));
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the stand-in has no port');
  return address.port;
}

interface Running {
  readonly state: GitHubState;
  readonly pusher: Account;
  readonly requests: string[];
  readonly faults: Fault[];
  readonly violations: string[];
  app: InstalledApp | undefined;
  /** Requests are carried out one after the other. */
  last: Promise<unknown>;
}

const apiPath = '/api/v3';

async function serve(request: IncomingMessage, response: ServerResponse, running: Running): Promise<void> {
  const url = new URL(request.url ?? '', running.state.url);
  if (!url.pathname.startsWith(apiPath)) return serveGit(request, response, url, running);
  const path = url.pathname.slice(apiPath.length);
  const method = request.method ?? '';
  running.requests.push(`${method} ${path}`);
  const body = method === 'GET' ? undefined : await json(request).catch(() => undefined);
  const taken = takeFault(running.faults, `${method} ${path}`);
  const fault = taken?.meanwhile ? undefined : taken;
  const answer =
    fault && !fault.done
      ? undefined
      : await takeTurn(running, () => answerFor({ method, path, url, body, request }, running));
  taken?.meanwhile?.();
  if (fault?.silent) return;
  const sent = fault ? fault.answer : answer;
  if (!sent) return void response.destroy();
  const text = sent.body === undefined ? '' : typeof sent.body === 'string' ? sent.body : JSON.stringify(sent.body);
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) };
  response.writeHead(sent.status, { ...headers, ...sent.headers });
  if (!fault?.torn) return void response.end(text);
  response.write(text.slice(0, text.length / 2));
  response.destroy();
}

function takeTurn<Result>(running: Running, task: () => Promise<Result>): Promise<Result> {
  const work = running.last.then(task);
  running.last = work.catch(() => undefined);
  return work;
}

function takeFault(faults: Fault[], request: string): Fault | undefined {
  const [method, end] = [request.split(' ')[0], request.split(' ')[1] ?? ''];
  const fault = faults.find(({ on }) => on.split(' ')[0] === method && end.endsWith(on.split(' ')[1] ?? ''));
  if (!fault) return undefined;
  fault.times = (fault.times ?? 1) - 1;
  if (fault.times <= 0) faults.splice(faults.indexOf(fault), 1);
  return fault;
}

interface Received {
  readonly method: string;
  readonly path: string;
  readonly url: URL;
  readonly body: unknown;
  readonly request: IncomingMessage;
}

async function answerFor({ method, path, url, body, request }: Received, running: Running): Promise<Answer> {
  const { state, violations, app, pusher } = running;
  const actor = actorOf(request.headers.authorization, state, app);
  if (!actor) return refuse(401, 'Bad credentials');
  const found = findRoute(method, path, { ...routes, ...(app && appRoutes(app)) });
  if (!found) {
    violations.push(`${method} ${path} is not there`);
    return notFound;
  }
  const operation = gitHubDescription().operation(found.name);
  const { owner = state.owner, repo = state.name } = found.parameters;
  if (owner !== state.owner || repo !== state.name) return notFound;
  violations.push(...operation.checkRequest({ query: url.searchParams, body }));
  await noticePushes(state, pusher);
  const at = (name: string) => (name === '' ? url.pathname : (found.parameters[name] ?? ''));
  const json: Json = typeof body === 'object' && body !== null ? Object.fromEntries(Object.entries(body)) : {};
  const answer = await found.handler({ state, actor, path: at, query: url.searchParams, body: json });
  violations.push(...operation.checkAnswer({ status: answer.status, body: answer.body }));
  return answer;
}

const routes: Routes = { ...pullRoutes, ...issueRoutes, ...peopleRoutes, ...checkRoutes, ...hookRoutes };

function findRoute(method: string, path: string, all: Routes) {
  for (const [name, handler] of Object.entries(all) as readonly (readonly [string, Handler])[]) {
    const [verb, template = ''] = name.split(' ');
    if (verb !== method) continue;
    const pattern = new RegExp(
      `^${template.replaceAll(/\{(\w+_(?:number|id))\}/g, '(?<$1>\\d+)').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`,
    );
    const match = pattern.exec(path);
    if (!match) continue;
    const parameters = Object.entries(match.groups ?? {}).map(([key, value]) => [key, decodeURIComponent(value)]);
    return { name, handler, parameters: Object.fromEntries(parameters) as Readonly<Record<string, string>> };
  }
  return undefined;
}

/** Git over HTTP, by git's own program; the password is a token, whatever the user is called. */
function serveGit(request: IncomingMessage, response: ServerResponse, url: URL, { state }: Running): void {
  const [, password = ''] = Buffer.from(request.headers.authorization?.split(' ')[1] ?? '', 'base64')
    .toString()
    .split(':');
  if (!state.tokens.has(password)) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end();
    return;
  }
  const inside = url.pathname.replace(`/${state.owner}/${state.name}.git`, '/applications.git');
  const child = spawn('git', ['-c', 'http.receivepack=true', 'http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: dirname(state.world.bare),
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: state.tokens.get(password)?.login,
      PATH_INFO: inside,
      QUERY_STRING: url.searchParams.toString(),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'],
      ...(request.headers['content-encoding'] && { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] }),
      ...(request.headers['git-protocol'] && { GIT_PROTOCOL: String(request.headers['git-protocol']) }),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  answerByGit(child.stdout, response);
}

function answerByGit(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head: Buffer | undefined = Buffer.alloc(0);
  output.on('data', (chunk: Buffer) => {
    if (head === undefined) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    const lines = head.subarray(0, end).toString().split('\r\n');
    const headers = lines.map((line): [string, string] => [line.split(': ')[0] ?? '', line.split(': ')[1] ?? '']);
    const status = headers.find(([name]) => name === 'Status')?.[1];
    response.writeHead(
      Number(status?.split(' ')[0] ?? 200),
      Object.fromEntries(headers.filter(([name]) => name !== 'Status')),
    );
    response.write(head.subarray(end + 4));
    head = undefined;
  });
  output.on('end', () => response.end());
}

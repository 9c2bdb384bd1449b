import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { noticeBranches } from './gitea-stand-in-branches.ts';
import { commitRoutes } from './gitea-stand-in-commits.ts';
import { createDeliveries, type Deliveries } from './gitea-stand-in-deliveries.ts';
import { createGiteaFaults, type GiteaFaults, happensFirst, showFault } from './gitea-stand-in-faults.ts';
import { createStandInGit, serveGit } from './gitea-stand-in-git.ts';
import { hookRoutes } from './gitea-stand-in-hooks.ts';
import { issueRoutes } from './gitea-stand-in-issues.ts';
import { pullRoutes } from './gitea-stand-in-pulls.ts';
import { repositoryRoutes } from './gitea-stand-in-repository.ts';
import {
  type Answer,
  authenticate,
  type Call,
  notFound,
  type Route,
  readBody,
  refuse,
} from './gitea-stand-in-routes.ts';
import { siteRoutes } from './gitea-stand-in-site.ts';
import { type Account, createState, type GiteaState } from './gitea-stand-in-state.ts';

/**
 * A server that behaves like Gitea in what the adapter uses of it: the API in memory, git by git itself. Its answers are compared with
 * recorded ones, and the contract that the adapter keeps on it is the one that it keeps on a real Gitea.
 */
export interface GiteaStandIn extends AsyncDisposable {
  readonly url: string;
  readonly state: GiteaState;
  readonly faults: GiteaFaults;
  readonly deliveries: Deliveries;
  /** Every request in the order of arrival, git's as well: `POST /api/v1/…`. */
  readonly requests: readonly string[];
  /** What was ever made, whether it still stands or not. */
  counts(): {
    readonly pullRequests: number;
    readonly issues: number;
    readonly comments: number;
    readonly merges: number;
  };
  /** Takes in what was written into the bare repository past the server, as a push by this account. */
  notice(by: Account): Promise<void>;
  /** Sets the clock on. */
  advance(seconds: number): void;
}

export async function startGiteaStandIn(bare: string): Promise<GiteaStandIn> {
  let ahead = 0;
  const state = createState(() => new Date(Date.now() + ahead));
  const [git, deliveries, faults] = [createStandInGit(bare), createDeliveries(state), createGiteaFaults()];
  const requests: string[] = [];
  const made = { comments: 0, merges: 0 };
  // Two writers who end at once are taken in one after the other, each with what is there by then.
  let noticing: Promise<void> = Promise.resolve();
  const notice = (by: Account) => {
    noticing = noticing.then(() => noticeBranches({ state, git, deliveries }, by));
    return noticing;
  };
  for (const [name, sha] of await git.readBranches()) state.branches.set(name, sha);

  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const fault = faults.strike(request.method ?? '', request.url ?? '');
    if (fault && !happensFirst(fault)) {
      showFault(fault, response);
      return;
    }
    const url = new URL(request.url ?? '/', state.url);
    const account = authenticate(state, request.headers.authorization);
    const rest = url.pathname.match(/^\/[^/]+\/[^/]+?\.git(\/.*)$/)?.[1];
    const given = rest
      ? await answerGit({ request, response, rest, query: url.search.slice(1) }, account)
      : await answerApi(request, url, account);
    if (fault) showFault(fault, response);
    else response.writeHead(given.status, given.headers).end(given.body);
  }

  async function answerGit(asked: Parameters<typeof serveGit>[1], account: ReturnType<typeof authenticate>) {
    const writes = `${asked.rest}?${asked.query}`.includes('git-receive-pack');
    const known = account === 'anonymous' ? undefined : account;
    const challenge = { 'www-authenticate': 'Basic realm="Gitea"' };
    if (!known && (writes || account !== 'anonymous')) return { status: 401, headers: challenge, body: 'Unauthorized' };
    if (writes && known?.right === 'read')
      return { status: 403, headers: {}, body: 'User permission denied for writing.\n' };
    const given = await serveGit(bare, asked, known);
    if (known && asked.rest === '/git-receive-pack') await notice(known);
    return given;
  }

  async function answerApi(request: IncomingMessage, url: URL, account: ReturnType<typeof authenticate>) {
    const found = await route(request, url, account);
    if (request.method === 'POST' && found.status === 201 && /\/comments$/.test(url.pathname)) made.comments += 1;
    if (request.method === 'POST' && found.status === 200 && /\/merge$/.test(url.pathname)) made.merges += 1;
    const body = found.body === undefined ? '' : JSON.stringify(found.body);
    const type = found.body === undefined ? {} : { 'content-type': 'application/json;charset=utf-8' };
    return { status: found.status, headers: { ...type, ...found.headers }, body };
  }

  async function route(request: IncomingMessage, url: URL, account: ReturnType<typeof authenticate>): Promise<Answer> {
    if (account === 'anonymous') return refuse({ state }, 401, 'token is required');
    if (!account) return refuse({ state }, 401, 'user does not exist [uid: 0, name: ]');
    const found = findRoute(state, request.method ?? '', url.pathname);
    if (!found) return notFound({ state });
    if (lacks(account, found.route)) {
      return found.route.refusal === undefined ? { status: 403 } : refuse({ state }, 403, found.route.refusal);
    }
    const body = await readBody(request);
    const call: Call = { state, git, deliveries, account, params: found.params, query: url.searchParams, body, notice };
    return found.route.answer(call);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  state.url = `http://127.0.0.1:${address.port}`;
  return {
    url: state.url,
    state,
    faults,
    deliveries,
    requests,
    notice,
    counts: () => {
      const pullRequests = [...state.issues.values()].filter(({ pull }) => pull).length;
      return { ...made, pullRequests, issues: state.issues.size - pullRequests };
    },
    advance: (seconds) => {
      ahead += seconds * 1000;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([noticing, deliveries.settled()]);
    },
  };
}

const lacks = ({ right }: Account, route: Route): boolean =>
  (route.right === 'admin' && right !== 'admin') || (route.right === 'write' && right === 'read');

const inRepository = [...repositoryRoutes, ...pullRoutes, ...issueRoutes, ...hookRoutes, ...commitRoutes];

function findRoute({ owner, repository }: GiteaState, method: string, pathname: string) {
  const prefix = `/api/v1/repos/${owner}/${repository}`;
  const below = pathname === prefix || pathname.startsWith(`${prefix}/`);
  const rest = pathname.slice(below ? prefix.length : '/api/v1'.length);
  for (const route of below ? inRepository : siteRoutes) {
    const match = route.method === method ? rest.match(route.path) : null;
    if (match) return { route, params: match.slice(1).map((it) => decodeURIComponent(it)) };
  }
  return undefined;
}

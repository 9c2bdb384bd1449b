import { setTimeout as pause } from 'node:timers/promises';
import type { Actor } from '../../src/core/pull-request/actor.ts';
import type { ForgeAccounts, Role } from '../contract/forge-world.ts';

/** One repository on a Gitea server, real or not, with the tokens of its people. */
export interface GiteaPlace {
  readonly url: string;
  readonly owner: string;
  readonly repository: string;
  readonly tokens: Readonly<Record<Role | 'admin' | 'bot', string>>;
  readonly teams: ForgeAccounts['teams'];
}

/** Asks the API as one of the people, and fails on what it refuses. */
export type AskGitea = (
  by: keyof GiteaPlace['tokens'],
  method: string,
  path: string,
  body?: object,
) => Promise<Readonly<Record<string, unknown>>>;

export function createAskGitea({ url, tokens }: Pick<GiteaPlace, 'url' | 'tokens'>): AskGitea {
  return async (by, method, path, body) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `token ${tokens[by]}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  };
}

const events = { approved: 'APPROVED', 'changes-requested': 'REQUEST_CHANGES', commented: 'COMMENT' } as const;

/**
 * The people of a world, each with an own account.
 *
 * @param nextSecond Passes when the server's clock shows a later second than when it was called.
 */
export async function openAccounts(place: GiteaPlace, nextSecond: () => Promise<void>): Promise<ForgeAccounts> {
  const ask = createAskGitea(place);
  const below = `/repos/${place.owner}/${place.repository}`;
  const actorOf = async (by: Role | 'admin'): Promise<Actor> => {
    const { id, login } = await ask(by, 'GET', '/user');
    return { id: String(id), name: String(login) };
  };
  const [maintainer, stranger, admin] = await Promise.all([
    actorOf('maintainer'),
    actorOf('stranger'),
    actorOf('admin'),
  ]);
  const readPull = (number: number) => ask('maintainer', 'GET', `${below}/pulls/${number}`);
  return {
    actors: { maintainer, stranger, admin },
    teams: place.teams,
    async comment(by, number, body) {
      return String((await ask(by, 'POST', `${below}/issues/${number}/comments`, { body })).id);
    },
    async editComment(by, id, body) {
      await nextSecond();
      await ask(by, 'PATCH', `${below}/issues/comments/${id}`, { body });
    },
    async deleteComment(by, id) {
      await ask(by, 'DELETE', `${below}/issues/comments/${id}`);
    },
    async openPullRequest(by, request) {
      return Number((await ask(by, 'POST', `${below}/pulls`, request)).number);
    },
    async edit(by, number, change) {
      await ask(by, 'PATCH', `${below}/pulls/${number}`, change);
    },
    async label(by, number, name) {
      await ask(by, 'POST', `${below}/labels`, { name, color: '#123456' });
      await ask(by, 'POST', `${below}/issues/${number}/labels`, { labels: [name] });
    },
    async merge(by, number) {
      const merge = () => ask(by, 'POST', `${below}/pulls/${number}/merge`, { Do: 'merge' });
      await until(async () => merge().then(() => true, isBusy));
    },
    async deleteBranch(by, name) {
      await ask(by, 'DELETE', `${below}/branches/${encodeURIComponent(name)}`);
      const open = await ask(by, 'GET', `${below}/pulls?state=open`);
      const numbers = Object.values(open).flatMap((it) => numberFrom(it, name));
      await until(async () => (await Promise.all(numbers.map(readPull))).every(({ state }) => state === 'closed'));
    },
    async review(by, number, verdict) {
      await ask(by, 'POST', `${below}/pulls/${number}/reviews`, { event: events[verdict], body: 'A word.' });
    },
    async setStatus(by, sha, status) {
      await ask(by, 'POST', `${below}/statuses/${sha}`, { ...status, description: 'By hand' });
    },
    async openIssue(by, issue) {
      return Number((await ask(by, 'POST', `${below}/issues`, issue)).number);
    },
    async readBody(number) {
      return String((await ask('maintainer', 'GET', `${below}/issues/${number}`)).body);
    },
    async protect({ contexts, approvals = 0, dismissStale = false }) {
      await ask('admin', 'POST', `${below}/branch_protections`, {
        rule_name: 'main',
        enable_push: true,
        enable_status_check: contexts !== undefined,
        status_check_contexts: contexts ?? [],
        required_approvals: approvals,
        dismiss_stale_approvals: dismissStale,
      });
    },
  };
}

function numberFrom(pull: unknown, head: string): readonly number[] {
  if (typeof pull !== 'object' || pull === null || !('head' in pull) || !('number' in pull)) return [];
  const label: unknown = typeof pull.head === 'object' && pull.head !== null && 'label' in pull.head && pull.head.label;
  return label === head ? [Number(pull.number)] : [];
}

/** A server works some things out after it has answered: it says so, or one has to look again. */
function isBusy(error: unknown): false {
  if (error instanceof Error && /: 405 .*try again later/i.test(error.message)) return false;
  throw error;
}

const patience = 20_000;

/** Looks until it is so. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + patience;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('what was waited for did not happen');
    await pause(50);
  }
}

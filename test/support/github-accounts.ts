import type { ForgeAccounts, Role } from '../contract/forge-world.ts';
import type { GitHubStandIn } from './github-stand-in.ts';
import { type Account, addAccount, type Item, type Pull } from './github-state.ts';

const states = { approved: 'APPROVED', 'changes-requested': 'CHANGES_REQUESTED', commented: 'COMMENTED' } as const;

/** People with accounts, who do what people do: by the API where the bot uses it too, otherwise as on the page. */
export function createAccounts(gitHub: GitHubStandIn): ForgeAccounts {
  const { state, bot } = gitHub;
  const make = (login: string, permission: string): Account => {
    const account = addAccount(state, login);
    state.tokens.set(`ghp_${login}`, account);
    state.permissions.set(account.id, { permission, role_name: permission });
    return account;
  };
  const people = { maintainer: make('mara', 'write'), stranger: make('sven', 'read'), admin: make('ada', 'admin') };
  state.permissions.set(bot.id, { permission: 'write', role_name: 'write' });
  state.teams.set(`${state.owner}/release-managers`, new Map([[bot.id, 'active']]));
  const ask = createAsk(gitHub, people);
  const path = `/repos/${state.owner}/${state.name}`;
  return {
    actors: {
      maintainer: actorOf(people.maintainer),
      stranger: actorOf(people.stranger),
      admin: actorOf(people.admin),
    },
    teams: { own: `${state.owner}/release-managers`, foreign: `${state.owner}/secret` },
    comment: async (by, number, body) => String((await ask(by, `POST ${path}/issues/${number}/comments`, { body })).id),
    editComment: async (by, id, body) => void (await ask(by, `PATCH ${path}/issues/comments/${id}`, { body })),
    deleteComment: async (by, id) => void (await ask(by, `DELETE ${path}/issues/comments/${id}`)),
    async openPullRequest(by, request) {
      const draft = request.title.startsWith('WIP:');
      return Number((await ask(by, `POST ${path}/pulls`, { ...request, draft })).number);
    },
    async edit(by, number, change) {
      await ask(by, `PATCH ${path}/pulls/${number}`, change);
      const { item, pull } = findPull(gitHub, number);
      pull.draft = item.title.startsWith('WIP:');
    },
    label: async (by, number, name) => void (await ask(by, `POST ${path}/issues/${number}/labels`, { labels: [name] })),
    merge: async (by, number) => void (await ask(by, `PUT ${path}/pulls/${number}/merge`, { merge_method: 'merge' })),
    async deleteBranch(by, name) {
      await gitHub.world.person.deleteBranch(name);
      await gitHub.notice(people[by]);
    },
    async review(by, number, verdict) {
      const { pull } = findPull(gitHub, number);
      pull.reviews.push({ id: state.nextId(), by: people[by], state: states[verdict], head: pull.headSha });
    },
    setStatus: async (by, sha, status) => void (await ask(by, `POST ${path}/statuses/${sha}`, status)),
    openIssue: async (by, issue) => Number((await ask(by, `POST ${path}/issues`, issue)).number),
    readBody: async (number) => state.items.find((it) => it.number === number)?.body ?? '',
    async protect(rule) {
      state.protection = rule;
    },
  };
}

const actorOf = ({ id, login }: Account) => ({ id: String(id), name: login });

function findPull({ state }: GitHubStandIn, number: number): { readonly item: Item; readonly pull: Pull } {
  const item = state.items.find((it) => it.number === number);
  if (!item?.pull) throw new Error(`there is no pull request ${number}`);
  return { item, pull: item.pull };
}

/** Sends a request as somebody, and fails when it is refused. */
function createAsk({ address }: GitHubStandIn, people: Readonly<Record<Role, Account>>) {
  return async (by: Role, request: string, body?: object): Promise<Readonly<Record<string, unknown>>> => {
    const [method = '', path] = request.split(' ');
    const headers = { authorization: `Bearer ghp_${people[by].login}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(`${address}/api/v3${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${request}: ${response.status} ${text}`);
    return text === '' ? {} : Object.fromEntries(Object.entries(JSON.parse(text)));
  };
}

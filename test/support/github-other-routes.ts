import { gitHubDescription } from './github-description.ts';
import { showAccount, showHook, showRun, showStatus, showUser } from './github-json.ts';
import { type Answer, type Call, created, notFound, ok, page, type Routes, textOf } from './github-routes.ts';
import type { Account, GitHubState, StoredHook } from './github-state.ts';

const repository = '/repos/{owner}/{repo}';
const complete = (schema: string, known: Readonly<Record<string, unknown>>) =>
  gitHubDescription().complete(schema, known);

const withAccount =
  (find: (call: Call) => Account | undefined, work: (account: Account, call: Call) => Answer) => (call: Call) => {
    const account = find(call);
    return account ? work(account, call) : notFound;
  };

const byName = ({ state, path }: Call) =>
  state.accounts.find(({ login }) => login.toLowerCase() === path('username').toLowerCase());
const byNumber = ({ state, path }: Call) => state.accounts.find(({ id }) => id === Number(path('account_id')));

export const peopleRoutes: Routes = {
  'GET /user': ({ actor }) => ok(showUser(actor)),
  'GET /users/{username}': withAccount(byName, (account) => ok(showUser(account))),
  'GET /user/{account_id}': withAccount(byNumber, (account) => ok(showUser(account))),
  [`GET ${repository}/collaborators/{username}/permission`]: withAccount(byName, (account, { state }) => {
    const held = state.permissions.get(account.id) ?? { permission: 'none', role_name: '' };
    const user = complete('collaborator', { ...showAccount(account), role_name: held.role_name });
    return ok(complete('repository-collaborator-permission', { ...held, user }));
  }),
  'GET /orgs/{org}/teams/{team_slug}/memberships/{username}': withAccount(byName, ({ id }, { state, path }) => {
    const membership = state.teams.get(`${path('org')}/${path('team_slug')}`)?.get(id);
    return membership ? ok(complete('team-membership', { state: membership, role: 'member' })) : notFound;
  }),
  'GET /orgs/{org}/teams/{team_slug}': ({ state, path }) => {
    const slug = path('team_slug');
    return state.teams.has(`${path('org')}/${slug}`) ? ok(complete('team-full', { slug, name: slug })) : notFound;
  },
};

export const checkRoutes: Routes = {
  [`GET ${repository}/commits/{ref}/statuses`]: (call) => {
    const found = call.state.statuses.filter(({ sha }) => sha === call.path('ref')).reverse();
    return page(call, found.map(showStatus));
  },
  [`POST ${repository}/statuses/{sha}`]: ({ state, actor, path, body }) => {
    const status = {
      ...{ id: state.nextId(), sha: path('sha'), context: textOf(body.context), state: textOf(body.state) },
      ...{
        description: textOf(body.description),
        link: body.target_url === undefined ? null : textOf(body.target_url),
      },
      ...{ creator: actor, at: state.now() },
    };
    state.statuses.push(status);
    return created(showStatus(status));
  },
  [`GET ${repository}/commits/{ref}/check-runs`]: (call) => {
    const found = call.state.runs.filter(({ sha }) => sha === call.path('ref'));
    return page(call, found.map(showRun), (check_runs) => ({ total_count: found.length, check_runs }));
  },
};

const findHook = (hooks: (state: GitHubState) => StoredHook[]) => (call: Call) =>
  hooks(call.state).find(({ id }) => id === Number(call.path('hook_id')));
const ownHook = findHook(({ hooks }) => hooks);
const sharedHook = findHook(({ organisationHooks }) => organisationHooks);

function ping(hook: StoredHook | undefined): Answer {
  if (!hook) return notFound;
  hook.pings++;
  return { status: 204 };
}

function hookFieldsOf({ body }: Call): Pick<StoredHook, 'active' | 'events' | 'config'> {
  const config = new Map(Object.entries(body.config ?? {}));
  return {
    active: body.active === true,
    events: Array.isArray(body.events) ? body.events.map(String) : ['push'],
    config: {
      url: textOf(config.get('url')),
      content_type: textOf(config.get('content_type')),
      secret: textOf(config.get('secret')),
    },
  };
}

export const hookRoutes: Routes = {
  [`GET ${repository}/hooks`]: (call) =>
    page(
      call,
      call.state.hooks.map((it) => showHook(it, 'hook')),
    ),
  [`POST ${repository}/hooks`]: (call) => {
    const hook = { id: call.state.nextId(), pings: 0, ...hookFieldsOf(call) };
    call.state.hooks.push(hook);
    return created(showHook(hook, 'hook'));
  },
  [`PATCH ${repository}/hooks/{hook_id}`]: (call) => {
    const hook = ownHook(call);
    if (!hook) return notFound;
    Object.assign(hook, hookFieldsOf(call));
    return ok(showHook(hook, 'hook'));
  },
  [`DELETE ${repository}/hooks/{hook_id}`]: (call) => {
    const hook = ownHook(call);
    if (!hook) return notFound;
    call.state.hooks.splice(call.state.hooks.indexOf(hook), 1);
    return { status: 204 };
  },
  [`POST ${repository}/hooks/{hook_id}/pings`]: (call) => ping(ownHook(call)),
  'GET /orgs/{org}/hooks': (call) =>
    page(
      call,
      call.state.organisationHooks.map((it) => showHook(it, 'org-hook')),
    ),
  'POST /orgs/{org}/hooks/{hook_id}/pings': (call) => ping(sharedHook(call)),
};

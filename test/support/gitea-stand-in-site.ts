import { labelJson, teamJson, userJson } from './gitea-stand-in-json.ts';
import { type Answer, type Call, done, notFound, ok, page, type Route, refuse } from './gitea-stand-in-routes.ts';

/** Below `/api/v1`. */
export const siteRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/version$/, answer: () => ok({ version: '1.26.0-dev' }) },
  { method: 'GET', path: /^\/settings\/api$/, answer: () => ok(settings) },
  { method: 'GET', path: /^\/user$/, answer: ({ state, account }) => ok(userJson(state, account)) },
  { method: 'GET', path: /^\/users\/search$/, answer: searchUsers },
  { method: 'GET', path: /^\/users\/([^/]+)$/, answer: readUser },
  { method: 'GET', path: /^\/orgs\/([^/]+)\/labels$/, answer: listSharedLabels },
  { method: 'GET', path: /^\/orgs\/([^/]+)\/teams$/, answer: listTeams },
  { method: 'GET', path: /^\/orgs\/([^/]+)\/members\/([^/]+)$/, answer: readMember },
  { method: 'GET', path: /^\/teams\/(\d+)\/members$/, answer: listTeamMembers },
  { method: 'GET', path: /^\/teams\/(\d+)\/members\/([^/]+)$/, answer: readTeamMember },
];

const settings = {
  max_response_items: 50,
  default_paging_num: 30,
  default_git_trees_per_page: 1000,
  default_max_blob_size: 10_485_760,
  default_max_response_size: 104_857_600,
};

function listSharedLabels(call: Call): Answer {
  const labels = call.state.labels.filter(({ shared }) => shared);
  return page(call, `/api/v1/orgs/${call.params[0]}/labels`, labels, (it) => labelJson(call.state, it));
}

function readUser(call: Call): Answer {
  const [name] = call.params;
  const user = call.state.accounts.find(({ login }) => login === name);
  return user ? ok(userJson(call.state, user)) : refuse(call, 404, `user redirect does not exist [name: ${name}]`);
}

function searchUsers({ state, query }: Call): Answer {
  const found = state.accounts.filter(({ id }) => id === Number(query.get('uid')));
  const listed = page({ state, query }, '/api/v1/users/search', found, (it) => userJson(state, it));
  return { ...listed, body: { data: listed.body, ok: true } };
}

function listTeams(call: Call): Answer {
  const { state, params } = call;
  if (params[0] !== state.owner) return noOrganisation(call);
  return page(call, `/api/v1/orgs/${params[0]}/teams`, state.teams, teamJson);
}

function noOrganisation({ state, params }: Call): Answer {
  const errors = [`user redirect does not exist [name: ${params[0]}]`];
  return { status: 404, body: { errors, message: 'GetOrgByName', url: `${state.url}/api/swagger` } };
}

function readMember(call: Call): Answer {
  const [, login = ''] = call.params;
  return call.state.teams.some(({ members }) => members.includes(login)) ? done : notFound(call);
}

/** Teams show their members to their members only. */
function ownTeam(call: Call) {
  const { state, account, params } = call;
  const team = state.teams.find(({ id }) => id === Number(params[0]));
  if (!team) return { refused: notFound(call) };
  const allowed = account.right === 'admin' || team.members.includes(account.login);
  return allowed ? { team } : { refused: refuse(call, 403, 'Must be a team member') };
}

function listTeamMembers(call: Call): Answer {
  const { team, refused } = ownTeam(call);
  if (!team) return refused;
  const members = call.state.accounts.filter(({ login }) => team.members.includes(login));
  return page(call, `/api/v1/teams/${team.id}/members`, members, (it) => userJson(call.state, it));
}

function readTeamMember(call: Call): Answer {
  const { team, refused } = ownTeam(call);
  if (!team) return refused;
  const [, login = ''] = call.params;
  const member = call.state.accounts.find((it) => it.login === login && team.members.includes(login));
  return member ? ok(userJson(call.state, member)) : notFound(call);
}

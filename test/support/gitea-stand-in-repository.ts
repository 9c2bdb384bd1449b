import { pushedCommit, tellOfStatus } from './gitea-stand-in-events.ts';
import { labelJson, protectionJson, repositoryJson, statusJson, teamJson, userJson } from './gitea-stand-in-json.ts';
import {
  type Answer,
  type Call,
  created,
  done,
  listIn,
  notFound,
  ok,
  page,
  pathOf,
  type Route,
  refuse,
  textIn,
} from './gitea-stand-in-routes.ts';
import type { Account, GiteaLabel, GiteaStatus } from './gitea-stand-in-state.ts';

const mustWrite = 'user should have a permission to write to a repo';
const mustAdminister = 'user should be an owner or a collaborator with admin write of a repository';

/** Below `/repos/{owner}/{repo}`. */
export const repositoryRoutes: readonly Route[] = [
  { method: 'GET', path: /^$/, answer: ({ state, account }) => ok(repositoryJson(state, account)) },
  { method: 'GET', path: /^\/branches\/(.+)$/, answer: readBranch },
  { method: 'POST', path: /^\/branches$/, right: 'write', answer: createBranch },
  { method: 'DELETE', path: /^\/branches\/(.+)$/, right: 'write', answer: deleteBranch },
  { method: 'GET', path: /^\/labels$/, answer: listLabels },
  { method: 'POST', path: /^\/labels$/, right: 'write', answer: createLabel },
  { method: 'POST', path: /^\/statuses\/([^/]+)$/, right: 'write', refusal: mustWrite, answer: createStatus },
  { method: 'GET', path: /^\/statuses\/([^/]+)$/, answer: listStatuses },
  { method: 'GET', path: /^\/commits\/([^/]+)\/statuses$/, answer: listStatuses },
  { method: 'GET', path: /^\/commits\/([^/]+)\/status$/, answer: combineStatuses },
  { method: 'GET', path: /^\/collaborators\/([^/]+)\/permission$/, answer: readPermission },
  { method: 'GET', path: /^\/teams$/, answer: ({ state }) => ok(state.teams.map(teamJson)) },
  { method: 'GET', path: /^\/(?:assignees|reviewers)$/, answer: listWriters },
  { method: 'POST', path: /^\/branch_protections$/, right: 'admin', refusal: mustAdminister, answer: protect },
  {
    method: 'DELETE',
    path: /^\/branch_protections\/(.+)$/,
    right: 'admin',
    refusal: mustAdminister,
    answer: unprotect,
  },
];

async function branchJson({ state, git, account }: Call, name: string, sha: string) {
  const [commit] = await git.readCommits(sha, 1);
  const rule = state.protections.get(name);
  const writes = account.right !== 'read';
  return {
    name,
    commit: commit && {
      ...pushedCommit(state, commit),
      verification: {
        verified: false,
        reason: 'gpg.error.not_signed_commit',
        signature: '',
        signer: null,
        payload: '',
      },
      added: null,
      removed: null,
      modified: null,
    },
    protected: rule !== undefined,
    required_approvals: rule?.approvals ?? 0,
    enable_status_check: rule?.contexts !== undefined,
    status_check_contexts: rule?.contexts ?? [],
    user_can_push: writes,
    user_can_merge: writes,
    effective_branch_protection_name: '',
  };
}

async function readBranch(call: Call): Promise<Answer> {
  const [name = ''] = call.params;
  const sha = call.state.branches.get(name);
  return sha ? ok(await branchJson(call, name, sha)) : notFound(call);
}

async function createBranch(call: Call): Promise<Answer> {
  const { state, git, body, account, notice } = call;
  const name = textIn(body, 'new_branch_name') ?? '';
  const from = textIn(body, 'old_ref_name') ?? 'main';
  if (state.branches.has(name)) return refuse(call, 409, 'The branch already exists.');
  const sha = state.branches.get(from);
  if (!sha) return refuse(call, 500, '');
  await git.createBranch(name, sha);
  await notice(account);
  return created(await branchJson(call, name, sha));
}

async function deleteBranch(call: Call): Promise<Answer> {
  const { state, git, account, notice } = call;
  const [name = ''] = call.params;
  if (!state.branches.has(name)) return state.deletedBranches.has(name) ? done : notFound(call);
  if (name === 'main' || state.protections.has(name)) return refuse(call, 403, 'branch protected');
  await git.deleteBranch(name);
  await notice(account);
  return done;
}

function listLabels(call: Call): Answer {
  const labels = call.state.labels.filter(({ shared }) => !shared);
  return page(call, pathOf(call.state, '/labels'), labels, (it) => labelJson(call.state, it));
}

/** A name may be given twice. */
function createLabel({ state, body }: Call): Answer {
  const label: GiteaLabel = {
    id: state.nextId('label'),
    name: textIn(body, 'name') ?? '',
    color: (textIn(body, 'color') ?? '').replace('#', ''),
    description: textIn(body, 'description') ?? '',
    exclusive: body.exclusive === true,
    shared: false,
  };
  state.labels.push(label);
  return created(labelJson(state, label));
}

/** Any word is taken for a state. */
async function createStatus(call: Call): Promise<Answer> {
  const { state, git, params, body, account } = call;
  const [sha = ''] = params;
  if (!(await git.holds(sha))) return refuse(call, 500, '');
  const status: GiteaStatus = {
    id: state.nextId('status'),
    sha,
    context: textIn(body, 'context') || 'default',
    state: textIn(body, 'state') ?? '',
    description: textIn(body, 'description') ?? '',
    link: textIn(body, 'target_url') ?? '',
    by: account,
    at: state.now(),
  };
  state.statuses.push(status);
  tellOfStatus(call, status);
  return created(statusJson(state, status));
}

async function commitOf({ state, git, params }: Call): Promise<string | undefined> {
  const [name = ''] = params;
  const sha = state.branches.get(name) ?? name;
  return (await git.holds(sha)) ? sha : undefined;
}

const noObject = ({ params }: Call) => [`object does not exist [id: ${params[0]}, rel_path: ]`];

async function listStatuses(call: Call): Promise<Answer> {
  const { state } = call;
  const sha = await commitOf(call);
  if (!sha) return notFound(call, noObject(call));
  const found = state.statuses.filter((it) => it.sha === sha).reverse();
  return page(call, pathOf(state, `/commits/${sha}/statuses`), found, (it) => statusJson(state, it));
}

/** The newest of each context, of one page only. */
async function combineStatuses(call: Call): Promise<Answer> {
  const { state, account } = call;
  const sha = await commitOf(call);
  if (!sha) return notFound(call, noObject(call));
  const newest = new Map<string, GiteaStatus>();
  for (const it of state.statuses.filter((status) => status.sha === sha)) newest.set(it.context, it);
  const all = [...newest.values()].sort((a, b) => a.id - b.id);
  const listed = page(call, pathOf(state, `/commits/${sha}/status`), all, (it) => statusJson(state, it));
  const url = `${state.url}${pathOf(state, `/commits/${sha}`)}`;
  return {
    ...listed,
    body: {
      state: combined(all.map((it) => it.state)),
      sha,
      total_count: all.length,
      statuses: listed.body,
      repository: repositoryJson(state, account),
      commit_url: url,
      url: `${url}/status`,
    },
  };
}

function combined(states: readonly string[]): string {
  if (states.some((it) => it === 'error' || it === 'failure')) return 'failure';
  const good = ['success', 'warning', 'skipped'];
  return states.length > 0 && states.every((it) => good.includes(it)) ? 'success' : 'pending';
}

/** Of a right by team only the reading shows; of others only an administrator is told. */
function readPermission(call: Call): Answer {
  const { state, account, params } = call;
  const user = state.accounts.find(({ login }) => login === params[0]);
  if (account.right !== 'admin' && account.login !== params[0]) {
    const all = 'Only admins can query all permissions, repo admins can query all repo permissions';
    return refuse(call, 403, `${all}, collaborators can query only their own`);
  }
  if (!user) return notFound(call);
  const permission = user.right === 'admin' ? 'admin' : 'read';
  return ok({ permission, role_name: permission, user: userJson(state, user) });
}

const writers = ({ accounts }: Call['state']): readonly Account[] =>
  accounts.filter(({ right }) => right !== 'read').sort((a, b) => a.login.localeCompare(b.login));

function listWriters({ state }: Call): Answer {
  return ok(writers(state).map((it) => userJson(state, it)));
}

function protect({ state, body }: Call): Answer {
  const contexts = listIn(body, 'status_check_contexts') ?? [];
  const rule = {
    rule: textIn(body, 'rule_name') ?? '',
    contexts: body.enable_status_check === true ? contexts.map(String) : undefined,
    approvals: Number(body.required_approvals ?? 0),
    dismissStale: body.dismiss_stale_approvals === true,
    at: state.now(),
  };
  state.protections.set(rule.rule, rule);
  return created(protectionJson(rule));
}

function unprotect(call: Call): Answer {
  return call.state.protections.delete(call.params[0] ?? '') ? done : notFound(call);
}

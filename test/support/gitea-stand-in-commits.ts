import type { CommitFacts } from './gitea-stand-in-git.ts';
import { userJson } from './gitea-stand-in-json.ts';
import { type Answer, type Call, notFound, ok, type Route } from './gitea-stand-in-routes.ts';
import type { GiteaState } from './gitea-stand-in-state.ts';

/** Commits and refs, as the API shows them. */
export const commitRoutes: readonly Route[] = [
  { method: 'GET', path: /^\/compare\/(.+)\.\.\.(.+)$/, answer: compare },
  { method: 'GET', path: /^\/git\/refs\/(.+)$/, answer: listRefs },
];

const mostCommits = 50;

async function compare(call: Call): Promise<Answer> {
  const { state, git, params } = call;
  const [base = '', head = ''] = await Promise.all(params.map((it) => find(call, it)));
  if (!base || !head) return notFound(call);
  const range = `${base}..${head}`;
  const [total, commits] = await Promise.all([git.countCommits(range), git.readCommits(range, mostCommits)]);
  return ok({ total_commits: total, commits: commits.map((it) => commitJson(state, it)) });
}

async function find({ state, git }: Call, name: string): Promise<string | undefined> {
  return state.branches.get(name) ?? ((await git.holds(name)) ? name : undefined);
}

/** All whose name begins so, also when it is just one. */
function listRefs(call: Call): Answer {
  const { state, params } = call;
  const prefix = `refs/${params[0]}`;
  const heads = [...state.branches].map(([name, sha]) => ({ ref: `refs/heads/${name}`, sha }));
  const pulls = [...state.issues.values()].flatMap(({ number, pull }) =>
    pull ? [{ ref: `refs/pull/${number}/head`, sha: pull.headSha }] : [],
  );
  const found = [...heads, ...pulls].filter(({ ref }) => ref.startsWith(prefix));
  if (found.length === 0) return notFound(call);
  const api = `${state.url}/api/v1/repos/${state.owner}/${state.repository}/git`;
  return ok(
    found.map(({ ref, sha }) => ({
      ref,
      url: `${api}/${ref}`,
      object: { type: 'commit', sha, url: `${api}/commits/${sha}` },
    })),
  );
}

const unknownTime = '0001-01-01T00:00:00Z';

export function commitJson(state: GiteaState, commit: CommitFacts) {
  const api = `${state.url}/api/v1/repos/${state.owner}/${state.repository}/git`;
  const account = state.accounts.find(({ email }) => email === commit.author.email);
  const user = account ? userJson(state, account) : null;
  const person = { ...commit.author, date: commit.at };
  const at = { url: `${api}/commits/${commit.sha}`, sha: commit.sha, created: commit.at };
  const changed = (paths: readonly string[], status: string) => paths.map((filename) => ({ filename, status }));
  const files = [
    ...changed(commit.added, 'added'),
    ...changed(commit.removed, 'removed'),
    ...changed(commit.modified, 'modified'),
  ];
  return {
    ...at,
    html_url: `${state.url}/${state.owner}/${state.repository}/commit/${commit.sha}`,
    commit: {
      url: at.url,
      author: person,
      committer: person,
      message: commit.message,
      tree: { url: `${api}/trees/${commit.sha}`, sha: commit.sha, created: commit.at },
      verification: {
        verified: false,
        reason: 'gpg.error.not_signed_commit',
        signature: '',
        signer: null,
        payload: '',
      },
    },
    author: user,
    committer: user,
    parents: commit.parents.map((sha) => ({ url: `${api}/commits/${sha}`, sha, created: unknownTime })),
    files,
    stats: { total: files.length, additions: files.length, deletions: 0 },
  };
}

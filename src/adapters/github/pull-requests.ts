import { Failure } from '../../core/failure.ts';
import type { PullRequest } from '../../core/pull-request/pull-request.ts';
import type { OpenPullRequests, PullRequests } from '../../ports/forge.ts';
import { decideByReading, saidBy, statusOf, unlessGone } from './github-failure.ts';
import { type GitHubRepository, per_page } from './github-repository.ts';
import { mergePullRequest } from './merge-pull-request.ts';
import { createReadEnding, type ReadEnding } from './pull-request-endings.ts';
import { sameText } from './same-text.ts';
import { isFromHere, isOurs, type ListedPull, noEnding, type ReadPull, showPullRequest } from './show-pull-request.ts';

export function createPullRequests(repository: GitHubRepository): PullRequests {
  const readEnding = createReadEnding(repository);
  const show = async (pull: ReadPull | ListedPull) => showPullRequest(pull, await readEnding(pull));
  const { client, at, lock } = repository;
  return {
    listOpen: async () => (await listAllOpen(repository)).ours,
    listAllOpen: () => listAllOpen(repository),
    authorsOf: (number) => readAuthors(number, repository),
    async listEnded(head) {
      const pulls = await listEnded(repository, head);
      return Promise.all(pulls.map(show));
    },
    async read(number) {
      const pull = await readOurs(repository, number);
      return pull && show(pull);
    },
    open: (request) => lock(() => openPullRequest(request, repository)),
    update: (number, change) => updatePullRequest(number, change, repository, readEnding),
    async close(number) {
      const before = await findOurs(repository, number);
      if (before.state !== 'open') return show(before);
      const closed = await decideByReading(
        async () => (await client.rest.pulls.update({ ...at, pull_number: number, state: 'closed' })).data,
        async () => endedOnly(await findOurs(repository, number)),
      );
      return show(closed);
    },
    merge: (number, merge) =>
      lock(() => mergePullRequest(merge, { ...repository, read: () => findOurs(repository, number) })),
  };
}

/** GitHub lists no more commits of a pull request than these. */
const listedCommits = 250;

/** Accounts are found by the address that stands in a commit; anybody can write one there, and not everybody has an account. */
async function readAuthors(
  pull_number: number,
  { client, at }: GitHubRepository,
): Promise<readonly string[] | undefined> {
  const commits = await client.paginate(client.rest.pulls.listCommits, { ...at, pull_number, per_page });
  const ids = commits.flatMap(({ author }) => (author && 'id' in author ? [String(author.id)] : []));
  return commits.length < listedCommits && ids.length === commits.length ? [...new Set(ids)] : undefined;
}

async function listAllOpen(repository: GitHubRepository): Promise<OpenPullRequests> {
  const open = await listUnique(repository, { state: 'open', head: undefined });
  const self = await repository.self();
  return {
    ours: open.filter((it) => isOurs(it, self)).map((it) => showPullRequest(it, noEnding)),
    others: open
      .filter((it) => !isOurs(it, self))
      .map((it) => ({ ...showPullRequest(it, noEnding), fromHere: isFromHere(it) })),
  };
}

const endedOnly = (pull: ReadPull) => (pull.state === 'open' ? undefined : pull);

/** @returns Those of the bot, oldest first. */
async function listEnded(repository: GitHubRepository, head: string | undefined): Promise<readonly ListedPull[]> {
  const listed = await listUnique(repository, { state: 'closed', head });
  const self = await repository.self();
  return listed.filter((it) => isOurs(it, self) && (head === undefined || it.head.ref === head));
}

interface Wanted {
  readonly state: 'open' | 'closed';
  readonly head: string | undefined;
}

async function listUnique(repository: GitHubRepository, wanted: Wanted): Promise<readonly ListedPull[]> {
  const listed = await listCompletely(repository, wanted);
  return [...new Map(listed.map((it) => [it.number, it])).values()].filter(({ state }) => state === wanted.state);
}

/**
 * Between two pages pull requests are closed and opened again, so that one may slip from the page that comes to the page that was read.
 * All of them together, oldest first, never change their places; those that are open mostly fit on one page.
 */
async function listCompletely(
  { client, at, owner }: GitHubRepository,
  { state, head }: Wanted,
): Promise<readonly ListedPull[]> {
  const order = { sort: 'created', direction: 'asc', per_page } as const;
  // Without the owner the branch would be ignored.
  const parameters = { ...at, ...order, ...(head !== undefined && { head: `${owner}:${head}` }) };
  if (state === 'open') {
    const { data } = await client.rest.pulls.list({ ...parameters, state });
    if (data.length < per_page) return data;
  }
  return client.paginate(client.rest.pulls.list, { ...parameters, state: 'all' });
}

async function readOurs({ client, at, self }: GitHubRepository, number: number): Promise<ReadPull | undefined> {
  const response = await unlessGone(client.rest.pulls.get({ ...at, pull_number: number }));
  return response && isOurs(response.data, await self()) ? response.data : undefined;
}

/** @throws {Failure} `usage`. */
async function findOurs(repository: GitHubRepository, number: number): Promise<ReadPull> {
  const pull = await readOurs(repository, number);
  if (pull) return pull;
  throw new Failure('usage', `${repository.git.name} has no pull request ${number} of the bot`, {
    remedy: 'See those there are: consignee status.',
  });
}

type OpenRequest = Parameters<PullRequests['open']>[0];

async function openPullRequest(request: OpenRequest, repository: GitHubRepository): Promise<PullRequest> {
  const there = await findOpen(request, repository);
  if (there) return showPullRequest(there, noEnding);
  const { client, at } = repository;
  const { head, base, title, body, labels } = request;
  const create = () => client.rest.pulls.create({ ...at, head, base, title, body, maintainer_can_modify: false });
  const opened = await decideByReading<ReadPull | ListedPull>(
    async () => {
      try {
        return (await create()).data;
      } catch (error) {
        if (statusOf(error) !== 422) throw error;
        // Another process was faster, or there is nothing to propose.
        const other = await findOpen(request, repository);
        if (other) return other;
        throw refused(request, repository, error);
      }
    },
    () => findOpen(request, repository),
  );
  if (labels.length === 0) return showPullRequest(opened, noEnding);
  const names = await addLabels(opened.number, labels, repository);
  return { ...showPullRequest(opened, noEnding), labels: names };
}

function refused({ head, base }: OpenRequest, { git }: GitHubRepository, error: unknown): Failure {
  return new Failure('forge-conflict', `${head} cannot be proposed for ${base} of ${git.name}: ${saidBy(error)}`, {
    remedy: 'Look whether both branches are there, and whether the one holds something that the other does not.',
    cause: error,
  });
}

/**
 * @returns The oldest of the bot that is open from `head` to `base`; those that are younger are closed.
 * @throws {Failure} `forge-conflict` when somebody else proposes from this branch.
 */
async function findOpen(
  { head, base }: Pick<OpenRequest, 'head' | 'base'>,
  { client, at, owner, self, git }: GitHubRepository,
): Promise<ListedPull | undefined> {
  const parameters = { ...at, state: 'open', head: `${owner}:${head}`, sort: 'created', direction: 'asc' } as const;
  const listed = await client.paginate(client.rest.pulls.list, { ...parameters, per_page });
  const bot = await self();
  const here = listed.filter((it) => it.head.ref === head && it.head.repo?.id === it.base.repo.id);
  const foreign = here.find((it) => !isOurs(it, bot));
  if (foreign) {
    const whose = foreign.user?.login ?? 'somebody';
    throw new Failure('forge-conflict', `Pull request ${foreign.number} of ${whose} proposes ${head} of ${git.name}`, {
      remedy: `Close pull request ${foreign.number}, or change its branch: those under consignee/ are the bot's.`,
    });
  }
  const [oldest, ...younger] = here.filter((it) => it.base.ref === base);
  for (const { number } of younger) await client.rest.pulls.update({ ...at, pull_number: number, state: 'closed' });
  return oldest;
}

async function addLabels(issue_number: number, labels: readonly string[], { client, at }: GitHubRepository) {
  const all = await client.rest.issues.addLabels({ ...at, issue_number, labels: [...labels] });
  return all.data.map(({ name }) => name);
}

async function updatePullRequest(
  number: number,
  { title, body, addLabels: added = [], removeLabels: removed = [] }: Parameters<PullRequests['update']>[1],
  repository: GitHubRepository,
  readEnding: ReadEnding,
): Promise<PullRequest> {
  const { client, at } = repository;
  const before = await findOurs(repository, number);
  const current = showPullRequest(before, await readEnding(before));
  const text = differences({ title, body }, current);
  const missing = added.filter((it) => !current.labels.includes(it) && !removed.includes(it));
  const extra = removed.filter((it) => current.labels.includes(it));
  if (Object.keys(text).length > 0) {
    await decideByReading<unknown>(
      () => client.rest.pulls.update({ ...at, pull_number: number, ...text }),
      async () => {
        const { title: newTitle, body: newBody } = await findOurs(repository, number);
        const left = differences(text, { title: newTitle, body: newBody ?? '' });
        return Object.keys(left).length === 0 || undefined;
      },
    );
  }
  if (missing.length > 0) await addLabels(number, missing, repository);
  // Somebody else may have been faster.
  for (const name of extra) await unlessGone(client.rest.issues.removeLabel({ ...at, issue_number: number, name }));
  if (Object.keys(text).length + missing.length + extra.length === 0) return current;
  const after = await findOurs(repository, number);
  return showPullRequest(after, await readEnding(after));
}

interface Text {
  readonly title?: string | undefined;
  readonly body?: string | undefined;
}

/** @returns What is wanted and not so already. */
function differences({ title, body }: Text, current: Required<Text>) {
  return {
    ...(title !== undefined && !sameText(title, current.title ?? '') && { title }),
    ...(body !== undefined && !sameText(body, current.body ?? '') && { body }),
  };
}

import type { CommitSha } from '../../src/core/repository/commit.ts';
import type { Check } from '../../src/ports/forge.ts';
import { listVersions } from '../../src/workflows/list-versions.ts';
import type { PassPorts } from '../../src/workflows/pass.ts';
import { lookAtPullRequests } from '../../src/workflows/people/look-at-pull-requests.ts';
import { observe, runPass } from '../../src/workflows/run-pass.ts';
import { type CommandWorld, createCommandWorld } from './command-world.ts';
import { createAskGitea } from './gitea-accounts.ts';

type Files = Readonly<Record<string, string | undefined>>;

/** A pull request of the maintainer, of a branch that is made from `main`. */
export interface Proposed {
  readonly number: number;
  readonly head: CommitSha;
}

/** A world with an installed version, and people who propose changes. */
export interface PeopleWorld extends CommandWorld {
  /** Opens a pull request of the maintainer with one commit, their own or of another account. */
  propose(branch: string, files: Files, author?: string): Promise<Proposed>;
  /** Adds a commit, with an author whom the forge knows by the address. */
  push(branch: string, files: Files, author?: string): Promise<CommitSha>;
  /** Approves as the administrator: by a comment, or by a review. */
  approveAsAdmin(number: number, comment?: string): Promise<void>;
  passWith(ports: PassPorts): Promise<void>;
  /** Has the bot look at a head of which a webhook told that somebody reported on it. */
  doubt(head: CommitSha): Promise<void>;
  /** The statuses of the bot on a commit: `values success The values can be used`. */
  statuses(head: CommitSha): Promise<readonly string[]>;
  /** What the bot says of a pull request. */
  remarks(number: number): Promise<readonly string[]>;
}

export async function createPeopleWorld(config = ''): Promise<PeopleWorld> {
  const world = await createCommandWorld(config);
  const { site } = world;
  const push: PeopleWorld['push'] = async (branch, files, author = 'mira') => {
    await site.person.commit(branch, files, 'main');
    const { git } = site.person;
    await git('fetch', '-q', 'origin');
    await git('checkout', '-q', '-B', branch, `origin/${branch}`);
    await git('commit', '-q', '--amend', '--no-edit', '--author', `${author} <${author}@example.test>`);
    await git('push', '-q', '--force', 'origin', branch);
    const tip = await site.git.tip(`refs/heads/${branch}`);
    if (!tip) throw new Error('There is no branch.');
    return tip;
  };
  return {
    ...world,
    push,
    async propose(branch, files, author) {
      const head = await push(branch, files, author);
      const request = { head: branch, base: 'main', title: `Change of ${branch}` };
      const number = await site.accounts?.openPullRequest('maintainer', request);
      if (number === undefined) throw new Error('There are no accounts.');
      return { number, head };
    },
    async approveAsAdmin(number, comment) {
      site.standIn.advance(2);
      const ask = createAskGitea(site.place);
      const below = `/repos/${site.place.owner}/${site.place.repository}`;
      if (comment === undefined) await ask('admin', 'POST', `${below}/pulls/${number}/reviews`, { event: 'APPROVED' });
      else await ask('admin', 'POST', `${below}/issues/${number}/comments`, { body: comment });
    },
    passWith: async (ports) => void (await runPass(ports, world.options)),
    async doubt(head) {
      const { ports, options } = world;
      const view = { ...(await observe(ports, options)), listings: listVersions([], ports.repositories) };
      await lookAtPullRequests({ view, ports, options }, new Set([head]));
    },
    async statuses(head) {
      const all: readonly Check[] = (await site.forge.checks?.list(head)) ?? [];
      return all
        .filter(({ context }) => /^consignee\/(?:values|config)$/.test(context))
        .map(({ context, state, description }) => `${context.slice('consignee/'.length)} ${state} ${description}`)
        .sort();
    },
    async remarks(number) {
      const all = await site.forge.comments.list(number);
      return all.filter(({ author }) => author.name === 'consignee').map(({ body }) => body);
    },
  };
}

/** v1.0.0 is installed, and its values stand in `values.yaml`. */
export async function createInstalled(config = ''): Promise<PeopleWorld> {
  const world = await createPeopleWorld(config);
  await world.publish('v1.0.0');
  await world.steps();
  await world.site.accounts?.merge('maintainer', 1);
  const [step] = await world.steps();
  if (step !== 'leave in-sync') throw new Error(`Nothing is installed: ${step} ${JSON.stringify(world.log)}`);
  return world;
}

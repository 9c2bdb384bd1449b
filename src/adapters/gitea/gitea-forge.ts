import { Failure } from '../../core/failure.ts';
import type { Person } from '../../core/repository/commit.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Forge } from '../../ports/forge.ts';
import type { GitRepository } from '../git/git-repository.ts';
import { createChecks } from './checks.ts';
import { createGiteaClient, type GiteaClientOptions } from './client.ts';
import { createComments } from './comments.ts';
import { createCondition } from './condition.ts';
import { createIssues } from './issues.ts';
import type { MergeTrees } from './merge-pull-request.ts';
import { createPeople } from './people.ts';
import { createPullRequests } from './pull-requests.ts';
import { createReviews } from './reviews.ts';
import { createSite, type Site } from './site.ts';

export interface GiteaForgeOptions extends GiteaClientOptions {
  /** The same repository through git. */
  readonly repository: GitRepository;
  readonly owner: string;
  readonly name: string;
  readonly clock: Clock;
  /** Whom commits name as their author. Conversation is by the account of the token. */
  readonly bot: Person;
}

export interface GiteaForge extends Forge {
  /** How many requests left so far, those that were repeated included. */
  readonly requests: number;
}

/** One repository on Gitea or Forgejo: content through git, conversation through the API. */
export function createGiteaForge({ repository, owner, name, clock, bot, ...options }: GiteaForgeOptions): GiteaForge {
  const client = createGiteaClient(options);
  const site = createSite({ client, clock, owner, name });
  const comments = createComments(site);
  return {
    content: { ...repository, readRefs: () => naming(site, repository.readRefs) },
    writer: { ...repository, push: (changes) => naming(site, () => repository.push(changes)) },
    pullRequests: createPullRequests(site, mergeTreesOf(repository)),
    comments,
    people: createPeople(site),
    checks: createChecks(site),
    reviews: createReviews(site),
    issues: createIssues(site, async (number, why) => {
      await comments.ensure(number, { key: 'closed', body: why, by: bot });
    }),
    condition: createCondition(site),
    get requests() {
      return client.requests;
    },
  };
}

/** Of a repository that was renamed git tells a number only; the API tells where it is now. */
async function naming<Result>(site: Site, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure && /returned error: 3\d\d\b/.test(error.message)) await site.checkRepository();
    throw error;
  }
}

function mergeTreesOf(repository: GitRepository): MergeTrees {
  return async (base, head) => {
    // Brings both into the copy.
    await repository.readRefs();
    return (await repository.mergeTrees(base, head)).kind === 'conflict' ? 'conflict' : 'clean';
  };
}

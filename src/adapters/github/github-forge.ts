import type { Forge } from '../../ports/forge.ts';
import type { GitRepository } from '../git/git-repository.ts';
import { createChecks } from './checks.ts';
import { createComments } from './comments.ts';
import { createCondition } from './condition.ts';
import { createGitHubAccount, type GitHubAccess, type GitHubAccount } from './github-account.ts';
import type { GitHubPlace } from './github-client.ts';
import { createIssues } from './issues.ts';
import { createLock } from './lock.ts';
import { createPeople } from './people.ts';
import { createPullRequests } from './pull-requests.ts';
import { createReviews } from './reviews.ts';

export interface GitHubForgeOptions extends GitHubPlace {
  /** The same repository, by git: what it holds is read and written there. */
  readonly repository: GitRepository;
  /** How the bot gets in, or the account that it uses for git already. */
  readonly access: GitHubAccess | GitHubAccount;
}

/** A repository on GitHub, or on a GitHub Enterprise server. Nothing is asked before a member is called. */
export function createGitHubForge({ repository: git, access, ...place }: GitHubForgeOptions): Forge {
  const { client, self } = 'client' in access ? access : createGitHubAccount(place, access);
  const { owner, name } = place;
  const repository = { git, client, owner, name, self, at: { owner, repo: name }, lock: createLock() };
  const comments = createComments(repository);
  return {
    content: git,
    writer: git,
    pullRequests: createPullRequests(repository),
    comments,
    people: createPeople(repository),
    checks: createChecks(repository),
    reviews: createReviews(repository),
    issues: createIssues(repository, comments),
    condition: createCondition(repository, place),
  };
}

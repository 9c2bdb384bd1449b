import { actorOf } from '../../core/pull-request/actor.ts';
import type { Person } from '../../core/repository/commit.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Forge } from '../../ports/forge.ts';
import type { GitRepository } from '../git/git-repository.ts';
import { createComments } from './comments.ts';
import { createChangeLedger, readLedger } from './ledger.ts';
import { createPullRequests } from './pull-requests.ts';
import { createReadRecords } from './read-records.ts';

interface Options {
  readonly clock: Clock;
  /** Who the bot is: its e-mail address is what its own pull requests and comments are known by. */
  readonly bot: Person;
}

/**
 * A forge that needs no server: pull requests are files on a ref of the same repository, each change is a commit by who made
 * it, and whoever clones the repository has them. Numbers and states are safe among processes, for the ref moves only from
 * where it was read.
 *
 * Nobody has an account here: whoever can push may do everything, in anybody's name. There are no checks, reviews and issues.
 */
export function createPlainGitForge(repository: GitRepository, { clock, bot }: Options): Forge {
  const readRecords = createReadRecords(repository);
  const read = () => readLedger(repository, readRecords);
  const ledger = { read, change: createChangeLedger(repository, { clock, read }) };
  return {
    content: repository,
    writer: repository,
    pullRequests: createPullRequests(repository, { clock, ledger }),
    comments: createComments(repository, { clock, ledger, bot }),
    people: {
      self: async () => actorOf(bot),
      permissionOf: async () => 'write',
      isMember: async () => 'unknown',
    },
    checks: undefined,
    reviews: undefined,
    issues: undefined,
  };
}

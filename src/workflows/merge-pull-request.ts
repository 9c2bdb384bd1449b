import { Failure } from '../core/failure.ts';
import { mergeMessage, trailersOf } from '../core/pull-request/commit-message.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { CommitSha, Person } from '../core/repository/commit.ts';
import type { Forge } from '../ports/forge.ts';

interface MergeInput {
  readonly number: number;
  /** What was reviewed or decided on; only this is merged. */
  readonly expectedHead: CommitSha;
  readonly by: Person;
  readonly forge: Forge;
}

/**
 * Merges exactly `expectedHead` and removes the branch. The merge commit carries what the proposal rests on as trailers.
 *
 * @throws {Failure} `forge-conflict` when the branch moved or does not merge; `usage` when there is no such pull request.
 */
export async function mergePullRequest({
  number,
  expectedHead,
  by,
  forge,
}: MergeInput): Promise<{ readonly pullRequest: PullRequest; readonly commit: CommitSha }> {
  const pullRequest = await findPullRequest(forge, number);
  const [head] = await forge.content.readCommits({ to: expectedHead, limit: 1 });
  const message = mergeMessage(number, pullRequest.title, trailersOf(head?.message ?? ''));
  const merged = await forge.pullRequests.merge(number, { expectedHead, message, by });
  switch (merged.kind) {
    case 'merged':
      // Somebody may have pushed to it since; then it stays.
      await forge.writer.push([{ ref: `refs/heads/${pullRequest.head}`, expect: expectedHead, to: undefined }]);
      return { pullRequest: await findPullRequest(forge, number), commit: merged.commit };
    case 'head-moved':
      throw new Failure(
        'forge-conflict',
        `The branch of pull request #${number} moved: it is no longer at ${expectedHead.slice(0, 10)}.`,
        {
          remedy: 'Look at what is new on it, then merge again.',
        },
      );
    case 'base-moved':
      throw new Failure(
        'forge-conflict',
        `The branch ${pullRequest.base} moved while pull request #${number} was merged.`,
        {
          remedy: 'Nothing was merged. The next pass looks again.',
        },
      );
    case 'conflict':
      throw new Failure('forge-conflict', `Pull request #${number} conflicts with ${pullRequest.base}.`, {
        remedy: 'Run "consignee run": it makes the proposal anew on the tip of the base branch.',
      });
    case 'closed':
      throw new Failure('forge-conflict', `Pull request #${number} was closed without being merged.`, {
        remedy: 'A closed pull request skips its version; wait for the next version, or reinstate it by hand.',
      });
  }
}

/** @throws {Failure} `usage` when there is none of this number, naming those that are open. */
export async function findPullRequest(forge: Forge, number: number): Promise<PullRequest> {
  const all = await forge.pullRequests.list();
  const found = all.find((it) => it.number === number);
  if (found) return found;
  const open = all.filter(({ state }) => state === 'open').map((it) => `#${it.number}`);
  throw new Failure('usage', `There is no pull request #${number} of Consignee in ${forge.content.name}.`, {
    remedy:
      open.length === 0
        ? 'None is open; "consignee pull list --all" shows those that ended.'
        : `Open are ${open.join(', ')}.`,
  });
}

import { Failure } from '../core/failure.ts';
import { lockPathOf, parseBranch } from '../core/installation/places.ts';
import { parseBody } from '../core/pull-request/body.ts';
import { mergeMessage, trailersOf } from '../core/pull-request/commit-message.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { CommitSha, Person } from '../core/repository/commit.ts';
import type { Forge } from '../ports/forge.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';
import { readLockAt } from './read-lock.ts';

interface MergeInput {
  readonly number: number;
  /** What was reviewed or decided on; only this is merged. */
  readonly expectedHead: CommitSha;
  /** The tip of the base branch that was decided on; without it, whatever it is now. */
  readonly expectedBase?: CommitSha;
  /** Of the merge commit. */
  readonly message: string;
  readonly by: Person;
  readonly forge: Forge;
}

/**
 * Writes the message for a merge by a person. What the proposal rests on goes into it as trailers, worked out from the lock file that
 * is merged; only where the bot recorded that commit.
 */
export async function mergeMessageFor(
  { number, title, head: branch }: PullRequest,
  head: CommitSha,
  { content, recorded }: { readonly content: RepositoryContent; readonly recorded: ReadonlySet<CommitSha> },
): Promise<string> {
  const [commit] = recorded.has(head) ? await content.readCommits({ to: head, limit: 1 }) : [];
  const [parent] = commit?.parents ?? [];
  const place = parseBranch(branch);
  const lock = parent && place && (await readLockAt(content, head, lockPathOf(place)));
  return mergeMessage(number, title, lock ? trailersOf({ lock, policyCommit: parent }) : []);
}

/**
 * Merges exactly `expectedHead` and removes the branch.
 *
 * @throws {Failure} `forge-conflict` when the branch moved or does not merge; `usage` when there is no such pull request; `content`
 *   when it is marked as not proved any more.
 */
export async function mergePullRequest({
  number,
  expectedHead,
  expectedBase,
  message,
  by,
  forge,
}: MergeInput): Promise<{ readonly pullRequest: PullRequest; readonly commit: CommitSha }> {
  const pullRequest = await findPullRequest(forge, number);
  refuseMarked(pullRequest);
  const base = expectedBase ? { expectedBase } : {};
  const merged = await forge.pullRequests.merge(number, { expectedHead, ...base, message, by });
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
    case 'not-ready':
      throw new Failure('forge-conflict', `Pull request #${number} cannot be merged yet: ${merged.why}`, {
        remedy: 'Nothing was merged. What is missing must be given on the forge; then try again.',
      });
    case 'closed':
      throw new Failure('forge-conflict', `Pull request #${number} was closed without being merged.`, {
        remedy: 'A closed pull request skips its version; wait for the next version, or reinstate it by hand.',
      });
  }
}

/**
 * What is proposed for no installation, such as a first configuration, was never proved.
 *
 * @throws {Failure} `content` when the pull request says that what it proposes is not proved any more.
 */
function refuseMarked({ number, state, head, body }: PullRequest): void {
  if (state !== 'open' || !parseBranch(head)) return;
  const said = parseBody(body);
  if (!said) {
    throw new Failure(
      'content',
      `Pull request #${number} does not say any more what it proposes: its text was changed.`,
      {
        remedy: '"consignee run" writes it anew; then merge it.',
      },
    );
  }
  if (!said.refused) return;
  throw new Failure('content', `Pull request #${number} must not be merged: what it proposes is not proved any more.`, {
    remedy: `"consignee pull show ${number}" says why. When that is put right, "consignee run" lifts the mark.`,
  });
}

/** @throws {Failure} `usage` when there is none of this number, naming those that are open. */
export async function findPullRequest(forge: Forge, number: number): Promise<PullRequest> {
  const found = await forge.pullRequests.read(number);
  if (found) return found;
  const open = (await forge.pullRequests.listOpen()).map((it) => `#${it.number}`);
  throw new Failure('usage', `There is no pull request #${number} of Consignee in ${forge.content.name}.`, {
    remedy:
      open.length === 0
        ? 'None is open; "consignee pull list --all" shows those that ended.'
        : `Open are ${open.join(', ')}.`,
  });
}

import { Failure } from '../../core/failure.ts';
import type { PullRequests } from '../../ports/forge.ts';
import { saidBy, statusOf } from './github-failure.ts';
import type { GitHubRepository } from './github-repository.ts';
import { commitOf, type ReadPull } from './show-pull-request.ts';

type Merge = Parameters<PullRequests['merge']>[1];
type Merged = Awaited<ReturnType<PullRequests['merge']>>;

interface Merging extends GitHubRepository {
  /** Reads the pull request afresh. */
  read(): Promise<ReadPull>;
}

/** How often a merge is tried while the base branch moves below it. */
const attempts = 3;

/** Each attempt is decided by what was read right before it, and what comes of it by what is read right after. */
export async function mergePullRequest(merge: Merge, merging: Merging): Promise<Merged> {
  for (let attempt = 1; ; attempt++) {
    const known = await findObstacle(merge, merging);
    if (known) return known;
    try {
      return await tryMerge(merge, await merging.read(), merging);
    } catch (error) {
      const decided = await decideAfter(error, merge, merging);
      if (decided) return decided;
      if (attempt === attempts) {
        throw new Failure(
          'forge-conflict',
          `The base branch of ${merging.git.name} moved with every attempt to merge`,
          {
            remedy: 'Try again when less is written to the base branch.',
            cause: error,
          },
        );
      }
    }
  }
}

async function tryMerge(
  { expectedHead, message }: Merge,
  pull: ReadPull,
  { client, at, read }: Merging,
): Promise<Merged> {
  const [title = '', ...rest] = message.split('\n');
  const { data } = await client.rest.pulls.merge({
    ...at,
    pull_number: pull.number,
    sha: expectedHead,
    merge_method: 'merge',
    commit_title: title,
    commit_message: rest.join('\n').trim(),
  });
  if (data.merged) return { kind: 'merged', commit: commitOf(data.sha) };
  return (await endOf(await read(), expectedHead)) ?? { kind: 'not-ready', why: data.message };
}

/** @returns What keeps the merge from being made, or has made it before. */
async function findObstacle({ expectedHead, expectedBase }: Merge, merging: Merging): Promise<Merged | undefined> {
  const pull = await merging.read();
  const end = endOf(pull, expectedHead);
  if (end) return end;
  if (pull.head.sha !== expectedHead) return { kind: 'head-moved' };
  if (pull.draft === true) return { kind: 'not-ready', why: 'it is a draft' };
  if (expectedBase === undefined) return undefined;
  return (await readBase(pull, merging)) === expectedBase ? undefined : { kind: 'base-moved' };
}

function endOf(pull: ReadPull, expectedHead: string): Merged | undefined {
  if (pull.merged_at === null) return pull.state === 'open' ? undefined : { kind: 'closed' };
  if (pull.head.sha !== expectedHead || pull.merge_commit_sha === null) return { kind: 'head-moved' };
  return { kind: 'merged', commit: commitOf(pull.merge_commit_sha) };
}

/** What the pull request says of its base is from when it was last looked at; the branch itself says where it is. */
async function readBase({ base }: ReadPull, { client, at }: Merging): Promise<string> {
  const { data } = await client.rest.git.getRef({ ...at, ref: `heads/${base.ref}` });
  return data.object.sha;
}

/** What GitHub says when trying again at once is all that is needed. */
const moved = /branch was modified/i;

/** What no waiting gets past: a setting must change, or the rights of the account. */
const forbidden =
  /merge (?:method|commit)s? (?:\S+ )?(?:is|are) not (?:allowed|enabled)|not authorized|linear history|must not contain merge|hook declined|pre-receive/i;

/**
 * Decides what came of an attempt by reading: codes do not tell "wait" from "never".
 *
 * @returns `undefined` when it is to be tried again.
 */
async function decideAfter(error: unknown, merge: Merge, merging: Merging): Promise<Merged | undefined> {
  const status = statusOf(error);
  const decisive = status === 405 || status === 409 || (status !== undefined && status >= 500);
  if (!decisive) throw error;
  const found = await findObstacle(merge, merging);
  if (found) return found;
  if (status >= 500) throw error;
  const pull = await merging.read();
  if (await conflicts(pull, merging)) return { kind: 'conflict' };
  const why = saidBy(error);
  if (moved.test(why)) return undefined;
  if (status === 405 && !forbidden.test(why)) return { kind: 'not-ready', why };
  throw new Failure('forge-denied', `${merging.git.name} does not let pull request ${pull.number} be merged: ${why}`, {
    remedy: 'Allow merge commits in the settings of the repository, and let the bot merge into this branch.',
    cause: error,
  });
}

/** GitHub works this out some time later; git knows it now. */
async function conflicts({ base, head }: ReadPull, { git }: Merging): Promise<boolean> {
  const refs = await git.readRefs();
  const tip = refs.get(`refs/heads/${base.ref}`);
  return tip !== undefined && (await git.mergeTrees(tip, commitOf(head.sha))).kind === 'conflict';
}

import type { RestEndpointMethodTypes } from '@octokit/rest';
import { Failure } from '../../core/failure.ts';
import type { Actor } from '../../core/pull-request/actor.ts';
import type { PullRequest } from '../../core/pull-request/pull-request.ts';
import { type CommitSha, parseCommitSha } from '../../core/repository/commit.ts';
import { actorOf } from './github-repository.ts';

/** A pull request read on its own. */
export type ReadPull = RestEndpointMethodTypes['pulls']['get']['response']['data'];
/** One of a list, which says less. */
export type ListedPull = RestEndpointMethodTypes['pulls']['list']['response']['data'][number];

/** How a pull request ended. */
export type Ending = Pick<PullRequest, 'endedBy' | 'endedWithBranch'>;

/** Of one that is open. */
export const noEnding: Ending = { endedBy: undefined, endedWithBranch: false };

/**
 * Whether a pull request is the bot's: from a branch of this very repository that is named like the bot's, by the bot's account.
 * Neither is said by anything that people can write.
 */
export function isOurs(pull: ReadPull | ListedPull, self: Actor): boolean {
  return isFromHere(pull) && pull.head.ref.startsWith('consignee/') && String(pull.user?.id) === self.id;
}

/** Whether the head is a branch of this very repository. */
export function isFromHere({ head, base }: ReadPull | ListedPull): boolean {
  // A fork that was deleted has no repository any more; the types of a list do not say so.
  return (head.repo as { readonly id: number } | null)?.id === base.repo.id;
}

export function showPullRequest(pull: ReadPull | ListedPull, ending: Ending): PullRequest {
  const merged = pull.merged_at !== null;
  return {
    number: pull.number,
    state: merged ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
    head: pull.head.ref,
    headSha: commitOf(pull.head.sha),
    base: pull.base.ref,
    draft: pull.draft === true,
    title: pull.title,
    body: pull.body ?? '',
    labels: pull.labels.map(({ name }) => name),
    author: actorOf(pull.user),
    createdAt: new Date(pull.created_at),
    ...ending,
    // As long as it is open this is a merge that GitHub only tried.
    mergeCommit: merged && pull.merge_commit_sha !== null ? commitOf(pull.merge_commit_sha) : undefined,
    link: pull.html_url,
  };
}

/** @throws {Failure} `forge-unreachable` for what is no commit id. */
export function commitOf(text: string): CommitSha {
  const sha = parseCommitSha(text);
  if (sha) return sha;
  throw new Failure('forge-unreachable', `The forge named a commit ${JSON.stringify(text)}, which is no commit id`);
}

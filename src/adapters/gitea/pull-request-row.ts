import type { Mapping } from '../../core/component/mapping.ts';
import type { Actor } from '../../core/pull-request/actor.ts';
import type { PullRequest } from '../../core/pull-request/pull-request.ts';
import { type CommitSha, parseCommitSha } from '../../core/repository/commit.ts';
import {
  dateAt,
  flagAt,
  integerAt,
  listOf,
  mappingOf,
  objectAt,
  optionalObjectAt,
  optionalTextAt,
  textAt,
  WrongShape,
} from './fields.ts';
import { actorAt } from './site.ts';

/** A pull request as Gitea tells it. What it does not tell of one that has ended stands elsewhere. */
export interface PullRequestRow {
  readonly pullRequest: PullRequest;
  /** Tip of the base branch now. */
  readonly baseSha: CommitSha | undefined;
  /** The head as the server keeps it under the number, wherever the branch is. */
  readonly keptHead: CommitSha | undefined;
  /** Whether the branch is gone: then the head is what it was last. */
  readonly branchGone: boolean;
  readonly closedAt: string;
  readonly labelIds: ReadonlyMap<string, number>;
  /** Whether its head is a branch of this very repository. */
  readonly fromHere: boolean;
  /** Whether the account of the bot made it, from a branch of this very repository (reliability.md A-43). */
  readonly byBot: boolean;
  /** Whether it is also from a branch of the bot. */
  readonly ours: boolean;
}

export function pullRequestRowOf(value: unknown, self: Actor): PullRequestRow {
  const row = mappingOf(value, 'the pull request');
  const head = objectAt(row, 'head');
  const base = objectAt(row, 'base');
  const author = actorAt(row, 'user');
  const branch = textAt(head, 'label');
  const labels = labelIdsOf(row);
  const state = stateOf(row);
  const branchGone = optionalTextAt(head, 'ref').startsWith('refs/pull/');
  const isHere = integerAt(head, 'repo_id') === integerAt(base, 'repo_id');
  const byBot = author.id === self.id && isHere;
  return {
    pullRequest: {
      number: integerAt(row, 'number'),
      state,
      head: branch,
      headSha: branchGone && state === 'open' ? undefined : shaAt(head, 'sha'),
      base: textAt(base, 'ref'),
      draft: flagAt(row, 'draft') || isDraftTitle(textAt(row, 'title')),
      title: textAt(row, 'title'),
      body: optionalTextAt(row, 'body'),
      labels: [...labels.keys()].sort(),
      author,
      createdAt: dateAt(row, 'created_at'),
      // Listings leave it out.
      endedBy: state === 'merged' && optionalObjectAt(row, 'merged_by') ? actorAt(row, 'merged_by') : undefined,
      endedWithBranch: false,
      mergeCommit: state === 'merged' ? shaAt(row, 'merge_commit_sha') : undefined,
      link: textAt(row, 'html_url'),
    },
    baseSha: shaAt(base, 'sha'),
    keptHead: shaAt(head, 'sha'),
    branchGone,
    // A head without a branch may have been pushed by anybody who can read.
    fromHere: isHere && !branchGone,
    closedAt: optionalTextAt(row, 'closed_at'),
    labelIds: labels,
    byBot,
    ours: byBot && branch.startsWith('consignee/'),
  };
}

function stateOf(row: Mapping): PullRequest['state'] {
  if (flagAt(row, 'merged')) return 'merged';
  const state = textAt(row, 'state');
  if (state !== 'open' && state !== 'closed') throw new WrongShape(`state is ${JSON.stringify(state.slice(0, 40))}`);
  return state;
}

/** The prefixes that count where nothing else is set up; older servers have no field for it. */
function isDraftTitle(title: string): boolean {
  return /^\s*(?:WIP:|\[WIP\])/i.test(title);
}

function labelIdsOf(row: Mapping): ReadonlyMap<string, number> {
  const labels = listOf(row.labels ?? null, 'labels').map((it) => mappingOf(it, 'a label'));
  return new Map(labels.map((it) => [textAt(it, 'name'), integerAt(it, 'id')]));
}

function shaAt(row: Mapping, key: string): CommitSha | undefined {
  return parseCommitSha(optionalTextAt(row, key));
}

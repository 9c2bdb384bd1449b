import type { RestEndpointMethodTypes } from '@octokit/rest';
import { parseCommitSha } from '../../core/repository/commit.ts';
import type { Review, Reviews } from '../../ports/forge.ts';
import { actorOf, type GitHubRepository, per_page } from './github-repository.ts';

type ApiReview = RestEndpointMethodTypes['pulls']['listReviews']['response']['data'][number];

export function createReviews({ client, at }: GitHubRepository): Reviews {
  return {
    async list(number) {
      const all = await client.paginate(client.rest.pulls.listReviews, { ...at, pull_number: number, per_page });
      const latest = new Map<string, Review>();
      for (const it of all.flatMap(showReview)) {
        const before = latest.get(it.by.id);
        // Who approves and then says something else has still approved.
        if (!before || isVerdict(it) || !isVerdict(before)) latest.set(it.by.id, it);
      }
      return [...latest.values()];
    },
  };
}

const isVerdict = ({ verdict, dismissed }: Review) => verdict !== 'commented' || dismissed;

function showReview({ state, user, commit_id }: ApiReview): readonly Review[] {
  const verdict = verdictOf(state);
  if (verdict === undefined) return [];
  const head = parseCommitSha(commit_id ?? '');
  return [{ by: actorOf(user), verdict, head, dismissed: state === 'DISMISSED' }];
}

/** One that was dismissed says no longer what it said; one that is still being written says nothing. */
function verdictOf(state: string): Review['verdict'] | undefined {
  switch (state) {
    case 'APPROVED':
      return 'approved';
    case 'CHANGES_REQUESTED':
      return 'changes-requested';
    case 'COMMENTED':
    case 'DISMISSED':
      return 'commented';
    default:
      return undefined;
  }
}

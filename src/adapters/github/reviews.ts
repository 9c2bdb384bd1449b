import type { RestEndpointMethodTypes } from '@octokit/rest';
import { parseCommitSha } from '../../core/repository/commit.ts';
import type { Review, Reviews } from '../../ports/forge.ts';
import { actorOf, type GitHubRepository, per_page } from './github-repository.ts';

type ApiReview = RestEndpointMethodTypes['pulls']['listReviews']['response']['data'][number];

/** What reviews said before they were dismissed, by their number. */
type Dismissed = ReadonlyMap<number, string>;

export function createReviews(repository: GitHubRepository): Reviews {
  const { client, at } = repository;
  return {
    async list(number) {
      const all = await client.paginate(client.rest.pulls.listReviews, { ...at, pull_number: number, per_page });
      const dismissed = all.some(({ state }) => state === 'DISMISSED')
        ? await readDismissed(number, repository)
        : new Map();
      const latest = new Map<string, Review>();
      for (const it of all.flatMap((review) => showReview(review, dismissed))) {
        const before = latest.get(it.by.id);
        // Who approves and then says something else has still approved.
        if (!before || it.verdict !== 'commented' || before.verdict === 'commented') latest.set(it.by.id, it);
      }
      return [...latest.values()];
    },
  };
}

/** A list of reviews does not say what one said that was dismissed; the event of its dismissal does. */
async function readDismissed(issue_number: number, { client, at }: GitHubRepository): Promise<Dismissed> {
  const events = await client.paginate(client.rest.issues.listEvents, { ...at, issue_number, per_page });
  return new Map(
    events.flatMap((it) =>
      'dismissed_review' in it && it.dismissed_review
        ? [[it.dismissed_review.review_id, it.dismissed_review.state]]
        : [],
    ),
  );
}

function showReview({ id, state, user, commit_id }: ApiReview, before: Dismissed): readonly Review[] {
  const dismissed = state === 'DISMISSED';
  const verdict = verdictOf(dismissed ? (before.get(id) ?? '') : state, dismissed);
  if (verdict === undefined) return [];
  return [{ by: actorOf(user), verdict, head: parseCommitSha(commit_id ?? ''), dismissed }];
}

/** One that is still being written says nothing. */
function verdictOf(state: string, dismissed: boolean): Review['verdict'] | undefined {
  switch (state.toUpperCase()) {
    case 'APPROVED':
      return 'approved';
    case 'CHANGES_REQUESTED':
      return 'changes-requested';
    case 'COMMENTED':
      return 'commented';
    default:
      return dismissed ? 'commented' : undefined;
  }
}

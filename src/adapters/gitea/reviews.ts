import type { Mapping } from '../../core/component/mapping.ts';
import { parseCommitSha } from '../../core/repository/commit.ts';
import type { Review, Reviews } from '../../ports/forge.ts';
import { flagAt, integerAt, optionalTextAt, textAt } from './fields.ts';
import { readPages } from './pages.ts';
import { actorAt, type Site } from './site.ts';

export function createReviews(site: Site): Reviews {
  return {
    async list(number) {
      const { rows } = await readPages(site, {
        call: (api, page) => api.repos.repoListPullReviews(site.owner, site.name, number, page),
        take: (row) => ({ id: integerAt(row, 'id'), review: reviewOf(row) }),
      });
      const words = rows.toSorted((a, b) => a.id - b.id).flatMap(({ review }) => review ?? []);
      return latestWords(words);
    },
  };
}

/** A remark takes back neither an approval nor a request for changes. */
function latestWords(words: readonly Review[]): readonly Review[] {
  const latest = new Map<string, Review>();
  for (const word of words) {
    const before = latest.get(word.by.id);
    if (word.verdict === 'commented' && before !== undefined && before.verdict !== 'commented') continue;
    latest.set(word.by.id, word);
  }
  return [...latest.values()];
}

/** @returns `undefined` for what is no word yet: one asked for, or one not sent. */
function reviewOf(row: Mapping): Review | undefined {
  const verdict = verdictOf(row);
  if (verdict === undefined || row.user === null || row.user === undefined) return undefined;
  return {
    by: actorAt(row, 'user'),
    verdict,
    head: parseCommitSha(optionalTextAt(row, 'commit_id')),
    dismissed: flagAt(row, 'dismissed'),
  };
}

/** An approval that does not count for the forge, by somebody without the right to write, is a remark. */
function verdictOf(row: Mapping): Review['verdict'] | undefined {
  switch (textAt(row, 'state')) {
    case 'APPROVED':
      return flagAt(row, 'official') ? 'approved' : 'commented';
    case 'REQUEST_CHANGES':
      return 'changes-requested';
    case 'COMMENT':
      return 'commented';
    default:
      return undefined;
  }
}

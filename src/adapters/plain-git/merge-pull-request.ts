import { Failure } from '../../core/failure.ts';
import type { CommitSha, Person } from '../../core/repository/commit.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PullRequests } from '../../ports/forge.ts';
import type { GitRepository } from '../git/git-repository.ts';
import { filesOf, type Ledger, type LedgerChange } from './ledger.ts';
import type { PullRequestRecord } from './pull-request-record.ts';

type Outcome = Awaited<ReturnType<PullRequests['merge']>>;

interface Merge {
  readonly record: PullRequestRecord;
  readonly expectedHead: CommitSha;
  readonly expectedBase?: CommitSha | undefined;
  readonly message: string;
  readonly by: Person;
}

/** Base branch and record move in one push, so there is no merge that is not written down and no record of none. */
export async function mergePullRequest(
  { record, expectedHead, expectedBase, message, by }: Merge,
  ledger: Ledger,
  { repository, clock }: { readonly repository: GitRepository; readonly clock: Clock },
): Promise<LedgerChange<Outcome>> {
  const leave = (result: Outcome): LedgerChange<Outcome> => ({ files: [], message: '', by, result });
  if (record.state === 'closed') return leave({ kind: 'closed' });
  const headRef = `refs/heads/${record.head}`;
  const baseRef = `refs/heads/${record.base}`;
  const base = ledger.refs.get(baseRef);
  if (!base) throw new Failure('forge-conflict', `${repository.name} has no branch ${record.base} any more`);
  if (record.state === 'merged') {
    if (record.headSha !== expectedHead) return leave({ kind: 'head-moved' });
    return leave({ kind: 'merged', commit: record.mergeCommit ?? base });
  }
  if (ledger.refs.get(headRef) !== expectedHead) return leave({ kind: 'head-moved' });
  if (expectedBase !== undefined && base !== expectedBase) return leave({ kind: 'base-moved' });

  const merged = await repository.mergeTrees(base, expectedHead);
  if (merged.kind === 'conflict') return leave({ kind: 'conflict' });
  const commit = await repository.writeCommit({
    tree: merged.tree,
    parents: [base, expectedHead],
    message,
    author: by,
    at: clock.now(),
  });
  return {
    files: filesOf({ ...record, state: 'merged', headSha: expectedHead, endedBy: by, mergeCommit: commit }),
    message: `Merge pull request ${record.number}: ${record.title}`,
    by,
    refs: [
      { ref: baseRef, expect: base, to: commit },
      // Not moved: it is only named so that nothing is merged when it has moved.
      { ref: headRef, expect: expectedHead, to: expectedHead },
    ],
    result: { kind: 'merged', commit },
  };
}

import type { LockFile } from '../../core/installation/lock-file.ts';
import { trailersOf } from '../../core/pull-request/commit-message.ts';
import type { Commit, CommitSha, CommitSignature } from '../../core/repository/commit.ts';
import type { RepositoryContent } from '../../ports/repository-content.ts';
import type { RenderDifference } from './render-differences.ts';

interface Judging {
  readonly lock: LockFile;
  /** The commit that wrote the lock file, and what that was rendered onto. */
  readonly origin: Commit;
  readonly onto: CommitSha;
  /** Whether the base branch has that commit. */
  readonly merged: boolean;
  readonly content: Pick<RepositoryContent, 'readSignature'>;
}

interface JudgedCommit {
  readonly differences: readonly RenderDifference[];
  readonly notes: readonly string[];
}

/**
 * Judges what a commit says about its content, and who vouches for it. A proposal has all trailers, and a signature that counts where
 * the operator names keys. What lies on the base branch may have been written anew by a forge that squashes or rebases, in words of
 * its own and signed with its own key: there, what trailers it has must be true.
 */
export async function judgeCommit(judging: Judging): Promise<JudgedCommit> {
  const { origin, merged, content } = judging;
  const path = `commit ${origin.sha.slice(0, 10)}`;
  const unproved = describeSignature(await content.readSignature(origin.sha));
  const wrong = [...findWrongTrailers(judging), ...(unproved === undefined || merged ? [] : [unproved])];
  const differences = wrong.length === 0 ? [] : [{ path, what: 'commit', detail: wrong.join('; ') } as const];
  if (unproved === undefined || !merged) return { differences, notes: [] };
  return {
    differences,
    notes: [`The ${path} ${unproved}: forges that squash or rebase write commits of their own.`],
  };
}

/** @returns What is missing; `undefined` where it counts, or no keys are named that would. */
function describeSignature(signature: CommitSignature | undefined): string | undefined {
  if (!signature || signature.kind === 'trusted') return undefined;
  if (signature.kind === 'unsigned') return 'is not signed';
  return `has no signature of a key that counts (${signature.why.replace(/\.$/, '')})`;
}

function findWrongTrailers({ lock, origin, onto, merged }: Judging): readonly string[] {
  const said = Map.groupBy(trailerLines(origin.message), keyOf);
  const wanted = trailersOf({ lock, policyCommit: onto });
  const missing = merged ? [] : wanted.map(keyOf).filter((key) => !said.has(key));
  const wrong = wanted.flatMap((line) => {
    const key = keyOf(line);
    // A commit that was written anew may lie on another one than the one that it was rendered onto.
    if (merged && key === policyKey) return [];
    const other = said.get(key)?.find((it) => it !== line);
    return other === undefined ? [] : [`says "${other}" where its content says "${line}"`];
  });
  return [...(missing.length > 0 ? [`has no trailers ${missing.join(', ')}`] : []), ...wrong];
}

const policyKey = 'Consignee-Policy-Commit';
const keyOf = (line: string) => line.slice(0, line.indexOf(':'));
const trailerLines = (message: string) => message.split('\n').filter((it) => /^Consignee-[A-Z][A-Za-z-]*: /.test(it));

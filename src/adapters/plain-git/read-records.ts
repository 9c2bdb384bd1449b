import type { BlobId, Tree } from '../../core/repository/commit.ts';
import type { GitRepository } from '../git/git-repository.ts';
import { bodyFile, type PullRequestRecord, parseLedgerPath, parseRecord } from './pull-request-record.ts';

/** Reads all records of a ledger's tree, by number. */
export type ReadRecords = (tree: Tree) => Promise<readonly PullRequestRecord[]>;

interface RecordFiles {
  readonly number: number;
  readonly recordBlob: BlobId;
  /** `undefined` when somebody removed it. */
  readonly bodyBlob: BlobId | undefined;
}

type Parsed = RecordFiles & { readonly record: PullRequestRecord };

/**
 * Keeps what it parsed as long as its files stay the same: nearly all pull requests have ended, and their number grows with every
 * version.
 */
export function createReadRecords(repository: GitRepository): ReadRecords {
  let known: ReadonlyMap<number, Parsed> = new Map();

  return async (tree) => {
    const before = known;
    const all = findRecords(tree);
    const changed = all.filter((it) => !isSame(it, before.get(it.number)));
    const blobs = changed.flatMap(({ recordBlob, bodyBlob }) => (bodyBlob ? [recordBlob, bodyBlob] : [recordBlob]));
    const contents = await repository.readBlobs(blobs);
    const parsed = all.map((it) => {
      const same = before.get(it.number);
      if (same && isSame(it, same)) return same;
      const body = it.bodyBlob && contents.get(it.bodyBlob);
      return { ...it, record: parseRecord(it.number, contents.get(it.recordBlob), body) };
    });
    known = new Map(parsed.map((it) => [it.number, it]));
    return parsed.map(({ record }) => record);
  };
}

function findRecords(tree: Tree): readonly RecordFiles[] {
  return [...tree]
    .flatMap(([path, { blob }]) => {
      const place = parseLedgerPath(path);
      if (!place || place.commentId !== undefined) return [];
      const { number } = place;
      return [{ number, recordBlob: blob, bodyBlob: tree.get(bodyFile(number))?.blob }];
    })
    .sort((a, b) => a.number - b.number);
}

function isSame(a: RecordFiles, b: RecordFiles | undefined): boolean {
  return a.recordBlob === b?.recordBlob && a.bodyBlob === b.bodyBlob;
}

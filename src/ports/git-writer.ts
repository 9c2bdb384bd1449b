import type { CommitSha, FileChange, Person, TreeSha } from '../core/repository/commit.ts';

/** Writes to one git repository, without a work tree. Only `push` can be seen by others. */
export interface GitWriter {
  /**
   * Makes the tree of `base` with `changes` applied. Changing nothing gives the tree of `base`.
   *
   * @throws {Failure} `forge-denied` for a path that leads out of the repository, into `.git`, or through a symbolic link or
   *   submodule.
   */
  writeTree(base: CommitSha | TreeSha, changes: readonly FileChange[]): Promise<TreeSha>;

  /**
   * The date is part of it: without a signature, same input gives the same commit.
   *
   * @throws {Failure} `configuration` when it is to be signed and cannot be.
   */
  writeCommit(commit: CommitToWrite): Promise<CommitSha>;

  /**
   * Moves refs, all or none, each only from where it is expected to be.
   *
   * @returns `pushed` also when all of them were where they should go before. `stale` when one was elsewhere: nothing was written.
   * @throws {Failure} `forge-denied` when the server refused for another reason; `forge-unreachable`.
   */
  push(updates: readonly RefUpdate[]): Promise<'pushed' | 'stale'>;
}

export interface CommitToWrite {
  readonly tree: TreeSha;
  readonly parents: readonly CommitSha[];
  readonly message: string;
  readonly author: Person;
  readonly at: Date;
  /** Nobody else gets to see it, so it is not signed. */
  readonly forComparing?: true;
}

export interface RefUpdate {
  /** Full name, for example `refs/heads/consignee/dev/podinfo`. */
  readonly ref: string;
  /** Where the ref must be now; `undefined` when it must not exist. */
  readonly expect: CommitSha | undefined;
  /** Where it goes; `undefined` deletes it. */
  readonly to: CommitSha | undefined;
}

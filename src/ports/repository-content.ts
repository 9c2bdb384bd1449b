import type { BlobId, Commit, CommitSha, CommitSignature, Tree, TreeSha } from '../core/repository/commit.ts';

/** Reads one git repository at commits. Everything but `readRefs` answers the same for ever. */
export interface RepositoryContent {
  /** For messages: the address as configured. */
  readonly name: string;

  /**
   * Reads all branches and the bot's own refs afresh and brings what they point at within reach of the other members.
   *
   * @returns Full ref names (`refs/heads/main`) with their commits.
   * @throws {Failure} `forge-unreachable`.
   */
  readRefs(): Promise<ReadonlyMap<string, CommitSha>>;

  /**
   * Brings heads of pull requests within reach of the other members, those that lie in forks too. What is there costs nothing.
   *
   * @param heads By the number of the pull request.
   * @returns Those that are within reach now: a head may have moved since, or be too much to be fetched in time.
   */
  fetchHeads(heads: ReadonlyMap<number, CommitSha>): Promise<ReadonlySet<CommitSha>>;

  readTree(of: CommitSha | TreeSha): Promise<Tree>;

  /** @returns The paths that differ between `head` and where it left `base`; without a commit that both have, between the two. */
  changedPaths(base: CommitSha, head: CommitSha): Promise<readonly string[]>;

  /** @returns The content of each blob. Those that are larger than 5 MiB, or not in the repository, are left out. */
  readBlobs(blobs: readonly BlobId[]): Promise<ReadonlyMap<BlobId, Uint8Array>>;

  /**
   * Reads commits reachable from `to` but not from `from`, newest first, at most `limit` of them.
   *
   * @param range With `path`, only the commits that changed it; without `from`, back to the first.
   */
  readCommits(range: {
    readonly from?: CommitSha;
    readonly to: CommitSha;
    readonly path?: string;
    readonly limit: number;
  }): Promise<readonly Commit[]>;

  /** @returns What the signature of a commit proves; `undefined` where the operator names no keys that count. */
  readSignature(commit: CommitSha): Promise<CommitSignature | undefined>;

  isAncestor(ancestor: CommitSha, descendant: CommitSha): Promise<boolean>;

  /** @returns The unified diff, without colours, without prefix lines that depend on the machine. */
  diff(from: CommitSha | TreeSha, to: CommitSha | TreeSha): Promise<string>;

  /** Merges two commits without writing a commit. */
  mergeTrees(
    base: CommitSha,
    head: CommitSha,
  ): Promise<
    | { readonly kind: 'clean'; readonly tree: TreeSha }
    | { readonly kind: 'conflict'; readonly paths: readonly string[] }
  >;
}

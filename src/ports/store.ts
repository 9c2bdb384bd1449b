import type { ComponentName } from '../core/component/component-name.ts';
import type { Digest } from '../core/digest.ts';
import type { CommitSha } from '../core/repository/commit.ts';

/**
 * What git, registry and forge cannot remember. Losing it loses no safety: floors come from lock files, and commits that are
 * not recorded are recognised by rendering them again.
 */
export interface Store extends AsyncDisposable {
  /** @returns The tags seen before, each with its manifest as first seen and when that was. */
  firstSeen(registry: string, component: ComponentName): Promise<ReadonlyMap<string, FirstSeen>>;

  /** Remembers tags that are not remembered yet; those that are keep their first entry. */
  recordSeen(
    registry: string,
    component: ComponentName,
    tags: ReadonlyMap<string, Digest | undefined>,
    at: Date,
  ): Promise<void>;

  /** Remembers that the bot made this commit for this branch. Done before the push (C-06). */
  recordCommit(repository: string, branch: string, sha: CommitSha, at: Date): Promise<void>;

  recordedCommits(repository: string, branch: string): Promise<ReadonlySet<CommitSha>>;

  /** Stores a decision record; one that says the same as the newest only moves the latter's `lastAt`. */
  recordDecision(record: DecisionRecord): Promise<void>;

  /** @returns The records of one installation, newest first, at most `limit`. */
  decisions(repository: string, installation: string, limit: number): Promise<readonly StoredDecision[]>;
}

export interface FirstSeen {
  readonly manifest: Digest | undefined;
  readonly at: Date;
}

/** Why an installation is where it is, as stored. */
export interface DecisionRecord {
  readonly repository: string;
  /** `environment/application` */
  readonly installation: string;
  readonly kind: string;
  readonly because: string | undefined;
  /** The whole decision with what it rests on, as JSON data. */
  readonly detail: unknown;
  readonly at: Date;
}

export interface StoredDecision extends DecisionRecord {
  /** When the same decision was made last. */
  readonly lastAt: Date;
}

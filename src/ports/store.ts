import type { ComponentName } from '../core/component/component-name.ts';
import type { Digest } from '../core/digest.ts';
import type { CommitSha } from '../core/repository/commit.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import type { CommandLog } from './command-log.ts';
import type { Inbox } from './inbox.ts';
import type { Journal } from './journal.ts';
import type { Told } from './told.ts';

/**
 * What git, registry and forge cannot remember. Losing it loses no safety: floors come from lock files, and commits that are
 * not recorded are recognised by rendering them again.
 */
export interface Store extends AsyncDisposable {
  /** What was seen in registries. */
  readonly registries: RegistryMemory;
  /** What arrived by webhooks. */
  readonly inbox: Inbox;
  /** What the bot did, and was about to do. */
  readonly journal: Journal;
  /** What was said on the forge, so that it is said again only when it changes. */
  readonly told: Told;
  /** What people asked for in comments. */
  readonly commands: CommandLog;

  /** Remembers that the bot made this commit for this branch. Done before the push (C-06). */
  recordCommit(repository: string, branch: string, sha: CommitSha, at: Date): Promise<void>;

  recordedCommits(repository: string, branch: string): Promise<ReadonlySet<CommitSha>>;

  /** Stores a decision record; one that says the same as the newest only moves the latter's `lastAt`. */
  recordDecision(record: DecisionRecord): Promise<void>;

  /** @returns The records of one installation, newest first, at most `limit`. */
  decisions(repository: string, installation: string, limit: number): Promise<readonly StoredDecision[]>;
}

/** What registries showed: for minimum ages, for noticing what vanishes or is replaced, and for not asking again. */
export interface RegistryMemory {
  /** @returns The tags seen before, each with its manifest as first seen and when that was. */
  firstSeen(registry: string, component: ComponentName): Promise<ReadonlyMap<string, FirstSeen>>;

  /** Remembers tags that are not remembered yet; those that are keep their first entry. */
  recordSeen(
    registry: string,
    component: ComponentName,
    tags: ReadonlyMap<string, Digest | undefined>,
    at: Date,
  ): Promise<void>;

  /** @returns Where the tag led when it was looked up last. A tag that was looked up need not have been seen. */
  resolved(tag: TagAddress): Promise<Resolved | undefined>;

  /** Remembers where a tag led when it was looked up; the newest look-up counts. */
  recordResolved(tag: TagAddress, resolved: Resolved): Promise<void>;

  /** @returns What came of verifying what the tag leads to, under a policy; of another manifest than asked about as well. */
  verdict(tag: TagAddress, policy: Digest): Promise<Verdict | undefined>;

  /** Remembers a verdict in the place of the one before, of the same tag under the same policy. */
  recordVerdict(tag: TagAddress, policy: Digest, verdict: Verdict): Promise<void>;
}

/** A tag of a component in a registry. */
export interface TagAddress {
  readonly registry: string;
  readonly component: ComponentName;
  readonly tag: string;
}

export interface FirstSeen {
  readonly manifest: Digest | undefined;
  readonly at: Date;
}

export interface Resolved {
  readonly manifest: Digest;
  /** The digest of the component descriptor in it, in hexadecimal digits, where it was read. */
  readonly content?: string;
  readonly at: Date;
}

/** What came of verifying a component version. */
export interface Verdict {
  /** The manifest that was verified. */
  readonly manifest: Digest;
  readonly evidence: Evidence;
  readonly at: Date;
  /** How often in a row it was refused; 0 when it was verified. */
  readonly refusals: number;
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

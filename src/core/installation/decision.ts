import type { ComponentName } from '../component/component-name.ts';
import type { FileConflict } from '../drift/file-outcome.ts';
import type { Actor } from '../pull-request/actor.ts';
import type { PullRequest } from '../pull-request/pull-request.ts';
import type { CommitSha } from '../repository/commit.ts';
import type { Reason } from '../trust/reason.ts';
import type { Selection } from '../version/select-version.ts';
import type { Version } from '../version/version.ts';

/** The one next step for an installation. */
export type Decision =
  | { readonly kind: 'leave'; readonly because: LeaveReason; readonly detail: string; readonly changesAt?: Date }
  /** Something is wrong that a person must see; nothing is written. */
  | {
      readonly kind: 'refuse';
      readonly because: RefuseReason;
      readonly detail: string;
      readonly reasons: readonly Reason[];
      /** What people and the new render changed to different things. */
      readonly conflicts?: readonly FileConflict[];
      /** The open pull request that proposes what is refused, and does not say so yet. */
      readonly mark?: number;
      /** When it is looked at again by itself. */
      readonly changesAt?: Date;
    }
  | { readonly kind: 'open'; readonly version: Version; readonly detail: string }
  | { readonly kind: 'update'; readonly version: Version; readonly pullRequest: number; readonly detail: string }
  | { readonly kind: 'close'; readonly pullRequest: number; readonly detail: string }
  | {
      readonly kind: 'merge';
      readonly version: Version;
      readonly pullRequest: number;
      readonly expectedHead: CommitSha;
      readonly detail: string;
    };

export type LeaveReason =
  | 'in-sync'
  | 'waiting-for-merge'
  | 'set-aside'
  | 'none-in-range'
  | 'too-young'
  | 'passed-over'
  | 'ambiguous'
  | 'listing-incomplete'
  | 'branch-has-other-commits'
  | 'adopted'
  | 'held'
  | 'waiting-for-gates'
  | 'branch-deleted';

export type RefuseReason =
  | 'not-verified'
  | 'no-versions'
  | 'version-vanished'
  | 'content-changed'
  | 'conflict'
  | 'files-occupied'
  | 'pinned-otherwise'
  | 'declared-elsewhere';

/** Everything that decides about one installation, as observed in one pass. */
export interface Observation {
  readonly component: ComponentName;
  /** Where its versions are looked for. */
  readonly registry: string;
  readonly installed: Version | undefined;
  readonly selection: Selection;
  /** Versions that the registry had and lost, newer than what is installed, or installed. */
  readonly vanished: readonly Version[];
  /** Why the installed version is no longer what was installed; empty when it is. */
  readonly replaced: readonly Reason[];
  /** Rendered files that are not on the base branch as they were written: people changed them. */
  readonly edited: readonly string[];
  /** Why people's own manifest with the version must not be changed, in words. */
  readonly pinned: string | undefined;
  readonly proposal: Proposal;
  readonly branch: Branch;
  /** The open pull request from the installation's branch. */
  readonly pullRequest: PullRequest | undefined;
  readonly merge: 'manual' | 'automatic';
  /** Why nothing is to be written, in words; `undefined` where nobody holds the installation. */
  readonly held: string | undefined;
  /** Who took over the branch with what people changed on it. */
  readonly adoptedBy: Actor | undefined;
  /** What a merge by the bot waits for: approvals, checks. Read only once everything else speaks for a merge. */
  readonly waitingFor: readonly string[];
}

/** What the candidate comes to, as far as it had to be worked out. */
export type Proposal =
  /** There is no candidate. */
  | { readonly kind: 'none' }
  /** The base branch has it already, from the same inputs: nothing was read or rendered. */
  | { readonly kind: 'installed' }
  /** The open pull request carries it already, on the tip of the base branch: nothing was read or rendered. */
  | { readonly kind: 'proposed' }
  | {
      readonly kind: 'refused';
      readonly because: 'not-verified' | 'content-changed';
      readonly reasons: readonly Reason[];
      /** Whether the open pull request proposes it without saying that it is refused. */
      readonly unmarked: boolean;
      readonly lookAgainAt?: Date;
    }
  | {
      readonly kind: 'rendered';
      /** Whether the base branch differs from what is wanted. */
      readonly differs: boolean;
      readonly occupied: readonly string[];
      /** What people changed on the base branch and the render changes otherwise. */
      readonly conflicts: readonly FileConflict[];
      /** Whether the open pull request does not tell of these conflicts yet. */
      readonly unmarked: boolean;
      /** Objects that stand in other files of what Flux applies: `Kustomization flux-system/podinfo-component in …`. */
      readonly declaredElsewhere: readonly string[];
      /** A closed pull request that proposed exactly this. */
      readonly setAside: PullRequest | undefined;
      /** Whether the text of the open pull request is about this: a pass may have ended between its branch and its text. */
      readonly described: boolean;
    };

export type Branch =
  | { readonly kind: 'absent' }
  /** Somebody deleted it under the open pull request once more after it had been brought back for this version. */
  | { readonly kind: 'deleted' }
  /** `carries` tells whether merging it now would give exactly what is wanted. */
  | { readonly kind: 'ours'; readonly head: CommitSha; readonly carries: boolean }
  /** Somebody else's commits are on it. */
  | { readonly kind: 'others'; readonly head: CommitSha; readonly commits: readonly string[] };

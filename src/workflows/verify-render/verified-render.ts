import type { ConfiguredInstallation, Installation } from '../../core/installation/installation.ts';
import type { LockFile } from '../../core/installation/lock-file.ts';
import type { Commit, CommitSha, Tree } from '../../core/repository/commit.ts';
import type { Reason } from '../../core/trust/reason.ts';
import type { RenderedAgain, RenderWorld } from '../is-render-of-its-lock.ts';
import type { RepositoryState } from '../observe-repository.ts';
import type { PassOptions } from '../pass.ts';
import type { RenderDifference } from './render-differences.ts';

/** What came of verifying one installation at one commit. */
export interface VerifiedRender {
  readonly installation: Installation;
  /** As the lock file says; `undefined` without one that can be read. */
  readonly version: string | undefined;
  readonly result: 'reproduced' | 'differs' | 'refused' | 'not-installed';
  readonly differences: readonly RenderDifference[];
  /** Why the component version is not proved now. */
  readonly reasons: readonly Reason[];
  /** Sentences about what is no difference, and people should know. */
  readonly notes: readonly string[];
  /** The commit that wrote the lock file. */
  readonly origin: CommitSha | undefined;
  /** How many files were held against what rendering gives. */
  readonly compared: number;
}

export type VerifyWorld = RenderWorld & { readonly options: Pick<PassOptions, 'branch'> };

/** The commit that is verified. */
export interface VerifyView {
  readonly commit: Commit;
  /** Tip of the base branch. */
  readonly base: CommitSha;
  readonly state: RepositoryState;
  /** `undefined` for a commit that the base branch has. */
  readonly ahead?: Ahead | undefined;
}

/** A commit that the base branch does not have: all of it is to be accounted for. */
export interface Ahead {
  /** The lock files that were written on the way to it, rendered again; by the name of the installation. */
  readonly attempts: ReadonlyMap<string, Attempt>;
  /** The whole tree that it must have. */
  readonly wanted: Tree;
}

/** The commit that is verified, and what with. */
export interface VerifyAt {
  readonly view: VerifyView;
  readonly world: VerifyWorld;
}

/** An installation with the lock file that it has at the commit. */
export interface Locked {
  readonly installation: ConfiguredInstallation;
  readonly lock: LockFile;
}

/** One try to render the lock file again, from the state that one commit found. */
export interface Attempt {
  /** The commit that wrote the lock file. */
  readonly origin: Commit;
  /** What that was rendered onto. */
  readonly onto: CommitSha;
  readonly again?: RenderedAgain;
  /** What keeps it from being rendered. */
  readonly trouble?: RenderDifference;
}

/** So many earlier commits that wrote the same lock file are looked for. */
export const searchedWrites = 30;

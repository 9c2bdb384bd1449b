import type { Installation } from '../core/installation/installation.ts';
import type { Commit, CommitSha } from '../core/repository/commit.ts';
import type { Reason } from '../core/trust/reason.ts';
import type { RenderWorld } from './is-render-of-its-lock.ts';
import type { RepositoryState } from './observe-repository.ts';
import type { PassOptions } from './pass.ts';
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
}

/** The commit that is verified, and what with. */
export interface VerifyAt {
  readonly view: VerifyView;
  readonly world: VerifyWorld;
}

/** So many earlier commits that wrote the same lock file are looked for. */
export const searchedWrites = 30;

import type { Finding } from '../failure.ts';
import type { Loosening } from '../installation/loosening.ts';
import type { CommitSha } from '../repository/commit.ts';
import type { ValuesRemark } from '../values/judge-values.ts';
import type { Actor } from './actor.ts';

/** What the bot found out about a pull request of people, as far as it concerns the bot. */
export interface Review {
  readonly head: CommitSha;
  /** Paths that conflict with the base branch: then nothing can be told of what a merge would give. */
  readonly conflicts: readonly string[];
  /** `undefined` when it touches no values. */
  readonly values: readonly ReviewedValues[] | undefined;
  /** `undefined` when it does not touch the configuration. */
  readonly configuration: ReviewedConfiguration | undefined;
}

/** A values file as it would be after a merge. */
export interface ReviewedValues {
  readonly path: string;
  readonly remarks: readonly ValuesRemark[];
}

export type ReviewedConfiguration =
  /** It cannot be used. */
  | { readonly kind: 'wrong'; readonly findings: readonly Finding[] }
  | {
      readonly kind: 'read';
      /** Installations of which something changes. */
      readonly changes: readonly PlannedChange[];
      /** How many more may change, which were not looked at. */
      readonly more: number;
      /** Whether it was worked out what would be proposed: not for those who may not write. */
      readonly planned: boolean;
      readonly loosened: readonly Loosening[];
      /** Who approved exactly this head, and may; of interest when something is loosened. */
      readonly approvedBy: readonly Actor[];
      /** Approvals that do not count, with the reason of each as a sentence without its end. */
      readonly uncounted: readonly string[];
      /** Who may approve: plain text. */
      readonly whoMay: string;
    };

/** What would become of an installation. Texts as they are, in no markup. */
export interface PlannedChange {
  readonly name: string;
  readonly now: string;
  readonly next: string;
  /** Why it could not go on, where the change is what keeps it from that. */
  readonly wrong?: Finding;
}

/** A status that says what came of it. */
export interface ReviewCheck {
  readonly context: string;
  readonly state: 'success' | 'failure';
  /** One line of at most 140 characters. */
  readonly description: string;
}

/** @returns Whether it fails for nothing but an approval that is not there yet. */
export function waitsForApproval({ conflicts, configuration }: Review): boolean {
  if (conflicts.length > 0 || configuration?.kind !== 'read') return false;
  const { loosened, approvedBy, changes } = configuration;
  return loosened.length > 0 && approvedBy.length === 0 && changes.every((it) => it.wrong === undefined);
}

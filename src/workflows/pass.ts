import type { VersionDifference } from '../core/diff/version-difference.ts';
import type { Failure } from '../core/failure.ts';
import type { Decision } from '../core/installation/decision.ts';
import type { Installation } from '../core/installation/installation.ts';
import type { LockFile } from '../core/installation/lock-file.ts';
import type { Actor } from '../core/pull-request/actor.ts';
import type { PullRequestContent } from '../core/pull-request/describe.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { CommitSha, FileChange, FileSet, Person, TreeSha } from '../core/repository/commit.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import type { Selection } from '../core/version/select-version.ts';
import type { Clock } from '../ports/clock.ts';
import type { ComponentRepositories } from '../ports/component-repository.ts';
import type { Evaluator } from '../ports/evaluator.ts';
import type { Forge, PeoplesPullRequest } from '../ports/forge.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { TemplateSets } from '../ports/template-sets.ts';
import type { Listings } from './list-versions.ts';
import type { ReadConfiguration, RepositoryState } from './observe-repository.ts';
import type { Watched } from './people/watched.ts';
import type { OperatorFloor } from './read-trust-policy.ts';
import type { SaidByPeople } from './state-branch.ts';

/** What a pass needs of the world. */
export interface PassPorts {
  readonly forge: Forge;
  readonly repositories: ComponentRepositories;
  readonly evaluator: Evaluator;
  readonly templateSets: TemplateSets;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a pass is asked to do. */
export interface PassOptions {
  /** Name of the applications repository in the server configuration. */
  readonly repository: string;
  /** The branch that Flux applies. */
  readonly branch: string;
  readonly read: ReadConfiguration;
  /** Who the bot is in commits and pull requests. */
  readonly bot: Person;
  /** `plan` decides and writes nothing that others can see; `run` acts. */
  readonly mode: 'plan' | 'run';
  /** Installations to look at (`environment/application`); empty for all. */
  readonly only: readonly string[];
  /** Asks the registry for what it was asked before, too: somebody wants it looked at now. */
  readonly anew: boolean;
  readonly floor: OperatorFloor;
  /** What to do about names in `only` that are not configured (any more). Default: they are a mistake. */
  readonly missing?: 'skip';
  /** Lets more urgent work come first, between two installations. @returns How to go on. */
  readonly between?: () => Promise<'go-on' | 'observe-again' | 'stop'>;
  /** Called with people's pull requests that have statuses of the bot, once a pass over everything has looked at them. */
  readonly onLooked?: (watched: readonly Watched[]) => void;
  /** Where branches and the bot's own refs are, when that was read just now. */
  readonly refs?: ReadonlyMap<string, CommitSha> | undefined;
  /** Renders what is known to be installed or proposed already, too: for looking at it. */
  readonly fresh: boolean;
}

/** What one pass over an applications repository has read of it, for all its installations. */
export interface PassView {
  readonly state: RepositoryState;
  readonly refs: ReadonlyMap<string, CommitSha>;
  /** The account that the bot acts with. */
  readonly self: Actor;
  /** What people decided by commands. */
  readonly said: SaidByPeople;
  /** The open ones of the bot. */
  readonly pullRequests: readonly PullRequest[];
  /** The open ones of people. */
  readonly others: readonly PeoplesPullRequest[];
  /** What the registries offer. */
  readonly listings: Listings;
}

/** What came of one installation. */
export interface InstallationResult {
  readonly installation: Installation;
  readonly installed: LockFile | undefined;
  readonly selection: Selection | undefined;
  readonly evidence: Evidence | undefined;
  /** All files as they are to be, once they were rendered. */
  readonly files: FileSet | undefined;
  /** What would be written, where that differs from the base branch. */
  readonly change: ProposedChange | undefined;
  readonly outcome:
    | { readonly kind: 'decided'; readonly decision: Decision }
    | { readonly kind: 'failed'; readonly failure: Failure };
  /** The pull request after the pass. */
  readonly pullRequest: PullRequest | undefined;
}

/** A change of the applications repository, ready to be committed. */
export interface ProposedChange {
  readonly lock: LockFile;
  readonly changes: readonly FileChange[];
  /** The base branch with the changes. */
  readonly tree: TreeSha;
  readonly content: PullRequestContent;
  /** Compares the component versions, each time: for those who review, so that it is not done before somebody is to read it. */
  readonly difference: () => Promise<VersionDifference>;
}

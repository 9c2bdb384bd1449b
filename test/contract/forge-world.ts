import type { Actor } from '../../src/core/pull-request/actor.ts';
import type { CommitSha } from '../../src/core/repository/commit.ts';
import type { CheckState, Forge, Review } from '../../src/ports/forge.ts';
import type { GitPerson } from '../support/git-world.ts';

/** A forge with one repository whose branch `main` holds `worldFiles`, and a person who may push to it. */
export interface ForgeWorld extends AsyncDisposable {
  readonly forge: Forge;
  readonly person: GitPerson;
  /** People who act through the forge itself; `undefined` where nobody has an account. */
  readonly accounts: ForgeAccounts | undefined;
  /** The same repository, as another process has it. */
  openAgain(): Promise<Forge>;
  /** Has every push refused with this text. */
  refuse(text: string): Promise<void>;
}

/** Somebody else than the bot: the maintainer may write, the stranger only read. */
export type Role = 'maintainer' | 'stranger';

/** Each member has had its effect when it returns, in what the bot reads as well. */
export interface ForgeAccounts {
  readonly actors: Readonly<Record<Role | 'admin', Actor>>;
  /** `organisation/team`, one with the bot in it and one with the maintainer, which the bot may not look into. */
  readonly teams: { readonly own: string; readonly foreign: string };
  comment(by: Role, number: number, body: string): Promise<string>;
  /** At least a second after it was made, for no forge dates more finely. */
  editComment(by: Role, id: string, body: string): Promise<void>;
  deleteComment(by: Role, id: string): Promise<void>;
  openPullRequest(by: Role, request: { head: string; base: string; title: string }): Promise<number>;
  /** A title that begins with `WIP:` makes it a draft. */
  edit(by: Role, number: number, change: { title?: string; base?: string; state?: 'open' | 'closed' }): Promise<void>;
  label(by: Role, number: number, name: string): Promise<void>;
  merge(by: Role, number: number): Promise<void>;
  deleteBranch(by: Role, name: string): Promise<void>;
  review(by: Role, number: number, verdict: Review['verdict']): Promise<void>;
  setStatus(by: Role, sha: CommitSha, status: { context: string; state: CheckState }): Promise<void>;
  openIssue(by: Role, issue: { title: string; body: string }): Promise<number>;
  /** The text of an issue or pull request as the forge holds it, with its hidden lines. */
  readBody(number: number): Promise<string>;
  /** Lets nothing be merged into `main` without these, whoever merges. */
  protect(rule: { contexts?: readonly string[]; approvals?: number; dismissStale?: boolean }): Promise<void>;
}

/** What a forge may be without, or do in its own way. The tests of it are left out, and shown as left out. */
export type ForgePart =
  | 'accounts'
  | 'checks'
  | 'reviews'
  | 'issues'
  /** A pull request stays open while its branch is gone. */
  | 'open without a branch'
  /** What a person merged with git counts as merged. */
  | 'merged with git'
  /** The tip of the base is compared in one step with merging into it. */
  | 'merge compares the base';

import type { Actor } from '../../core/pull-request/actor.ts';
import type { GitRepository } from '../git/git-repository.ts';
import type { GitHubClient } from './github-client.ts';
import type { Lock } from './lock.ts';

/** One repository on GitHub, as all parts of the forge use it. */
export interface GitHubRepository {
  readonly client: GitHubClient;
  readonly owner: string;
  readonly name: string;
  /** Both names, as the parameters of every request want them. */
  readonly at: { readonly owner: string; readonly repo: string };
  readonly git: GitRepository;
  /** The bot's own account. */
  self(): Promise<Actor>;
  /** Makes, merges and keeps things one after the other. */
  readonly lock: Lock;
}

/** What GitHub calls an account that is gone; it is nobody's, so it has no number of its own. */
const ghost: Actor = { id: 'ghost', name: 'ghost' };

/** @returns Whoever it was. Accounts that were deleted are all one. */
export function actorOf(user: { readonly id: number; readonly login: string } | null | undefined): Actor {
  return user ? { id: String(user.id), name: user.login } : ghost;
}

/** The most that GitHub gives at once. */
export const per_page = 100;

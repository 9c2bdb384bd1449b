import { Failure } from '../core/failure.ts';
import type { Installation } from '../core/installation/installation.ts';
import { branchOf, lockPathOf } from '../core/installation/places.ts';
import type { Actor } from '../core/pull-request/actor.ts';
import { parseBody } from '../core/pull-request/body.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { CommitSha } from '../core/repository/commit.ts';
import type { Skip } from '../core/state/skips.ts';
import { compareVersions, parseVersion, type Version } from '../core/version/version.ts';
import type { Forge } from '../ports/forge.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';
import { readLockAt } from './read-lock.ts';

/** How far back in the history of a lock file a version that was taken back is looked for. */
const historyLimit = 200;

interface SetAsideInput {
  readonly installation: Installation;
  readonly installed: Version | undefined;
  readonly base: CommitSha;
  readonly forge: Pick<Forge, 'content' | 'pullRequests'>;
  /** The bot's own account. */
  readonly self: Actor;
  /** By command. */
  readonly skips: readonly Skip[];
}

/**
 * Finds the versions that people decided against: by closing their pull request, by a command, or by taking them
 * back on the base branch.
 *
 * @returns Each version with the reason in words.
 */
export async function findSetAside(input: SetAsideInput): Promise<ReadonlyMap<string, string>> {
  const skipped = input.skips.map(({ version, by }): [string, string] => [version, `${by.name} skipped it`]);
  return new Map([...(await findTakenBack(input)), ...(await findClosed(input)), ...skipped]);
}

async function findClosed({
  installation,
  installed,
  forge,
  self,
}: SetAsideInput): Promise<readonly [string, string][]> {
  const found: [string, string][] = [];
  const ended = await forge.pullRequests.listEnded(branchOf(installation));
  for (const pullRequest of ended.filter((it) => closedByPerson(it, self))) {
    const version = await readProposed(forge.content, pullRequest, lockPathOf(installation));
    const by = pullRequest.endedBy ? ` by ${pullRequest.endedBy.name}` : '';
    if (version && version !== installed) found.push([version, `pull request #${pullRequest.number} was closed${by}`]);
  }
  return found;
}

/** What its text says is what people decided on; where somebody emptied the text, the lock file on its branch says it too. */
async function readProposed(
  content: RepositoryContent,
  { headSha, body }: PullRequest,
  lockPath: string,
): Promise<Version | undefined> {
  const said = parseBody(body)?.version;
  if (said || !headSha) return said;
  try {
    return (await readLockAt(content, headSha, lockPath))?.version;
  } catch (error) {
    // The commits of a branch that is gone may be gone as well.
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** @returns Whether a person ended this pull request without merging it: neither the bot, nor the forge with its branch. */
export function closedByPerson({ state, endedBy, endedWithBranch }: PullRequest, self: Actor): boolean {
  return state === 'closed' && !endedWithBranch && endedBy?.id !== self.id;
}

/** A version that the base branch had and has no more was taken back by somebody: a revert must not be undone by the bot. */
async function findTakenBack({
  installation,
  installed,
  base,
  forge: { content },
}: SetAsideInput): Promise<readonly [string, string][]> {
  const path = lockPathOf(installation);
  const commits = await content.readCommits({ to: base, path, limit: historyLimit });
  const found = new Map<string, string>();
  for (const { sha } of commits) {
    const version = (await readLockAt(content, sha, path))?.version;
    if (version && isNewer(version, installed)) found.set(version, `it was installed before and was taken back in git`);
  }
  return [...found];
}

function isNewer(version: Version, installed: Version | undefined): boolean {
  const [a, b] = [parseVersion(version), installed && parseVersion(installed)];
  return a !== undefined && (!b || compareVersions(a, b) > 0);
}

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
  const [takenBack, closed] = await Promise.all([findTakenBack(input), findClosed(input)]);
  return new Map([...takenBack, ...closed, ...skipped]);
}

async function findClosed(input: SetAsideInput): Promise<readonly [string, string][]> {
  const { installation, installed, forge, self } = input;
  const ended = await forge.pullRequests.listEnded(branchOf(installation));
  const found: [string, string][] = [];
  for (const [version, proposals] of await groupByVersion(ended, input)) {
    const last = findDecidedAgainst(proposals, self);
    if (last && version !== installed) found.push([version, howEnded(last)]);
  }
  return found;
}

async function groupByVersion(ended: readonly PullRequest[], { installation, forge }: SetAsideInput) {
  const groups = new Map<Version, PullRequest[]>();
  for (const pullRequest of ended.filter(({ state }) => state === 'closed')) {
    const version = await readProposed(forge.content, pullRequest, lockPathOf(installation));
    if (version) groups.set(version, [...(groups.get(version) ?? []), pullRequest]);
  }
  return groups;
}

function howEnded({ number, endedBy, endedWithBranch }: PullRequest): string {
  if (endedWithBranch) return `the branch of pull request #${number} was deleted, for the second time`;
  return `pull request #${number} was closed${endedBy ? ` by ${endedBy.name}` : ''}`;
}

/**
 * A pull request that ended with its branch is opened again once, for nobody need have decided anything (design.md 6); when that happens
 * once more, somebody means it.
 *
 * @param ended Those that proposed the same, in the order in which they were opened.
 * @returns The one by which people decided against it; `undefined` when they did not.
 */
export function findDecidedAgainst(ended: readonly PullRequest[], self: Actor): PullRequest | undefined {
  const withBranch = ended.filter(isEndedWithBranch);
  return ended.findLast((it) => closedByPerson(it, self)) ?? (withBranch.length > 1 ? withBranch.at(-1) : undefined);
}

export const isEndedWithBranch = ({ state, endedWithBranch }: PullRequest): boolean =>
  state === 'closed' && endedWithBranch;

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
function closedByPerson({ state, endedBy, endedWithBranch }: PullRequest, self: Actor): boolean {
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

import type { Installation } from '../core/installation/installation.ts';
import { branchOf } from '../core/installation/places.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { Person } from '../core/repository/commit.ts';
import type { Version } from '../core/version/version.ts';
import type { Comments } from '../ports/forge.ts';

/** A branch that is deleted under its pull request is brought back once for each version (design.md 6): this remembers it. */
const markerOf = (version: Version) => `<!-- consignee:brought-back version=${version} -->`;

/** @returns Whether the branch of the pull request was brought back for this version before. */
export async function wasBroughtBack(
  { number }: PullRequest,
  version: Version,
  { comments, bot }: { readonly comments: Comments; readonly bot: Person },
): Promise<boolean> {
  const marker = markerOf(version);
  return (await comments.list(number)).some(({ author, body }) => author.email === bot.email && body.includes(marker));
}

/** @returns What the pull request is told when its branch is brought back. */
export function describeBroughtBack(installation: Installation, version: Version): string {
  return [
    markerOf(version),
    `The branch ${branchOf(installation)} was deleted while this pull request was open, so it was made anew, once. `,
    `To skip ${version}, close the pull request.`,
  ].join('\n');
}

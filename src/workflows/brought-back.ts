import type { Installation } from '../core/installation/installation.ts';
import { branchOf } from '../core/installation/places.ts';
import type { Actor } from '../core/pull-request/actor.ts';
import { commentMarker } from '../core/pull-request/comment-marker.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { Version } from '../core/version/version.ts';
import type { Comments } from '../ports/forge.ts';

/** A branch that is deleted under its pull request is brought back once for each version (design.md 6): this remembers it. */
const keyOf = (version: Version) => `brought-back/${version}`;

/** @returns Whether the branch of the pull request was brought back for this version before. */
export async function wasBroughtBack(
  { number }: PullRequest,
  version: Version,
  { comments, self }: { readonly comments: Comments; readonly self: Actor },
): Promise<boolean> {
  const marker = commentMarker(keyOf(version));
  return (await comments.list(number)).some(({ author, body }) => author.id === self.id && body.includes(marker));
}

/** @returns What the pull request is told when its branch is brought back, once for each version. */
export function describeBroughtBack(installation: Installation, version: Version) {
  const lines = [
    `The branch ${branchOf(installation)} was deleted while this pull request was open, so it was made anew, once. `,
    `To skip ${version}, close the pull request.`,
  ];
  return { key: keyOf(version), body: lines.join('\n') };
}

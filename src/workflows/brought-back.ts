import type { Installation } from '../core/installation/installation.ts';
import { branchOf } from '../core/installation/places.ts';
import type { Actor } from '../core/pull-request/actor.ts';
import { parseBody } from '../core/pull-request/body.ts';
import { commentMarker } from '../core/pull-request/comment-marker.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { Version } from '../core/version/version.ts';
import type { Comments } from '../ports/forge.ts';
import { isEndedWithBranch } from './find-set-aside.ts';

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

/** @returns What the text of a pull request says where the one before it ended with its branch; nothing where none did. */
export function noteOnBroughtBack(ended: readonly PullRequest[], version: Version): readonly string[] {
  const before = ended.findLast((it) => isEndedWithBranch(it) && parseBody(it.body)?.version === version);
  if (!before) return [];
  return [
    `Pull request #${before.number} was closed when its branch was deleted, so ${version} is proposed once more, and not a third time. To skip it, close this pull request.`,
  ];
}

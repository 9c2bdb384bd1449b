import { parseLockFile } from '../../src/core/installation/lock-file.ts';
import { trailersOf } from '../../src/core/pull-request/commit-message.ts';
import type { CommitSha, TreeSha } from '../../src/core/repository/commit.ts';
import type { RepositoryContent } from '../../src/ports/repository-content.ts';

const lockPath = '.consignee/lock/default/podinfo.yaml';

/** @returns A message with the trailers that a commit of these files has as a proposal on `onto`, as far as its lock file can be read. */
export async function proposalMessage(
  tree: TreeSha,
  onto: CommitSha | undefined,
  content: Pick<RepositoryContent, 'readTree' | 'readBlobs'>,
): Promise<string> {
  const { blob } = (await content.readTree(tree)).get(lockPath) ?? {};
  const bytes = blob && (await content.readBlobs([blob])).get(blob);
  try {
    const lock = parseLockFile(Buffer.from(bytes ?? '').toString(), lockPath);
    return `Variant\n\n${trailersOf({ lock, policyCommit: onto ?? '' }).join('\n')}\n`;
  } catch {
    return 'Variant\n';
  }
}

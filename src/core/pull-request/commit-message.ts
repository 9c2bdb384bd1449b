import { type LockFile, renderDigestOf } from '../installation/lock-file.ts';
import { describeTitle, type PullRequestContent } from './describe.ts';

/** @returns The message of a commit on the installation's branch, with what it rests on as trailers. */
export function commitMessage(content: PullRequestContent, proposal: ProposalOrigin): string {
  return `${describeTitle(content)}\n\n${trailersOf(proposal).join('\n')}\n`;
}

/** @returns The message of the merge commit: git alone answers an auditor. */
export function mergeMessage(number: number, title: string, trailerLines: readonly string[]): string {
  return `Merge pull request #${number}: ${title.replace(/\s+/g, ' ')}\n\n${trailerLines.join('\n')}\n`;
}

/** What a proposal was made from. */
export interface ProposalOrigin {
  readonly lock: LockFile;
  /** The commit of the base branch whose configuration and trust policy were used. */
  readonly policyCommit: string;
}

/** @returns What a proposal rests on, as trailers; worked out from its content, for anybody can write lines into a message. */
export function trailersOf({ lock, policyCommit }: ProposalOrigin): readonly string[] {
  const { environment, application, component, version, digest } = lock;
  return [
    `Consignee-Installation: ${environment}/${application}`,
    `Consignee-Component: ${component}:${version}`,
    `Consignee-Component-Digest: ${digest.hashAlgorithm}:${digest.value} ${digest.normalisationAlgorithm}`,
    `Consignee-Render-Digest: ${renderDigestOf(lock)}`,
    `Consignee-Policy-Commit: ${policyCommit}`,
  ];
}

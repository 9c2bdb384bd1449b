import type { Evidence } from '../trust/evidence.ts';
import { describeTitle, type PullRequestContent } from './describe.ts';

/** @returns The message of a commit on the installation's branch, with what it rests on as trailers. */
export function commitMessage(content: PullRequestContent, policyCommit: string): string {
  return `${describeTitle(content)}\n\n${trailers(content, policyCommit).join('\n')}\n`;
}

/** @returns The message of the merge commit: git alone answers an auditor. */
export function mergeMessage(number: number, title: string, trailerLines: readonly string[]): string {
  return `Merge pull request #${number}: ${title.replace(/\s+/g, ' ')}\n\n${trailerLines.join('\n')}\n`;
}

function trailers(
  { environment, application, evidence, render }: PullRequestContent,
  policyCommit: string,
): readonly string[] {
  return [
    `Consignee-Installation: ${environment}/${application}`,
    `Consignee-Component: ${evidence.component}:${evidence.version}`,
    `Consignee-Component-Digest: ${digestInWords(evidence)}`,
    `Consignee-Render-Digest: ${render}`,
    `Consignee-Policy-Commit: ${policyCommit}`,
  ];
}

function digestInWords({ digest }: Evidence): string {
  return digest ? `${digest.hashAlgorithm}:${digest.value} ${digest.normalisationAlgorithm}` : 'none';
}

/** @returns The lines of `message` that the bot wrote as trailers. */
export function trailersOf(message: string): readonly string[] {
  return message.split('\n').filter((line) => /^Consignee-[A-Za-z-]+: /.test(line));
}

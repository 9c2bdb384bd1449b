import { configurationFolder, copiesFolder } from '../installation/places.ts';

/**
 * Takes out of a unified diff what nobody reviews: the files that Consignee keeps for itself (lock, evidence, copies of
 * renders that people edited) and the names of git's blobs. What is left is what runs differently, and what a reviewer has to judge.
 */
export function reviewDiff(diff: string): string {
  const files = diff
    .split(/^(?=diff --git )/m)
    .filter((it) => !ownFolders.some((folder) => it.startsWith(`diff --git a/${folder}/`)));
  return files.map(withoutBlobNames).join('');
}

const ownFolders = [`${configurationFolder}/lock`, copiesFolder];

/** Only in the header of a file, which ends before its first hunk: lines of content begin with a blank, a plus or a minus. */
function withoutBlobNames(file: string): string {
  return file.replace(/^index [0-9a-f]+\.\.[0-9a-f]+(?: \d+)?\n/m, '');
}

import type { GitWriter } from '../../ports/git-writer.ts';

/**
 * Makes the bytes of a commit object. The date is in UTC and to the second, so that the same commit has the same id anywhere.
 *
 * @see git-commit-tree(1), "Commit Information".
 */
export function printCommit({ tree, parents, message, author, at }: Parameters<GitWriter['writeCommit']>[0]): Buffer {
  const email = identityText(author.email);
  const name = identityText(author.name) || email || 'unknown';
  const identity = `${name} <${email}> ${Math.floor(at.getTime() / 1000)} +0000`;
  const header = [
    `tree ${tree}`,
    ...parents.map((it) => `parent ${it}`),
    `author ${identity}`,
    `committer ${identity}`,
  ];
  const text = message.replaceAll('\0', '').trimEnd();
  return Buffer.from(`${header.join('\n')}\n\n${text}\n`);
}

/** Without what git does not take in an identity, or cuts off at its ends. */
function identityText(text: string): string {
  return text.replaceAll(/[\p{Cc}<>]/gu, ' ').replaceAll(/^[\s.,:;"\\']+|[\s.,:;"\\']+$/g, '');
}

import type { Person } from '../../core/repository/commit.ts';
import type { CommitToWrite } from '../../ports/git-writer.ts';

/**
 * Makes the bytes of a commit object. The date is in UTC and to the second, so that the same commit has the same id anywhere.
 *
 * @see git-commit-tree(1), "Commit Information".
 */
export function printCommit({ tree, parents, message, author, at }: CommitToWrite): Buffer {
  const { name, email } = identityOf(author);
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

/** @returns Name and email as git takes them. */
export function identityOf({ name, email }: Person): Person {
  const fit = identityText(email);
  return { name: identityText(name) || fit || 'unknown', email: fit };
}

/** Without what git does not take in an identity, or cuts off at its ends. */
function identityText(text: string): string {
  return text.replaceAll(/[\p{Cc}<>]/gu, ' ').replaceAll(/^[\s.,:;"\\']+|[\s.,:;"\\']+$/g, '');
}

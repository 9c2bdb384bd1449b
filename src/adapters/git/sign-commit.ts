import { Failure } from '../../core/failure.ts';
import type { CommitSha, CommitSignature } from '../../core/repository/commit.ts';
import type { CommitToWrite } from '../../ports/git-writer.ts';
import { identityOf } from './commit-text.ts';
import { quoteGit } from './git-failure.ts';
import { commitShaOf } from './git-objects.ts';
import type { LocalCopy } from './local-copy.ts';

/** With which key commits are signed, and whose signatures count; as git has it (gpg.format, user.signingKey). */
export interface CommitSigning {
  readonly format: 'ssh' | 'openpgp';
  /** Path of a private key without a passphrase, or the fingerprint of an OpenPGP key. `undefined`: nothing is signed. */
  readonly key: string | undefined;
  /** File of keys that count, for ssh: `<name> <public key>` in lines, see ssh-keygen(1), ALLOWED SIGNERS. */
  readonly allowedSigners: string | undefined;
  /** Folder of the keyring (GNUPGHOME), for openpgp: the key, and the public keys that count. */
  readonly home: string | undefined;
}

/**
 * Writes a commit with a signature: by git, which leaves it to ssh-keygen or gpg.
 *
 * @throws {Failure} `configuration` when it cannot be signed.
 */
export async function writeSigned(commit: CommitToWrite, signing: CommitSigning, copy: LocalCopy): Promise<CommitSha> {
  const { tree, parents, message, at } = commit;
  const { name, email } = identityOf(commit.author);
  const date = `${Math.floor(at.getTime() / 1000)} +0000`;
  const who = ['AUTHOR', 'COMMITTER'].flatMap((role) => [
    [`GIT_${role}_NAME`, name],
    [`GIT_${role}_EMAIL`, email],
    [`GIT_${role}_DATE`, date],
  ]);
  const words = [...settingsOf(signing), 'commit-tree', '-S', tree, ...parents.flatMap((it) => ['-p', it]), '-F', '-'];
  const { code, stdout, stderr } = await copy.localRun(words, [0, 1, 128], {
    input: `${message.replaceAll('\0', '').trimEnd()}\n`,
    variables: { ...homeOf(signing), ...Object.fromEntries(who) },
  });
  if (code === 0) return commitShaOf(stdout.toString());
  throw new Failure('configuration', `A commit could not be signed: ${quoteGit(stderr)}`, {
    remedy:
      'Check "signing" in the server configuration: that the key is there, readable for Consignee alone, and has no passphrase.',
  });
}

/** @returns What a signature proves by the keys that count; `undefined` where none are named. */
export async function readSignature(
  commit: CommitSha,
  signing: CommitSigning,
  copy: LocalCopy,
): Promise<CommitSignature | undefined> {
  if ((signing.format === 'ssh' ? signing.allowedSigners : signing.home) === undefined) return undefined;
  const { bytes } = await copy.read(commit, 'commit');
  const header = bytes.toString('latin1').split('\n\n', 1)[0] ?? '';
  if (!/^gpgsig(?:-sha256)? /m.test(header)) return { kind: 'unsigned' };
  const words = [...settingsOf(signing), 'verify-commit', commit];
  const { code, stderr } = await copy.localRun(words, [0, 1, 128], { variables: homeOf(signing) });
  return code === 0 ? { kind: 'trusted' } : { kind: 'untrusted', why: quoteGit(stderr) };
}

function settingsOf({ format, key, allowedSigners }: CommitSigning): readonly string[] {
  const settings = {
    'gpg.format': format,
    'user.signingKey': key,
    'gpg.ssh.allowedSignersFile': allowedSigners,
  };
  return Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : ['-c', `${name}=${value}`]));
}

const homeOf = ({ home }: CommitSigning) => (home === undefined ? {} : { GNUPGHOME: home });

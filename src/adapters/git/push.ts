import { setTimeout } from 'node:timers/promises';
import { Failure } from '../../core/failure.ts';
import type { RefUpdate } from '../../ports/git-writer.ts';
import { quoteServer, remoteFailure } from './git-failure.ts';
import type { GitOutput } from './git-process.ts';
import { listRemoteRefs, type Remote } from './remote-refs.ts';

/** A lock that another push holds is gone in a moment; a lock file that was left behind is not. */
const attempts = 5;
const networkSeconds = 120;

/**
 * Moves refs with an explicit lease each, with full ids: a bare lease is worthless once something was fetched (B-15). When the
 * server's answer is anything but success, the refs are read again and decide (C-08).
 *
 * @param folder The git directory that has what is pushed.
 */
export async function push(updates: readonly RefUpdate[], remote: Remote, folder: string): Promise<'pushed' | 'stale'> {
  if (updates.length === 0) return 'pushed';
  for (let attempt = 1; ; attempt++) {
    const output = await runPush(updates, remote, folder);
    if (output.code === 0) return 'pushed';
    const refs = await listRemoteRefs(remote);
    if (updates.every(({ ref, to }) => refs.get(ref) === to)) return 'pushed';
    const rejections = parseRejections(output);
    const moved = updates.some(({ ref, expect }) => refs.get(ref) !== expect);
    if (moved || rejections.includes('stale info')) return 'stale';
    if (attempt === attempts || !isLock(rejections, output)) throw refusal(updates, rejections, output, remote.name);
    await setTimeout(attempt * (20 + Math.random() * 30));
  }
}

function runPush(updates: readonly RefUpdate[], { git, address }: Remote, folder: string): Promise<GitOutput> {
  const leases = updates.map(({ ref, expect }) => `--force-with-lease=${ref}:${expect ?? ''}`);
  const refs = updates.map(({ ref, to }) => `${to ?? ''}:${ref}`);
  const words = ['push', '--porcelain', '--atomic', '--no-verify', '--recurse-submodules=no', '--no-signed'];
  return git.run([...words, ...leases, '--end-of-options', address.url, ...refs], {
    folder,
    seconds: networkSeconds,
    code: 'forge-unreachable',
  });
}

/** @returns Why each ref was rejected, of lines such as `!\t<id>:<ref>\t[rejected] (stale info)`. */
function parseRejections({ stdout }: GitOutput): readonly string[] {
  return stdout
    .toString()
    .split('\n')
    .flatMap((line) => (line.startsWith('!') ? [/\(([^()]*)\)\s*$/.exec(line)?.[1] ?? ''] : []));
}

function isLock(rejections: readonly string[], { stderr }: GitOutput): boolean {
  return (
    rejections.some((it) => /lock|failed to update ref|atomic transaction failed/i.test(it)) ||
    (rejections.length > 0 && /cannot lock ref|unable to create .*\.lock/i.test(stderr))
  );
}

function refusal(
  updates: readonly RefUpdate[],
  rejections: readonly string[],
  output: GitOutput,
  name: string,
): Failure {
  // Without a word about any ref, the two sides did not get to speak about them.
  if (rejections.length === 0) return remoteFailure(name, 'push to', output);
  const refs = updates.map(({ ref }) => ref).join(', ');
  const said = quoteServer(output.stderr);
  const reasons = [...new Set(rejections)].filter((it) => it !== 'atomic push failed').join(', ');
  return new Failure('forge-denied', `${name} refused to move ${refs}: ${reasons}${said && `: ${said}`}`, {
    remedy: remedyFor(reasons),
  });
}

function remedyFor(reasons: string): string {
  if (reasons.includes('currently checked out')) {
    return 'Use a bare repository: git does not move the branch that a work tree has checked out.';
  }
  return 'Allow this push in the hooks or the branch protection of the repository, or follow what they say.';
}

import type { Installation } from '../core/installation/installation.ts';
import { branchOf } from '../core/installation/places.ts';
import type { PullRequest } from '../core/pull-request/pull-request.ts';
import type { PassOptions, PassPorts } from './pass.ts';

/**
 * An installation has one open pull request (reliability.md C-10). Where somebody opens an older one again there are two of the same
 * branch: the oldest is kept (design.md 6), which the others say.
 *
 * @param open All open pull requests of the bot.
 */
export async function closeTwins(
  installation: Installation,
  open: readonly PullRequest[],
  { ports, options }: { readonly ports: Pick<PassPorts, 'forge'>; readonly options: Pick<PassOptions, 'bot'> },
): Promise<void> {
  const [oldest, ...younger] = proposalsOf(installation, open);
  const { comments, pullRequests } = ports.forge;
  const { bot: by } = options;
  for (const { number } of younger) {
    const body = `Closed: pull request #${oldest?.number} is open from the same branch, and older.`;
    await comments.ensure(number, { key: 'closed', body, by });
    await pullRequests.close(number, by);
  }
}

/** @returns Those of the installation, the oldest first. */
export function proposalsOf(installation: Installation, open: readonly PullRequest[]): readonly PullRequest[] {
  const head = branchOf(installation);
  return open.filter((it) => it.head === head).toSorted((a, b) => a.number - b.number);
}

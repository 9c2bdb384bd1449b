import type { PullRequest } from '../../src/core/pull-request/pull-request.ts';
import type { Forge } from '../../src/ports/forge.ts';

/** @returns All pull requests that are the bot's, oldest first. */
export async function listAll({ pullRequests }: Forge): Promise<readonly PullRequest[]> {
  const all = [...(await pullRequests.listEnded()), ...(await pullRequests.listOpen())];
  return all.toSorted((a, b) => a.number - b.number);
}

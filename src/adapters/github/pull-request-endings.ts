import type { GitHubRepository } from './github-repository.ts';
import { actorOf, per_page } from './github-repository.ts';
import { type Ending, type ListedPull, noEnding, type ReadPull } from './show-pull-request.ts';

/** @returns How a pull request ended; for one that is open that it did not. */
export type ReadEnding = (pull: ReadPull | ListedPull) => Promise<Ending>;

interface Event {
  readonly event: string;
  readonly actor: { readonly id: number; readonly login: string } | null;
}

/**
 * Lists say neither who ended a pull request nor why, its events do. They are asked for once: how it ended stays, until somebody opens
 * it again.
 */
export function createReadEnding({ client, at }: GitHubRepository): ReadEnding {
  const known = new Map<string, Promise<Ending>>();
  const read = async (issue_number: number) => {
    const events: readonly Event[] = await client.paginate(client.rest.issues.listEvents, {
      ...at,
      issue_number,
      per_page,
    });
    return endingOf(events);
  };
  return (pull) => {
    if (pull.state === 'open') return Promise.resolve(noEnding);
    const key = `${pull.number} ${pull.closed_at}`;
    const ending = known.get(key) ?? read(pull.number);
    known.set(key, ending);
    ending.catch(() => known.delete(key));
    return ending;
  };
}

/**
 * @param events Oldest first. A branch that is deleted closes its pull request: the deletion stands before the closing. When somebody
 *   closes first and then deletes, it stands behind.
 */
export function endingOf(events: readonly Event[]): Ending {
  const end = events.findLastIndex(({ event }) => event === 'merged' || event === 'closed');
  if (end === -1) return noEnding;
  const merged = events.findLast(({ event }) => event === 'merged');
  const before = events.slice(0, end).findLast(({ event }) => /^head_ref_(?:deleted|restored)$/.test(event));
  return {
    endedBy: actorIn(merged ?? events[end]),
    endedWithBranch: merged === undefined && before?.event === 'head_ref_deleted',
  };
}

/** Whoever has no account any more appears under a name that nobody else can have. */
function actorIn(event: Event | undefined) {
  return event?.actor && event.actor.login !== 'ghost' ? actorOf(event.actor) : undefined;
}

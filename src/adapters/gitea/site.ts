import { Failure } from '../../core/failure.ts';
import type { Actor } from '../../core/pull-request/actor.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Operation } from './api.ts';
import type { GiteaClient, Read } from './client.ts';
import { integerAt, mappingOf, objectAt, textAt } from './fields.ts';
import { createSlots, type Slots } from './slots.ts';

/** One repository on one server. */
export interface Site {
  readonly client: GiteaClient;
  readonly clock: Clock;
  readonly owner: string;
  readonly name: string;
  /** The account of the token. Asked for once. */
  self(): Promise<Actor>;
  /**
   * Like `read`, for one thing in the repository.
   *
   * @returns `undefined` when the thing is not there. The same status says that the account sees nothing at all of the repository: that
   *   is looked at first, and thrown as `forge-denied`.
   */
  find(operation: Operation): Promise<Read | undefined>;
  /** @throws {Failure} `forge-denied` when the account sees nothing of the repository. */
  checkRepository(): Promise<void>;
  /** What looks first and then makes something is done one after another, so that this process does not race with itself. */
  readonly alone: Slots;
}

export interface SiteOptions {
  readonly client: GiteaClient;
  readonly clock: Clock;
  readonly owner: string;
  readonly name: string;
}

export function createSite({ client, clock, owner, name }: SiteOptions): Site {
  let known: Promise<Actor> | undefined;

  async function self(): Promise<Actor> {
    known ??= client.read((api) => api.user.userGetCurrent()).then(({ parse }) => parse(actorOf));
    try {
      return await known;
    } catch (error) {
      known = undefined;
      throw error;
    }
  }

  async function checkRepository(): Promise<void> {
    const { answer } = await client.read((api) => api.repos.repoGet(owner, name), [404]);
    if (answer.status !== 404) return;
    throw new Failure(
      'forge-denied',
      `${client.host} shows no repository ${owner}/${name} to the account of the token`,
      {
        remedy:
          'Check that it was not deleted or renamed, and that the account and the scopes of its token may see it.',
      },
    );
  }

  return {
    client,
    clock,
    owner,
    name,
    self,
    async find(operation) {
      const read = await client.read(operation, [404]);
      if (read.answer.status !== 404) return read;
      await checkRepository();
      return undefined;
    },
    checkRepository,
    alone: createSlots(1),
  };
}

export function actorOf(value: unknown): Actor {
  const user = mappingOf(value, 'user');
  return { id: `${integerAt(user, 'id')}`, name: textAt(user, 'login') };
}

/** Whom Gitea shows in place of an account that was deleted. */
const ghost: Actor = { id: '-1', name: 'Ghost' };

export function actorAt(row: Readonly<Record<string, unknown>>, key: string): Actor {
  return row[key] === null || row[key] === undefined ? ghost : actorOf(objectAt(row, key));
}

import type { Pace } from './pace.ts';
import { type Asked, Interrupted, registryFailure } from './registry-failure.ts';
import type { RegistryLimits } from './registry-limits.ts';

/** Does something until it is not interrupted, a few times at most. @throws {Failure} `registry-unreachable` after that. */
export type Retry = <Result>(asked: Asked, attempt: () => Promise<Result>) => Promise<Result>;

/** After so many questions in a row that were given up, each further one gets a single attempt until one is answered. */
const patience = 5;

export function createRetry({ attempts }: RegistryLimits, pace: Pace): Retry {
  let givenUp = 0;

  async function waitOrFail(asked: Asked, error: Interrupted, count: number): Promise<void> {
    try {
      if (count >= attempts || givenUp >= patience) throw error;
      await pace.backOff(count);
    } catch (last) {
      if (!(last instanceof Interrupted)) throw last;
      givenUp++;
      throw exhausted(asked, last, count);
    }
  }

  return async (asked, attempt) => {
    for (let count = 1; ; count++) {
      try {
        const result = await attempt();
        givenUp = 0;
        return result;
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        await waitOrFail(asked, error, count);
      }
    }
  };
}

/** @returns What ends the work after the last attempt. */
function exhausted(asked: Asked, error: Interrupted, count: number) {
  const times = count === 1 ? '' : `, ${count} times`;
  const remedy =
    error.pauseUntil === undefined ? undefined : 'Try again later, or ask for a higher limit at the registry.';
  return registryFailure(asked, `${error.message}${times}`, { cause: error, ...(remedy && { remedy }) });
}

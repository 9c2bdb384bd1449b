import type { Hook, Hooks } from '../../ports/hooks.ts';

export interface WantedWebhook {
  readonly url: string;
  readonly secret: string;
  /** Whether nobody can have used this secret before. */
  readonly freshSecret: boolean;
}

/**
 * Brings about the one webhook that the bot hears by. As no forge tells a secret, one that is complete is taken to have the right one,
 * unless that was made just now: `doctor` proves by a delivery whether it has.
 *
 * @throws {Failure} `forge-denied` when the account may not.
 */
export async function keepWebhook(
  hooks: Hooks,
  { url, secret, freshSecret }: WantedWebhook,
): Promise<'created' | 'replaced' | 'same'> {
  const present = findWebhooks(await hooks.list(), url);
  const [only, ...others] = present;
  if (!freshSecret && only?.complete && others.length === 0) return 'same';
  return hooks.ensure({ url, secret });
}

/** @returns Those that lead to this address, however it is written. */
export function findWebhooks(hooks: readonly Hook[], url: string): readonly Hook[] {
  return hooks.filter((it) => normalise(it.url) === normalise(url));
}

function normalise(url: string): string {
  return URL.canParse(url) ? new URL(url).href : url;
}

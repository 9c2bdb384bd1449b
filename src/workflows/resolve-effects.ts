import { Failure } from '../core/failure.ts';
import { type Intent, parseIntent } from '../core/journal/intent.ts';
import type { Clock } from '../ports/clock.ts';
import type { Forge } from '../ports/forge.ts';
import type { EffectOutcome, Journal, JournalledEffect } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import { createFindEffect, type FoundEffect } from './find-effect.ts';

interface ResolvePorts {
  readonly forge: Forge;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * How long a request may be under way: a push takes up to two minutes and is tried up to five times, and outlives the process that
 * began it. Until then only what the forge shows is certain; what it does not show may still come.
 */
const underWayMilliseconds = 10 * 60 * 1000;

/** What cannot be read for so long is not to be read: a pull request that was deleted, or a commit that is gone. */
const readableMilliseconds = 24 * 60 * 60 * 1000;

/** The clocks of forge and bot need not agree. */
const clockMilliseconds = 10 * 60 * 1000;

/**
 * Finds out what became of effects that nobody stored an outcome of, by reading the forge (reliability.md C-06). To be called as a
 * process starts; nothing is done again here: whatever is missing, the next pass finds missing. Without such effects nothing is read.
 *
 * What cannot be read now is left for the next start, and so is what may still be under way.
 *
 * @throws {Failure} `store`.
 */
export async function resolveEffects(
  { forge, journal, clock, log }: ResolvePorts,
  repository: string,
): Promise<readonly EffectOutcome[]> {
  const effects = await journal.unresolved(repository);
  if (effects.length === 0) return [];
  const intents = effects.flatMap((it) => parseIntent(it.kind, it.detail) ?? []);
  const begun = Math.min(...effects.map(({ at }) => at.getTime()));
  const find = createFindEffect(forge, { intents, since: new Date(begun - clockMilliseconds) });
  const outcomes: EffectOutcome[] = [];
  for (const effect of effects) {
    const at = clock.now();
    const found = conclude(await findGuarded(effect, { find, log }), at.getTime() - effect.at.getTime());
    if (!found) continue;
    const outcome = { ...found, at };
    await journal.end(effect.sequence, outcome);
    const { kind, key } = effect;
    log.info('effect.resolved', { repository, kind, key: key.slice(0, 12), ...found });
    outcomes.push(outcome);
  }
  const left = effects.length - outcomes.length;
  if (left > 0) log.info('effects.open', { repository, count: left });
  return outcomes;
}

/** @returns `undefined` for what is left for another time. */
function conclude(found: FoundEffect | undefined, ageMilliseconds: number): FoundEffect | undefined {
  if (!found) return ageMilliseconds < readableMilliseconds ? undefined : { result: 'unknown', detail: 'unreadable' };
  return found.result === 'not-done' && ageMilliseconds < underWayMilliseconds ? undefined : found;
}

interface Finding {
  readonly find: (intent: Intent) => Promise<FoundEffect>;
  readonly log: Log;
}

/** Not knowing what became of one effect keeps nobody from the others, nor from the work. */
async function findGuarded(
  { repository, kind, detail }: JournalledEffect,
  { find, log }: Finding,
): Promise<FoundEffect | undefined> {
  const intent = parseIntent(kind, detail);
  if (!intent) return { result: 'unknown', detail: 'of-another-version' };
  try {
    return await find(intent);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.warn('effect.unresolved', { repository, kind, code: error.code });
    return undefined;
  }
}

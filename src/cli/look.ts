import { Failure } from '../core/failure.ts';
import type { InstallationResult } from '../workflows/pass.ts';
import { runPass } from '../workflows/run-pass.ts';
import { endProgress } from './progress-log.ts';
import type { CommandContext } from './services.ts';
import type { Session } from './session.ts';

/**
 * Works out one installation afresh, for looking at it: nothing that others can see is written.
 *
 * @throws {Failure} What kept the installation from being worked out.
 */
export async function lookAt(
  name: string,
  { passPorts, passOptions }: Session,
  { terminal }: CommandContext,
): Promise<InstallationResult> {
  try {
    const [result] = await runPass(await passPorts(), passOptions({ mode: 'plan', only: [name], fresh: true }));
    if (!result) throw new Failure('usage', `There is no installation ${name}.`);
    if (result.outcome.kind === 'failed') throw result.outcome.failure;
    return result;
  } finally {
    endProgress(terminal);
  }
}

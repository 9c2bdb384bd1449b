import { branch } from '../support/world.ts';
import { takeCensus } from './census.ts';
import { type CrashProcess, startCrashProcess } from './crash-process.ts';
import { type KillProxy, startKillProxy } from './kill-proxy.ts';
import type { Mutant } from './mutants.ts';
import { countViolations, type Violations } from './rules.ts';
import { type CrashScene, scenes } from './scenes.ts';
import type { Stage, Stages } from './stage.ts';

/** Where a process is killed: at one of its requests that change something, or around the journal at one of its effects. */
export interface Kill {
  readonly when: 'before' | 'unanswered' | 'intended' | 'answered' | 'recorded';
  /** Name of the request, kind of the effect. */
  readonly at: string;
  /** How many like it come before. */
  readonly skips: number;
}

export interface CrashCase {
  readonly scene: string;
  /** One process after the other; after the last one comes one that nobody kills. */
  readonly kills: readonly Kill[];
  /** Whether the store is lost with each process. */
  readonly loses?: boolean;
  /** When a person pushes to the bot's branch: before the request reaches the forge, or when the process has ended. */
  readonly person?: 'before' | 'after';
  readonly mutant?: Mutant;
}

export interface CaseResult {
  readonly violations: Violations;
  readonly kills: number;
}

/** More than any scene takes: one to act, one to report, one that finds nothing to do. */
const passes = 6;

export async function runCase(stages: Stages, crash: CrashCase): Promise<CaseResult> {
  const scene = sceneOf(crash);
  await using stage = await stages.open(scene.from);
  await scene.prepare(stage);
  const before = await takeCensus(stage);
  await using proxy = await startKillProxy(stage.place.url);
  let foreign: string | undefined;
  const push = async () => {
    foreign = await stage.person.commit(branch, { 'by-hand.txt': 'by hand\n' }, 'main');
  };
  for (const kill of crash.kills) {
    const ended = await startKilled({ stage, proxy, crash, kill, push });
    if (ended !== 'SIGKILL')
      throw new Error(`Ended with ${ended}, and not ${kill.when} ${kill.at}: ${JSON.stringify(crash)}`);
    if (crash.person === 'after') await push();
    if (crash.loses) await stage.loseStore();
  }
  const last = await start(stage, proxy, crash, undefined).ended;
  const census = await takeCensus(stage);
  const { expected } = scene;
  const violations = await countViolations({ census, before, expected, foreign, atRest: last === 0 });
  return { violations, kills: crash.kills.length };
}

function sceneOf({ scene }: CrashCase): CrashScene {
  const found = scenes[scene];
  if (!found) throw new Error(`There is no scene ${scene}.`);
  return found;
}

interface Killing {
  readonly stage: Stage;
  readonly proxy: KillProxy;
  readonly crash: CrashCase;
  readonly kill: Kill;
  readonly push: () => Promise<void>;
}

function startKilled({ stage, proxy, crash, kill, push }: Killing): CrashProcess['ended'] {
  const { when, at, skips } = kill;
  if (when !== 'before' && when !== 'unanswered') {
    return start(stage, proxy, crash, { point: when, at, skips }).ended;
  }
  const process = start(stage, proxy, crash, undefined);
  proxy.arm({
    ...{ when, at, skips },
    first: crash.person === 'before' ? push : undefined,
    kill: process.kill,
  });
  return process.ended;
}

function start(
  { folder, place }: Stage,
  { url }: KillProxy,
  { mutant }: CrashCase,
  killAt: Parameters<typeof startCrashProcess>[0]['killAt'],
): CrashProcess {
  const { owner, repository: name, tokens } = place;
  return startCrashProcess({ folder, url, owner, name, token: tokens.bot, passes, killAt, mutant });
}

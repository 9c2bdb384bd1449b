import { Failure } from '../core/failure.ts';
import type { HintEvent } from '../ports/deliveries.ts';
import { type Agenda, createAgenda, type Work } from './agenda.ts';
import { type Answered, answerComment } from './answer-comment.ts';
import { type Bell, createBell } from './bell.ts';
import { catchUpComments } from './catch-up-comments.ts';
import type { InstallationResult, PassOptions, PassPorts } from './pass.ts';
import { runPass } from './run-pass.ts';
import { workFor } from './work-for-hint.ts';

/** All work on one applications repository, one thing after the other. */
export interface Lane {
  /**
   * Takes what an event says as a hint of where to look.
   *
   * @param registry Host of the registry that sent the event.
   * @param delivery To be reported as acted on, once it is.
   * @returns Whether it is about anything here.
   */
  hint(event: HintEvent, delivery: number, registry?: string): boolean;
  /** Has everything looked at. */
  wake(): void;
  /** Works until it is stopped: a first look at everything, then what comes, and everything again from time to time. */
  run(): Promise<void>;
  /** Lets the installation that is being worked on be finished, and ends. */
  stop(): void;
}

interface LaneInput {
  readonly ports: PassPorts;
  readonly options: PassOptions;
  readonly pollingSeconds: number;
  /** Called after each pass, with the names of all installations that are configured. */
  readonly afterPass: (results: readonly InstallationResult[], configured: readonly string[]) => Promise<void>;
  /** Called with deliveries that were acted on. */
  readonly onDone: (deliveries: readonly number[]) => Promise<void>;
}

/** After a failure the next try comes after so many milliseconds, then after twice as many, up to the time between two polls. */
const firstPause = 5_000;

export function createLane(input: LaneInput): Lane {
  const { options } = input;
  const lane: LaneState = {
    agenda: createAgenda(),
    bell: createBell(),
    known: undefined,
    stopping: false,
    nextPoll: 0,
  };
  return {
    hint(event, delivery, registry) {
      const work = workFor(event, { known: lane.known, branch: options.branch, registry });
      if (work) {
        lane.agenda.add({ ...work, deliveries: [delivery] });
        lane.bell.ring();
      }
      return work !== undefined;
    },
    wake() {
      lane.agenda.add({ everything: true });
      lane.bell.ring();
    },
    run: () => work(lane, input),
    stop() {
      lane.stopping = true;
      lane.bell.ring('stop');
    },
  };
}

interface LaneState {
  readonly agenda: Agenda;
  readonly bell: Bell;
  /** What came of all installations last; `undefined` before the first pass. */
  known: readonly InstallationResult[] | undefined;
  stopping: boolean;
  /** Milliseconds since 1970. */
  nextPoll: number;
}

async function work(lane: LaneState, input: LaneInput): Promise<void> {
  const { agenda, bell } = lane;
  const { ports, options, pollingSeconds } = input;
  let begun = false;
  for (let failures = 0; !lane.stopping; ) {
    if (Date.now() >= lane.nextPoll) agenda.add({ everything: true });
    const work = agenda.take();
    if (!work) {
      await bell.wait(lane.nextPoll - Date.now());
      continue;
    }
    try {
      if (!begun) await finishCommands(input, agenda);
      begun = true;
      await perform(work, lane, input);
      failures = 0;
    } catch (error) {
      agenda.add(work);
      failures += 1;
      const pause = Math.min(firstPause * 2 ** (failures - 1), pollingSeconds * 1000);
      const { repository } = options;
      ports.log.warn('lane.failed', { repository, pauseSeconds: pause / 1000, ...describe(error) });
      await bell.wait(pause, { only: 'stop' });
    }
  }
}

async function perform(work: Work, lane: LaneState, input: LaneInput): Promise<void> {
  const { ports, options, pollingSeconds } = input;
  for (const event of work.comments) addAnswered(await answerEvent(event, { ports, options }), lane.agenda);
  if (work.everything) {
    for (const answered of await catchUpComments({ ports, options })) addAnswered(answered, lane.agenda);
    await pass({ ...options, between: () => overtake(lane, input) }, lane, input);
    // Not everything was looked at.
    if (lane.stopping) return;
    // Many bots that were started at the same time must not come at the same time for ever.
    lane.nextPoll = Date.now() + pollingSeconds * 1000 * (0.9 + Math.random() * 0.2);
  } else {
    await passOver(work.installations, lane, input);
  }
  await input.onDone(work.deliveries);
}

async function passOver(installations: Work['installations'], lane: LaneState, input: LaneInput): Promise<void> {
  for (const anew of [true, false]) {
    const only = [...installations].filter(([, it]) => it.anew === anew).map(([name]) => name);
    if (only.length > 0) await pass({ ...input.options, only, anew, missing: 'skip' }, lane, input);
  }
}

async function pass(how: PassOptions, lane: LaneState, input: LaneInput): Promise<void> {
  const results = await runPass(input.ports, how);
  const whole = how.only.length === 0;
  lane.known = whole ? results : merge(lane.known, results);
  if (!lane.stopping)
    await input.afterPass(
      results,
      (lane.known ?? []).map(({ installation }) => installation.name),
    );
}

/** A person waits for an answer, while nobody waits for all the other installations. */
async function overtake(lane: LaneState, input: LaneInput): Promise<'go-on' | 'observe-again' | 'stop'> {
  if (lane.stopping) return 'stop';
  const urgent = lane.agenda.takeUrgent();
  if (!urgent) return 'go-on';
  try {
    await perform(urgent, lane, input);
  } catch (error) {
    lane.agenda.add(urgent);
    throw error;
  }
  return 'observe-again';
}

/** Commands that an earlier process received and did not finish. */
async function finishCommands({ ports, options }: LaneInput, agenda: Agenda): Promise<void> {
  const { repository } = options;
  for (const { comment, bodyDigest } of await ports.store.commands.unfinished(repository)) {
    const found = await ports.forge.comments.read(comment);
    const world = { ports, options };
    if (found) addAnswered(await answerComment({ comment: found, bodyDigest }, world), agenda);
    else await ports.store.commands.advance({ repository, comment }, 'ignored', undefined, ports.clock.now());
  }
}

async function answerEvent(
  { id, bodyDigest, permission }: Work['comments'][number],
  world: Pick<LaneInput, 'ports' | 'options'>,
): Promise<Answered> {
  const comment = await world.ports.forge.comments.read(id);
  return comment ? answerComment({ comment, bodyDigest, permission }, world) : { kind: 'none' };
}

function addAnswered(answered: Answered, agenda: Agenda): void {
  if (answered.kind === 'none' || answered.installation === undefined) return;
  agenda.add({ installations: new Map([[answered.installation, { anew: false }]]) });
}

function describe(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof Failure) return { code: error.code, message: error.message, remedy: error.remedy };
  return { code: 'internal', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function merge(
  known: readonly InstallationResult[] | undefined,
  results: readonly InstallationResult[],
): readonly InstallationResult[] | undefined {
  const byName = new Map(results.map((it) => [it.installation.name, it]));
  return known?.map((it) => byName.get(it.installation.name) ?? it);
}

import { Failure } from '../core/failure.ts';
import type { HintEvent } from '../ports/deliveries.ts';
import { type Agenda, createAgenda, type Work } from './agenda.ts';
import type { Answered, CommentWorld } from './answer-comment.ts';
import { answerWaiting } from './answer-waiting.ts';
import { type Bell, createBell } from './bell.ts';
import { catchUpComments } from './catch-up-comments.ts';
import { type CommentQueue, createCommentQueue } from './comment-queue.ts';
import { listVersions } from './list-versions.ts';
import type { InstallationResult, PassOptions, PassPorts } from './pass.ts';
import { lookAtPullRequests } from './people/look-at-pull-requests.ts';
import type { Watched } from './people/watched.ts';
import { createReplyBudget } from './reply-budget.ts';
import { observe, runPass } from './run-pass.ts';
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

export interface LaneInput {
  readonly ports: PassPorts;
  readonly options: PassOptions;
  readonly pollingSeconds: number;
  /**
   * Called after each pass.
   *
   * @param configured The names of all installations; `undefined` as long as not all of them were looked at.
   */
  readonly afterPass: (
    results: readonly InstallationResult[],
    configured: readonly string[] | undefined,
  ) => Promise<void>;
  /** Called with deliveries that were acted on. */
  readonly onDone: (deliveries: readonly number[]) => Promise<void>;
  /** In milliseconds: after a failure the next try comes after it, then after twice as much, up to the time between two polls. */
  readonly firstPause?: number;
}

const defaultPause = 5_000;

export function createLane(input: LaneInput): Lane {
  const { options, pollingSeconds, firstPause: first = defaultPause } = input;
  const lane: LaneState = {
    agenda: createAgenda(),
    bell: createBell(),
    comments: createCommentQueue({ first, longest: pollingSeconds * 1000 }),
    world: { ports: input.ports, options, replies: createReplyBudget() },
    known: undefined,
    watched: [],
    stopping: false,
    begun: false,
    nextPoll: Number.NEGATIVE_INFINITY,
  };
  return {
    hint(event, delivery, registry) {
      const deliveries = [delivery];
      const { known, watched } = lane;
      const work = workFor(event, { known, watched, branch: options.branch, registry });
      if (event.kind === 'comment') {
        lane.comments.add({ ...event, deliveries });
        if (work) lane.agenda.add(work);
        lane.bell.ring();
        return true;
      }
      if (work) {
        lane.agenda.add({ ...work, deliveries });
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
  readonly comments: CommentQueue;
  readonly world: CommentWorld;
  /** What came of all installations last; `undefined` before the first pass. */
  known: readonly InstallationResult[] | undefined;
  /** Pull requests of people with statuses of the bot. */
  watched: readonly Watched[];
  stopping: boolean;
  /** Whether what an earlier process left is in the queue. */
  begun: boolean;
  /** As `performance.now()` has it: clocks that people set go back and forth (reliability.md C-32). */
  nextPoll: number;
}

async function work(lane: LaneState, input: LaneInput): Promise<void> {
  for (let failures = 0; !lane.stopping; ) {
    const next = Math.min(lane.nextPoll, lane.comments.nextDue() ?? lane.nextPoll) - performance.now();
    if (performance.now() >= lane.nextPoll) lane.agenda.add({ everything: true });
    const work = lane.agenda.take();
    if (!work && next > 0) {
      await lane.bell.wait(next);
      continue;
    }
    try {
      await perform(work, lane, input);
      failures = 0;
    } catch (error) {
      if (work) lane.agenda.add(work);
      failures += 1;
      await rest(error, failures, lane, input);
    }
  }
}

/** What is new ends a long pause, for it may be what mends the failure; but not the first moments of it. */
async function rest(error: unknown, failures: number, { bell }: LaneState, input: LaneInput): Promise<void> {
  const { ports, options, pollingSeconds, firstPause: first = defaultPause } = input;
  const pause = Math.min(first * 2 ** (failures - 1), pollingSeconds * 1000);
  const { repository } = options;
  ports.log.warn('lane.failed', { repository, pauseSeconds: pause / 1000, ...describe(error) });
  await bell.wait(Math.min(first, pause), { only: 'stop' });
  if (pause > first) await bell.wait(pause - first);
}

async function perform(work: Work | undefined, lane: LaneState, input: LaneInput): Promise<void> {
  await answerComments(lane, input);
  if (!work || lane.stopping) {
    // Nothing of it is lost: its deliveries stay in the inbox.
    return;
  }
  if (work.everything) {
    const { answered, left } = await catchUpComments(commentWorldOf(lane), lane.comments.places());
    for (const it of answered) addAnswered(it, lane.agenda);
    for (const { id, number } of left) lane.comments.add({ id, number, deliveries: [] });
    const onLooked = (watched: readonly Watched[]) => {
      lane.watched = watched;
    };
    await pass({ ...input.options, between: () => overtake(lane, input), onLooked }, lane, input);
    // Not everything was looked at.
    if (lane.stopping) return;
    // Many bots that were started at the same time must not come at the same time for ever.
    lane.nextPoll = performance.now() + input.pollingSeconds * 1000 * (0.9 + Math.random() * 0.2);
  } else {
    await passOver(work.installations, lane, input);
  }
  // A pass over everything says what is new, and not what was said of what did not move.
  if (work.heads) await lookAgain(work.heads, lane, input);
  await input.onDone(work.deliveries);
}

const commentWorldOf = ({ world, known }: LaneState): CommentWorld => ({
  ...world,
  eventsMayCome: known !== undefined,
});

/** More of them are dealt with after other work: people who say much must not keep everything else from being done. */
const commentsAtOnce = 20;

/** @returns Whether there were any. */
async function answerComments(lane: LaneState, { ports, options, onDone }: LaneInput): Promise<boolean> {
  if (!lane.begun) {
    // Commands that an earlier process received and did not finish.
    const unfinished = await ports.store.commands.unfinished(options.repository);
    for (const { comment: id, number, bodyDigest } of unfinished)
      lane.comments.add({ id, number, bodyDigest, deliveries: [] });
    lane.begun = true;
  }
  for (let count = 0; count < commentsAtOnce; count++) {
    const comment = lane.stopping ? undefined : lane.comments.take(performance.now());
    if (!comment) return count > 0;
    const answered = await answerWaiting(comment, lane.comments, commentWorldOf(lane));
    if (!answered) continue;
    addAnswered(answered, lane.agenda);
    if (comment.deliveries.length > 0) await onDone(comment.deliveries);
  }
  return true;
}

async function passOver(installations: Work['installations'], lane: LaneState, input: LaneInput): Promise<void> {
  for (const anew of [true, false]) {
    const only = [...installations].filter(([, it]) => it.anew === anew).map(([name]) => name);
    if (only.length > 0) await pass({ ...input.options, only, anew, missing: 'skip' }, lane, input);
  }
}

async function lookAgain(
  heads: NonNullable<Work['heads']>,
  lane: LaneState,
  { ports, options }: LaneInput,
): Promise<void> {
  if (lane.stopping) return;
  const observed = await observe(ports, options);
  const view = { ...observed, listings: listVersions([], ports.repositories) };
  lane.watched = await lookAtPullRequests({ view, ports, options }, heads);
}

async function pass(how: PassOptions, lane: LaneState, input: LaneInput): Promise<void> {
  const results = await runPass(input.ports, how);
  // A pass that was cut short does not know all there is.
  if (lane.stopping) return;
  const whole = how.only.length === 0;
  lane.known = whole ? results : merge(lane.known, results);
  const configured = lane.known?.map(({ installation }) => installation.name);
  await input.afterPass(results, configured);
}

/** A person waits for an answer, while nobody waits for all the other installations. */
async function overtake(lane: LaneState, input: LaneInput): Promise<'go-on' | 'observe-again' | 'stop'> {
  const answered = await answerComments(lane, input);
  if (lane.stopping) return 'stop';
  const urgent = lane.agenda.takeUrgent();
  if (!urgent) return answered ? 'observe-again' : 'go-on';
  try {
    await perform(urgent, lane, input);
  } catch (error) {
    lane.agenda.add(urgent);
    throw error;
  }
  return lane.stopping ? 'stop' : 'observe-again';
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

import { Worker } from 'node:worker_threads';
import type { ManifestDiff } from '../../core/diff/manifest-diff.ts';
import { Failure } from '../../core/failure.ts';
import type { Preview, PreviewInput } from '../../core/localization/preview.ts';
import { showExpression } from '../../core/template/find-expression.ts';
import type { RenderedSet, RenderInput } from '../../core/template/template-set.ts';
import type { Evaluator } from '../../ports/evaluator.ts';
import { type Evaluating, type FromWorker, type ToWorker, unpackFailure, type WorkerAnswer } from './messages.ts';

interface Limits {
  /** For one template set or comparison, in a thread that is ready. */
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** How long a thread is kept that has nothing to do: it takes some 40 MiB. */
  readonly idleSeconds: number;
}

/**
 * Works in one thread of its own, which is started on first use, kept while there is work, and replaced when it had to be ended.
 * One thing comes after the other. An idle thread does not keep the process alive.
 */
export function createEvaluator({
  timeoutSeconds = 5,
  memoryMegabytes = 256,
  idleSeconds = 30,
}: Partial<Limits> = {}): Evaluator {
  const limits: Limits = { timeoutSeconds, memoryMegabytes, idleSeconds };
  let thread: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let disposed = false;
  let idle: NodeJS.Timeout | undefined;

  async function doNext<Result>(job: Job<Result>): Promise<Result> {
    if (disposed) throw new Error('The evaluator has been disposed of.');
    clearTimeout(idle);
    const used = thread ?? (await startThread(limits));
    thread = used;
    used.once('exit', forget);
    try {
      return await doIn(used, job, limits);
    } finally {
      used.off('exit', forget);
      idle = setTimeout(endIdle, idleSeconds * 1000).unref();
    }
  }

  const forget = () => {
    thread = undefined;
  };

  function endIdle(): void {
    const ended = thread;
    thread = undefined;
    void ended?.terminate();
  }

  function enqueue<Result>(job: Job<Result>): Promise<Result> {
    const done = last.then(() => doNext(job));
    last = done.catch(() => undefined);
    return done;
  }

  return {
    render: (input) => enqueue(renderJob(input)),
    compare: (...input) => enqueue(compareJob(...input)),
    preview: (input) => enqueue(previewJob(input)),
    async [Symbol.asyncDispose]() {
      disposed = true;
      clearTimeout(idle);
      await thread?.terminate();
      await last;
      await thread?.terminate();
    },
  };
}

/** Starting takes a fifth of a second on a quiet machine; this is for a very busy one. */
const startSeconds = 60;

async function startThread({ memoryMegabytes }: Limits): Promise<Worker> {
  const thread = new Worker(new URL('./render-worker.ts', import.meta.url), {
    name: 'consignee-render',
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes, maxYoungGenerationSizeMb: 32 },
  });
  const answer = await answerOf(thread, startSeconds);
  if (answer.kind === 'ready') return thread;
  await thread.terminate();
  throw new Error('The thread that renders does not start.', { cause: 'error' in answer ? answer.error : answer.kind });
}

interface Job<Result> {
  readonly message: ToWorker;
  /** @returns `undefined` for an answer to something else. */
  readonly take: (answer: WorkerAnswer) => Result | undefined;
  readonly tooMuch: (what: string, at: Evaluating | undefined) => Failure;
}

function renderJob(input: RenderInput): Job<RenderedSet> {
  return {
    message: { kind: 'render', input },
    take: (answer) => (answer.kind === 'rendered' ? answer.rendered : undefined),
    tooMuch: (what, at) => tooMuch(input, what, at),
  };
}

function compareJob(...[before, after, options]: Parameters<Evaluator['compare']>): Job<ManifestDiff> {
  return {
    message: { kind: 'compare', before, after, options },
    take: (answer) => (answer.kind === 'compared' ? answer.diff : undefined),
    tooMuch: (what) => new Failure('content', `Comparing the manifests took ${what} and was stopped.`),
  };
}

function previewJob(input: PreviewInput): Job<Preview> {
  return {
    message: { kind: 'preview', input },
    take: (answer) => (answer.kind === 'previewed' ? answer.preview : undefined),
    tooMuch: (what) => new Failure('content', `Working it out took ${what} and was stopped.`),
  };
}

async function doIn<Result>(thread: Worker, { message, take, tooMuch }: Job<Result>, limits: Limits): Promise<Result> {
  const answered = answerOf(thread, limits.timeoutSeconds);
  thread.postMessage(message);
  const answer = await answered;
  switch (answer.kind) {
    case 'failed':
      throw unpackFailure(answer.failure);
    case 'broken':
      throw new Error(`The thread that renders failed: ${answer.stack}`);
    case 'silent':
      await thread.terminate();
      throw tooMuch(`more than ${limits.timeoutSeconds} s`, answer.at);
    case 'died':
      if (answer.memory) throw tooMuch(`more than ${limits.memoryMegabytes} MiB of memory`, answer.at);
      throw new Error('The thread that renders has ended.', { cause: answer.error });
    default: {
      const result = take(answer);
      if (result === undefined) throw new Error(`The thread that renders said ${answer.kind} to ${message.kind}.`);
      return result;
    }
  }
}

type Answer =
  | WorkerAnswer
  /** Time is up; `at` is the expression that was evaluated last. */
  | { readonly kind: 'silent'; readonly at: Evaluating | undefined }
  | { readonly kind: 'died'; readonly memory: boolean; readonly error: unknown; readonly at: Evaluating | undefined };

/** Waits for what a thread says next. While it waits, the thread keeps the process alive. */
function answerOf(thread: Worker, seconds: number): Promise<Answer> {
  return new Promise((resolve) => {
    let at: Evaluating | undefined;
    const end = (answer: Answer) => {
      clearTimeout(timer);
      thread.off('message', hear).off('error', die).off('exit', die).on('error', ignore).unref();
      resolve(answer);
    };
    const hear = (message: FromWorker) => {
      if (message.kind === 'evaluating') at = message;
      else end(message);
    };
    const die = (error: unknown) => {
      const memory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      end({ kind: 'died', memory, error, at });
    };
    const timer = setTimeout(() => end({ kind: 'silent', at }), seconds * 1000);
    thread.off('error', ignore).on('message', hear).on('error', die).on('exit', die).ref();
  });
}

/** Nobody waits for a thread that ends while it is idle; the next job finds it gone. */
const ignore = () => undefined;

function tooMuch({ set }: RenderInput, what: string, at: Evaluating | undefined): Failure {
  const where = at ? ` at ${showExpression(at.expression)}` : '';
  return new Failure('template', `Rendering the template set ${set.name} took ${what} and was stopped${where}.`, {
    place: at?.place,
    remedy: 'Simplify the expression: compare and pick values instead of computing over long lists.',
  });
}

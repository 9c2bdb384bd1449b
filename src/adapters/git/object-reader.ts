import type { GitChild } from './git-process.ts';

export interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export type ObjectInfo = Pick<GitObject, 'id' | 'type'> & { readonly size: number };

/** Reads objects through one `git cat-file` process that stays: a thousand objects for the price of one start. */
export interface ObjectReader {
  /** @returns `undefined` when there is no such object. */
  info(name: string): Promise<ObjectInfo | undefined>;
  contents(name: string): Promise<GitObject | undefined>;
  /** Ends the process. The next question starts another. */
  stop(): Promise<void>;
}

/** The process ended in the middle of an answer: it does so over broken objects. */
export class ReaderStopped extends Error {
  override readonly name = 'ReaderStopped';
}

/** @param start Starts `git cat-file --batch-command`. */
export function createObjectReader(start: () => GitChild): ObjectReader {
  let session: Session | undefined;
  const ask = (command: 'info' | 'contents', name: string) => {
    session ??= openSession(start(), () => {
      session = undefined;
    });
    return session.ask(command, name);
  };
  return {
    info: async (name) => (await ask('info', name))?.info,
    contents: async (name) => {
      const answer = await ask('contents', name);
      return answer && { ...answer.info, bytes: answer.bytes };
    },
    async stop() {
      await session?.stop();
    },
  };
}

interface Answer {
  readonly info: ObjectInfo;
  readonly bytes: Buffer;
}

interface Question {
  readonly command: 'info' | 'contents';
  readonly answer: (answer: Answer | undefined) => void;
  readonly fail: (error: Error) => void;
}

interface Session {
  ask(command: 'info' | 'contents', name: string): Promise<Answer | undefined>;
  stop(): Promise<void>;
}

function openSession(child: GitChild, onEnd: () => void): Session {
  const questions: Question[] = [];
  const closed = Promise.withResolvers<void>();
  const end = (cause?: Error) => {
    onEnd();
    for (const { fail } of questions.splice(0)) fail(new ReaderStopped('git cat-file ended early', { cause }));
    closed.resolve();
  };
  const read = createAnswerParser(questions);
  child.stdout.on('data', (chunk: Buffer) => {
    // What cannot be understood leaves the two sides out of step: start over.
    if (!read(chunk)) child.kill();
  });
  child.stdin.on('error', () => undefined);
  child.on('error', end);
  child.on('close', () => end());
  return {
    ask(command, name) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer | undefined>();
      questions.push({ command, answer: resolve, fail: reject });
      child.stdin.write(`${command} ${name}\n`);
      return promise;
    },
    async stop() {
      onEnd();
      child.stdin.end();
      await closed.promise;
    },
  };
}

/** @returns Takes the next piece of output and answers what is complete; `false` when it is not what was asked for. */
function createAnswerParser(questions: Question[]): (chunk: Buffer) => boolean {
  let pieces: Buffer[] = [];
  let have = 0;
  /** No answer can be complete before so many bytes are there: spares joining the pieces of a large one again and again. */
  let need = 1;
  return (chunk) => {
    pieces.push(chunk);
    have += chunk.length;
    if (have < need) return true;
    let rest = Buffer.concat(pieces);
    let step = takeAnswer(rest, questions);
    while (step && step.used > 0) {
      rest = rest.subarray(step.used);
      step = takeAnswer(rest, questions);
    }
    pieces = [rest];
    have = rest.length;
    need = step?.need ?? 0;
    return step !== undefined;
  };
}

interface Step {
  /** Bytes taken; 0 while the answer is not complete. */
  readonly used: number;
  /** How many bytes it takes to go on. */
  readonly need: number;
}

/** Takes one answer: `<id> <type> <size>`, for `contents` followed by the bytes and a line end, or `<name> missing`. */
function takeAnswer(bytes: Buffer, questions: Question[]): Step | undefined {
  const lineEnd = bytes.indexOf(0x0a);
  if (lineEnd === -1) return { used: 0, need: bytes.length + 1 };
  const [question] = questions;
  if (!question) return undefined;
  const header = bytes.subarray(0, lineEnd).toString();
  if (header.endsWith(' missing')) {
    questions.shift()?.answer(undefined);
    return { used: lineEnd + 1, need: 1 };
  }
  const [, id = '', type = '', digits = ''] = /^([0-9a-f]+) ([a-z]+) (\d+)$/.exec(header) ?? [];
  if (id === '') return undefined;
  const info = { id, type, size: Number(digits) };
  const start = lineEnd + 1;
  const used = question.command === 'info' ? start : start + info.size + 1;
  if (bytes.length < used) return { used: 0, need: used };
  // A copy, for the piece it lies in may be much larger and would stay in memory with it.
  const content = question.command === 'info' ? Buffer.alloc(0) : Buffer.from(bytes.subarray(start, used - 1));
  questions.shift()?.answer({ info, bytes: content });
  return { used, need: 1 };
}

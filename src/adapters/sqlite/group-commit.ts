import { setTimeout } from 'node:timers/promises';
import { isBusy, storeFailure } from './store-failure.ts';

/**
 * How long the first call waits for others that are stored with it: waiting for the disk once serves them all, and
 * between two times other work gets its turn.
 */
const gatherMilliseconds = 2;
/** How many calls are stored in one transaction at most, so that it takes no more than a few milliseconds. */
const callsPerTransaction = 500;
const longestPauseMilliseconds = 25;

interface Waiting<Input, Output> {
  readonly input: Input;
  readonly since: number;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupWriter<Input, Output> {
  /** Of the database, for messages. */
  readonly path: string;
  /** Stores the inputs in one transaction, or none of them. @returns An output for each, in order. */
  readonly write: (inputs: readonly Input[]) => readonly Output[];
  /** How long a call waits while another process writes; timers, connections and other work go on meanwhile. */
  readonly busyMilliseconds: number;
}

/**
 * Stores calls that arrive within 2 ms, or while another process writes, in one transaction. When it cannot be written,
 * each call of the group fails.
 */
export function groupCommit<Input, Output>(writer: GroupWriter<Input, Output>): (input: Input) => Promise<Output> {
  const waiting: Waiting<Input, Output>[] = [];
  let writing = false;

  const writeAll = async () => {
    let pause = gatherMilliseconds;
    do {
      await setTimeout(pause);
      pause = writeGroup(waiting, writer) ? gatherMilliseconds : Math.min(2 * pause, longestPauseMilliseconds);
    } while (waiting.length > 0);
    writing = false;
  };
  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, since: performance.now(), resolve, reject });
      if (writing) return;
      writing = true;
      void writeAll();
    });
}

/** @returns Whether a group is done with; otherwise another process writes. */
function writeGroup<Input, Output>(
  waiting: Waiting<Input, Output>[],
  { path, write, busyMilliseconds }: GroupWriter<Input, Output>,
): boolean {
  const group = waiting.slice(0, callsPerTransaction);
  try {
    const outputs = write(group.map(({ input }) => input));
    outputs.forEach((output, index) => {
      group[index]?.resolve(output);
    });
    waiting.splice(0, group.length);
    return true;
  } catch (error) {
    const busy = isBusy(error);
    const latest = performance.now() - busyMilliseconds;
    // Oldest first, so those that waited long enough are the first.
    const failed = busy ? waiting.filter(({ since }) => since <= latest).length : group.length;
    for (const { reject } of waiting.splice(0, failed)) reject(storeFailure(path, error));
    return !busy;
  }
}

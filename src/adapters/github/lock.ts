/** Runs tasks one after the other; one that fails does not stop the next. */
export type Lock = <Result>(task: () => Promise<Result>) => Promise<Result>;

export function createLock(): Lock {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const running = last.then(task, task);
    last = running.catch(() => undefined);
    return running;
  };
}

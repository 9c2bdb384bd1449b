/** A bounded number of units that are lent out: connections, bytes. */
export interface Allowance {
  /** Waits until `units` of them are free, in the order of asking; more than there are counts as all of them. */
  acquire(units: number): Promise<Disposable>;
}

export function createAllowance(total: number): Allowance {
  let free = total;
  const waiting: { readonly units: number; readonly start: () => void }[] = [];

  function release(units: number): void {
    free += units;
    for (let next = waiting[0]; next && next.units <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.units;
      next.start();
    }
  }

  function lend(units: number): Disposable {
    let lent = true;
    return {
      [Symbol.dispose]: () => {
        if (lent) release(units);
        lent = false;
      },
    };
  }

  return {
    acquire: async (asked) => {
      const units = Math.min(asked, total);
      if (waiting.length === 0 && units <= free) {
        free -= units;
        return lend(units);
      }
      await new Promise<void>((start) => waiting.push({ units, start }));
      return lend(units);
    },
  };
}

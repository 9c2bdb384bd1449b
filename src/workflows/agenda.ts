/** What one applications repository is to be looked at for. */
export interface Work {
  /** Everything: configuration, all installations, all comments. */
  readonly everything: boolean;
  /** Installations by name; they are looked at anew when somebody wants so. */
  readonly installations: ReadonlyMap<string, { readonly anew: boolean }>;
  /** Heads of people's pull requests, of which somebody may have said something; a new one is found by itself. `undefined` for none. */
  readonly heads: ReadonlySet<string> | undefined;
  /** Deliveries that are acted on once this is done. */
  readonly deliveries: readonly number[];
}

/** Work that waits for its lane. What is there already is not added twice: one job for each installation. */
export interface Agenda {
  add(work: Partial<Work>): void;
  /** @returns All that waits; `undefined` when nothing does. */
  take(): Work | undefined;
  /** @returns The installations that are asked for by name; looking at everything is left. */
  takeUrgent(): Work | undefined;
}

export function createAgenda(): Agenda {
  let everything = false;
  let waiting = nothing();
  let late: number[] = [];

  function takeUrgent(): Work | undefined {
    const { installations, heads, deliveries } = waiting;
    if (installations.size === 0 && heads === undefined && deliveries.length === 0) return undefined;
    waiting = nothing();
    return { everything: false, installations, heads, deliveries };
  }
  return {
    add(work) {
      const { everything: all = false, installations: names = [], heads, deliveries: of = [] } = work;
      everything ||= all;
      for (const [name, { anew }] of names) {
        const before = waiting.installations.get(name)?.anew ?? false;
        waiting.installations.set(name, { anew: anew || before });
      }
      if (heads) waiting.heads = new Set([...(waiting.heads ?? []), ...heads]);
      // What asks for everything is done when everything was looked at, and not before.
      (all ? late : waiting.deliveries).push(...of);
    },
    takeUrgent,
    take() {
      const urgent = takeUrgent();
      if (!everything) return urgent;
      const all = urgent ?? nothing();
      const work = { ...all, everything, deliveries: [...all.deliveries, ...late] };
      everything = false;
      late = [];
      return work;
    },
  };
}

interface Waiting {
  readonly installations: Map<string, { readonly anew: boolean }>;
  heads: ReadonlySet<string> | undefined;
  readonly deliveries: number[];
}

const nothing = (): Waiting => ({ installations: new Map(), heads: undefined, deliveries: [] });

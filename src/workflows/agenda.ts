/** What one applications repository is to be looked at for. */
export interface Work {
  /** Everything: configuration, all installations, all comments. */
  readonly everything: boolean;
  /** Installations by name; they are looked at anew when somebody wants so. */
  readonly installations: ReadonlyMap<string, { readonly anew: boolean }>;
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
  let installations = new Map<string, { readonly anew: boolean }>();
  let deliveries: number[] = [];
  let late: number[] = [];

  function takeUrgent(): Work | undefined {
    if (installations.size === 0 && deliveries.length === 0) return undefined;
    const work = { everything: false, installations, deliveries };
    installations = new Map();
    deliveries = [];
    return work;
  }
  return {
    add(work) {
      const { everything: all = false, installations: names = [], deliveries: of = [] } = work;
      everything ||= all;
      for (const [name, { anew }] of names) {
        const before = installations.get(name)?.anew ?? false;
        installations.set(name, { anew: anew || before });
      }
      // What asks for everything is done when everything was looked at, and not before.
      (all ? late : deliveries).push(...of);
    },
    takeUrgent,
    take() {
      const urgent = takeUrgent();
      if (!everything) return urgent;
      const all = urgent ?? { installations: new Map(), deliveries: [] };
      const work = { ...all, everything, deliveries: [...all.deliveries, ...late] };
      everything = false;
      late = [];
      return work;
    },
  };
}

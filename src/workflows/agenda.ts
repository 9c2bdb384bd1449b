import type { HintEvent } from '../ports/deliveries.ts';

type CommentEvent = Extract<HintEvent, { readonly kind: 'comment' }>;

/** What one applications repository is to be looked at for. */
export interface Work {
  /** Everything: configuration, all installations, all comments. */
  readonly everything: boolean;
  /** Installations by name; they are looked at anew when somebody wants so. */
  readonly installations: ReadonlyMap<string, { readonly anew: boolean }>;
  readonly comments: readonly CommentEvent[];
  /** Deliveries that are acted on once this is done. */
  readonly deliveries: readonly number[];
}

/** Work that waits for its lane. What is there already is not added twice: one job for each installation. */
export interface Agenda {
  add(work: Partial<Work>): void;
  /** @returns All that waits; `undefined` when nothing does. */
  take(): Work | undefined;
  /** @returns What waits for an answer soon, and leaves the rest. */
  takeUrgent(): Work | undefined;
}

export function createAgenda(): Agenda {
  let everything = false;
  let installations = new Map<string, { readonly anew: boolean }>();
  let comments = new Map<string, CommentEvent>();
  let deliveries: number[] = [];
  let late: number[] = [];
  const isEmpty = () => installations.size === 0 && comments.size === 0 && deliveries.length === 0;

  function takeUrgent(): Work | undefined {
    if (isEmpty()) return undefined;
    const work = { everything: false, installations, comments: [...comments.values()], deliveries };
    installations = new Map();
    comments = new Map();
    deliveries = [];
    return work;
  }
  return {
    add(work) {
      const { everything: all = false, installations: names = [], comments: more = [], deliveries: of = [] } = work;
      everything ||= all;
      for (const [name, { anew }] of names) {
        const before = installations.get(name)?.anew ?? false;
        installations.set(name, { anew: anew || before });
      }
      for (const it of more) comments.set(it.id, it);
      // What asks for everything is done when everything was looked at, and not before.
      (all ? late : deliveries).push(...of);
    },
    takeUrgent,
    take() {
      const urgent = takeUrgent();
      if (!everything) return urgent;
      const all = urgent ?? { installations: new Map(), comments: [], deliveries: [] };
      const work = { ...all, everything, deliveries: [...all.deliveries, ...late] };
      everything = false;
      late = [];
      return work;
    },
  };
}

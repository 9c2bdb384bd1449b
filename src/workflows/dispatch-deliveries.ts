import type { Clock } from '../ports/clock.ts';
import type { ForgeRepository, HintEvent } from '../ports/deliveries.ts';
import type { Inbox, StoredDelivery } from '../ports/inbox.ts';
import type { Log } from '../ports/log.ts';
import type { Lane } from './lane.ts';

/** A lane, and which events are about its repository. */
export interface Addressed {
  readonly lane: Pick<Lane, 'hint' | 'wake'>;
  /** Key of the forge's connection, such as `forge:internal`; `undefined` in plain git, which sends nothing. */
  readonly connection: string | undefined;
  /** `owner/name` */
  readonly repository: string | undefined;
  /** Host of the registry that the forge itself is; its events come by the forge's connection, too. */
  readonly packages: string | undefined;
}

export interface Dispatcher {
  /** There may be something new in the inbox. */
  wake(): void;
  /** @returns Once everything that was in the inbox is with its lanes. */
  settle(): Promise<void>;
  /** Deliveries that a lane has acted on. */
  done(deliveries: readonly number[]): Promise<void>;
}

/** Hands deliveries from the inbox to the lanes. They stay in the inbox until all lanes that they concern have acted on them. */
export function createDispatcher(
  { inbox, clock, log }: { readonly inbox: Inbox; readonly clock: Clock; readonly log: Log },
  lanes: () => readonly Addressed[],
): Dispatcher {
  let last = 0;
  let draining: Promise<void> | undefined;
  let again = false;
  const waitingFor = new Map<number, number>();

  async function done(deliveries: readonly number[]): Promise<void> {
    const finished = deliveries.filter((it) => {
      const left = (waitingFor.get(it) ?? 1) - 1;
      if (left > 0) waitingFor.set(it, left);
      else waitingFor.delete(it);
      return left <= 0;
    });
    if (finished.length > 0) await inbox.done([...new Set(finished)], clock.now());
  }

  async function drain(): Promise<void> {
    for (;;) {
      const pending = await inbox.pending(last);
      const idle = pending.filter((it) => hand(it, lanes(), waitingFor) === 0).map(({ sequence }) => sequence);
      last = pending.at(-1)?.sequence ?? last;
      if (idle.length > 0) await inbox.done(idle, clock.now());
      if (pending.length === 0) return;
    }
  }

  async function drainAll() {
    while (again) {
      again = false;
      await drain();
    }
  }

  function start(): void {
    draining ??= drainAll()
      .catch((error: unknown) => {
        // They stay in the inbox: the next call tries again.
        again = false;
        log.warn('inbox.failed', { error: String(error) });
      })
      .finally(() => {
        draining = undefined;
        // Somebody may have called since the last look.
        if (again) start();
      });
  }

  return {
    wake() {
      again = true;
      start();
    },
    async settle() {
      while (draining !== undefined) await draining;
    },
    done,
  };
}

/** @returns How many hints were taken, each of which will be reported as done. */
function hand(
  { connection, events, sequence }: StoredDelivery,
  lanes: readonly Addressed[],
  waitingFor: Map<number, number>,
): number {
  const host = hostOf(connection, lanes);
  const hints = events.flatMap((event) =>
    lanes.filter((it) => concerns(it, event, connection)).map(({ lane }) => ({ lane, event })),
  );
  // Before any lane can report: a lane may be done before the next one is asked.
  waitingFor.set(sequence, hints.length);
  const taken = hints.filter(({ lane, event }) => lane.hint(event, sequence, host)).length;
  if (taken === 0) waitingFor.delete(sequence);
  else waitingFor.set(sequence, taken);
  return taken;
}

/** Of the registry that sent an event. */
function hostOf(connection: string, lanes: readonly Addressed[]): string | undefined {
  if (connection.startsWith('registry:')) return connection.slice('registry:'.length).split('/', 1)[0];
  return lanes.find((it) => it.connection === connection)?.packages;
}

function concerns({ connection, repository }: Addressed, event: HintEvent, from: string): boolean {
  if (event.kind === 'artifact') return true;
  if (from !== connection) return false;
  // A repository that was renamed has another name than the one that is configured.
  return event.kind === 'repository' || isSame(event.repository, repository);
}

function isSame({ name }: ForgeRepository, repository = ''): boolean {
  return name.toLowerCase() === repository.toLowerCase();
}

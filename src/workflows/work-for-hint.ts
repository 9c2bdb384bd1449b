import { parseBranch } from '../core/installation/places.ts';
import type { HintEvent } from '../ports/deliveries.ts';
import type { Work } from './agenda.ts';
import type { InstallationResult } from './pass.ts';
import type { Watched } from './people/watched.ts';

interface Known {
  /** What came of the installations last; `undefined` before the first pass, which looks at everything. */
  readonly known: readonly InstallationResult[] | undefined;
  /** Pull requests of people with statuses of the bot. */
  readonly watched: readonly Watched[];
  readonly branch: string;
  readonly registry: string | undefined;
}

/** @returns What an event asks for; `undefined` for nothing. Comments wait in a queue of their own. */
export function workFor(event: HintEvent, { known, watched, branch, registry }: Known): Partial<Work> | undefined {
  switch (event.kind) {
    case 'comment': {
      // An approval may be in it. As a command it waits in a queue of its own.
      const waiting = watched.filter(({ number, waits }) => number === event.number && waits);
      return waiting.length > 0 ? { heads: new Set(waiting.map(({ head }) => head)) } : undefined;
    }
    case 'repository':
      return { everything: true };
    case 'branch':
      return event.branch === branch ? { everything: true } : ofBranch(event.branch);
    case 'pull-request':
      return ofBranch(event.head) ?? { heads: new Set() };
    case 'check': {
      if (watched.some(({ head }) => head === event.sha)) return { heads: new Set([event.sha]) };
      return named(known?.filter(({ pullRequest }) => pullRequest?.headSha === event.sha));
    }
    case 'artifact':
      return named(known && concernedBy(`${registry}/${event.name}`, known), true);
  }
}

function ofBranch(branch: string): Partial<Work> | undefined {
  const place = parseBranch(branch);
  if (!place) return undefined;
  return { installations: new Map([[`${place.environment}/${place.application}`, { anew: false }]]) };
}

/** During the first pass nobody knows whom it concerns, who may have been looked at already. */
function named(results: readonly InstallationResult[] | undefined, anew = false): Partial<Work> | undefined {
  if (results === undefined) return { everything: true };
  if (results.length === 0) return undefined;
  return { installations: new Map(results.map(({ installation }) => [installation.name, { anew }])) };
}

/** Something else that arrives in the same registry may be what a refused delivery lacks. */
function concernedBy(path: string, known: readonly InstallationResult[]): readonly InstallationResult[] {
  return known.filter(({ installation: { registry, component }, outcome }) => {
    if (path === `${registry.url}/component-descriptors/${component}`) return true;
    return path.startsWith(`${registry.url}/`) && outcome.kind === 'decided' && outcome.decision.kind === 'refuse';
  });
}

import { branch, configPath, configText } from '../support/world.ts';
import type { CountedPull } from './census.ts';
import type { Beginning, Stage } from './stage.ts';

/** What the forge shows and has counted when the bot has nothing left to do, whatever happened to it on the way. */
export interface Expected {
  readonly pulls: readonly (Pick<CountedPull, 'number' | 'state'> & {
    readonly title: string;
    readonly says?: RegExp;
  })[];
  /** Comments of the bot. */
  readonly said: readonly string[];
  /** How many merge commits are on the base branch. */
  readonly merges: number;
  readonly statuses: readonly string[];
}

/** One thing that the bot does, with all that others can see of it. */
export interface CrashScene {
  readonly from: Beginning;
  readonly prepare: (stage: Stage) => Promise<unknown>;
  /** In this order; a bot that does something else is noticed. */
  readonly writes: readonly string[];
  /** As the journal has them: some take several requests. */
  readonly effects: readonly string[];
  /** How many at the end of both are only done by who did what is before them: the next process finds nothing amiss. */
  readonly ownWork?: number;
  readonly expected: Expected;
}

const first = { number: 1, state: 'open', title: 'default/podinfo v1.0.0 (installation)' } as const;
const installed = { ...first, state: 'merged' } as const;
const second = { number: 2, state: 'open', title: 'default/podinfo v1.0.0 → v1.1.0' } as const;
const proved = ['consignee/gates success', 'consignee/verified success'];
const statuses = ['POST /statuses/…', 'POST /statuses/…'];

export const scenes: Readonly<Record<string, CrashScene>> = {
  'first proposal': {
    from: 'empty',
    prepare: (stage) => stage.publish('v1.0.0'),
    writes: ['push', 'POST /labels', 'POST /pulls', ...statuses],
    effects: ['push', 'open', 'status', 'status'],
    expected: { pulls: [first], said: [], merges: 0, statuses: proved },
  },
  'new version': {
    from: 'proposed',
    prepare: (stage) => stage.publish('v1.2.0'),
    writes: ['push', 'PATCH /pulls/2', ...statuses],
    effects: ['push', 'update', 'status', 'status'],
    expected: {
      pulls: [installed, { ...second, title: 'default/podinfo v1.0.0 → v1.2.0', says: / version=v1\.2\.0 / }],
      ...{ said: [], merges: 1, statuses: proved },
    },
  },
  'automatic merge': {
    from: 'proposed',
    prepare: (stage) => stage.person.commit('main', { [configPath]: configText('merge: automatic\n') }),
    writes: ['POST /pulls/2/merge', 'push'],
    effects: ['merge', 'push'],
    ownWork: 1,
    expected: { pulls: [installed, { ...second, state: 'merged' }], said: [], merges: 2, statuses: [] },
  },
  'closed as moot': {
    from: 'proposed',
    prepare: (stage) => stage.person.squash(branch, 'main'),
    writes: ['POST /issues/2/comments', 'PATCH /pulls/2', 'push'],
    effects: ['comment', 'close', 'push'],
    ownWork: 1,
    expected: { pulls: [installed, { ...second, state: 'closed' }], said: ['#2 closed'], merges: 1, statuses: [] },
  },
  'marked as refused': {
    from: 'proposed',
    prepare: (stage) => stage.publish('v1.1.0', { tampered: true }),
    writes: ['POST /issues/2/comments', 'PATCH /pulls/2', ...statuses],
    effects: ['comment', 'update', 'status', 'status'],
    expected: {
      pulls: [installed, { ...second, says: / refused/ }],
      said: ['#2 refused/…'],
      merges: 1,
      statuses: ['consignee/gates failure', 'consignee/verified failure'],
    },
  },
};

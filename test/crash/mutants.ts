import { commentMarker } from '../../src/core/pull-request/comment-marker.ts';
import type { CommitSha } from '../../src/core/repository/commit.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { Store } from '../../src/ports/store.ts';
import { bot } from '../support/world-ports.ts';

interface MutantWorld {
  readonly forge: Forge;
  readonly store: Store;
  readonly repository: string;
}

interface Mutated {
  readonly forge: Forge;
  readonly store?: Partial<Store>;
}

export type Mutant =
  | 'none'
  | 'opens-anew'
  | 'says-again'
  | 'takes-all-for-its-own'
  | 'merges-again'
  | 'trusts-its-intents';

/** Programs with one mistake each, of the kind that only shows when a process ends at the wrong moment. */
export const mutants: Readonly<Record<Mutant, (world: MutantWorld) => Promise<Mutated>>> = {
  none: async ({ forge }) => ({ forge }),

  /** The branch of a pull request has another name after each start: nothing on the forge keeps a second one from being made. */
  'opens-anew': async ({ forge }) => {
    const { pullRequests, writer, content } = forge;
    const open: typeof pullRequests.open = async (request) => {
      const head = `${request.head}-${process.pid}`;
      const to = (await content.readRefs()).get(`refs/heads/${request.head}`);
      await writer.push([{ ref: `refs/heads/${head}`, expect: undefined, to }]);
      return pullRequests.open({ ...request, head });
    };
    return { forge: { ...forge, pullRequests: { ...pullRequests, open } } };
  },

  /** Does not look whether it said it before. */
  'says-again': async ({ forge }) => {
    const { comments } = forge;
    const ensure: typeof comments.ensure = async (number, { key, body, by }) => {
      const comment = await comments.add(number, { body: `${body}\n\n${commentMarker(key)}`, by });
      return { comment, written: true };
    };
    return { forge: { ...forge, comments: { ...comments, ensure } } };
  },

  /** Overwrites whatever is on its branch. */
  'takes-all-for-its-own': async ({ forge, store }) => ({
    forge,
    store: {
      async recordedCommits(repository, branch) {
        const tip = (await forge.content.readRefs()).get(`refs/heads/${branch}`);
        const commits = tip ? await forge.content.readCommits({ to: tip, limit: 100 }) : [];
        return new Set<CommitSha>([
          ...(await store.recordedCommits(repository, branch)),
          ...commits.map(({ sha }) => sha),
        ]);
      },
    },
  }),

  /** Repeats a merge that nobody stored an outcome of. */
  'merges-again': async ({ forge, store, repository }) => {
    const { content, writer } = forge;
    for (const { kind, detail, at } of await store.journal.unresolved(repository)) {
      const base = (await content.readRefs()).get('refs/heads/main');
      if (kind !== 'merge' || !base) continue;
      const tree = await writer.writeTree(base, []);
      const message = 'Merge it again\n';
      const parents = [base, detail.head as CommitSha];
      const to = await writer.writeCommit({ tree, parents, message, author: bot, at });
      await writer.push([{ ref: 'refs/heads/main', expect: base, to }]);
    }
    return { forge };
  },

  /** Takes for done what a process before it was about to do. */
  'trusts-its-intents': async ({ forge, store, repository }) => {
    const { checks } = forge;
    if (!checks) return { forge };
    const left = await store.journal.unresolved(repository);
    const intended = new Set(left.map(({ detail }) => `${detail.sha} ${detail.context}`));
    const set: typeof checks.set = async (sha, check) => {
      if (!intended.has(`${sha} ${check.context}`)) await checks.set(sha, check);
    };
    return { forge: { ...forge, checks: { ...checks, set } } };
  },
};

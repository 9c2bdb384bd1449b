import { commentMarker } from '../../src/core/pull-request/comment-marker.ts';
import { createAskGitea } from '../support/gitea-accounts.ts';
import type { Stage } from './stage.ts';

/** What the forge shows and counts, read as its administrator, without any code of the bot. */
export interface Census {
  readonly pulls: readonly CountedPull[];
  /** Of the bot: the pull request with the comment's key. */
  readonly said: readonly string[];
  /** The second parents of the merge commits on the base branch. */
  readonly merged: readonly string[];
  /** Of the head of each pull request that is open: `context state`. */
  readonly statuses: readonly string[];
  /** What was ever made, where the forge counts it. */
  readonly made: ReturnType<NonNullable<Stage['made']>> | undefined;
  /** Whether this branch leads to this commit; without one, whether any does. */
  readonly holds: (sha: string, branch?: string) => Promise<boolean>;
}

export interface CountedPull {
  readonly number: number;
  readonly state: 'open' | 'merged' | 'closed';
  readonly title: string;
  readonly body: string;
  readonly headSha: string;
}

type Row = Readonly<Record<string, unknown>>;

export async function takeCensus({ place, git, made }: Stage): Promise<Census> {
  const ask = createAskGitea(place);
  const below = `/repos/${place.owner}/${place.repository}`;
  const list = async (path: string) => Object.values(await ask('admin', 'GET', `${below}${path}`)).map(rowOf);
  const pulls = (await list('/pulls?state=all&limit=50')).map(pullOf).sort((a, b) => a.number - b.number);
  const comments = await Promise.all(
    pulls.map(async ({ number }) =>
      (await list(`/issues/${number}/comments`)).map((it) => `#${number} ${keyOf(`${it.body}`)}`),
    ),
  );
  const open = pulls.filter(({ state }) => state === 'open');
  const statuses = await Promise.all(
    open.map(async ({ headSha }) => newest(await list(`/statuses/${headSha}?limit=50`))),
  );
  const merges = await git('log', '--merges', '--format=%P', 'refs/heads/main');
  return {
    pulls,
    said: comments.flat(),
    statuses: statuses.flat().sort(),
    merged: lines(merges).map((it) => it.split(' ')[1] ?? ''),
    made: made?.(),
    async holds(sha, branch) {
      const found = await git('for-each-ref', '--format=%(refname:short)', `--contains=${sha}`, 'refs/heads').catch(
        () => '',
      );
      return branch === undefined ? lines(found).length > 0 : lines(found).includes(branch);
    },
  };
}

const lines = (text: string) => text.split('\n').filter((it) => it.trim() !== '');

const rowOf = (value: unknown): Row => (typeof value === 'object' && value !== null ? { ...value } : {});

function pullOf({ number, state, merged, title, body, head }: Row): CountedPull {
  return {
    number: Number(number),
    state: merged === true ? 'merged' : state === 'open' ? 'open' : 'closed',
    title: `${title}`,
    body: `${body}`,
    headSha: `${rowOf(head).sha}`,
  };
}

const markerPattern = new RegExp(commentMarker('KEY').replace('KEY', '([^ ]+)'));

/** What has no key is told by its text. */
function keyOf(body: string): string {
  return markerPattern.exec(body)?.[1] ?? body;
}

function newest(rows: readonly Row[]): readonly string[] {
  const oldestFirst = rows.toSorted((a, b) => Number(a.id) - Number(b.id));
  return [...new Map(oldestFirst.map(({ context, status }) => [context, `${context} ${status}`])).values()];
}

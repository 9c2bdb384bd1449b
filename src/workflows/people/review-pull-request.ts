import { configurationFolder } from '../../core/installation/places.ts';
import type { Review } from '../../core/pull-request/review.ts';
import type { CommitSha, TreeSha } from '../../core/repository/commit.ts';
import type { PeoplesPullRequest } from '../../ports/forge.ts';
import type { PassOptions, PassPorts, PassView } from '../pass.ts';
import { readChange, reviewConfiguration } from './review-configuration.ts';
import { reviewValues } from './review-values.ts';

export interface ReviewWorld {
  readonly view: PassView;
  readonly ports: PassPorts;
  readonly options: PassOptions;
}

/** @returns What a pull request of people would change for the bot; `undefined` when it touches neither values nor configuration. */
export async function reviewPullRequest(
  pullRequest: PeoplesPullRequest,
  head: CommitSha,
  world: ReviewWorld,
): Promise<Review | undefined> {
  const { view, ports } = world;
  const { content } = ports.forge;
  const base = view.state.commit;
  const touched = await content.changedPaths(base, head);
  const configuration = touched.some((path) => path.startsWith(`${configurationFolder}/`));
  const valuesNow = valuesPathsOf(view.state.installations).filter((path) => touched.includes(path));
  if (!configuration && valuesNow.length === 0) return undefined;
  const merged = await content.mergeTrees(base, head);
  if (merged.kind === 'conflict') {
    const values = valuesNow.length > 0 ? [] : undefined;
    const broken = configuration ? ({ kind: 'wrong', findings: [] } as const) : undefined;
    return { head, conflicts: merged.paths, values, configuration: broken };
  }
  const commit = await writeMerge(merged.tree, head, world);
  const change = await readChange(commit, ports, { read: world.options.read, base: view.state });
  const { installations } = change.kind === 'read' ? change.state : view.state;
  const paths = valuesPathsOf([...view.state.installations, ...installations]).filter((it) => touched.includes(it));
  const after = { tree: await content.readTree(commit) };
  return {
    head,
    conflicts: [],
    values: paths.length > 0 ? await reviewValues({ paths, installations, view, after, ports }) : undefined,
    configuration: configuration
      ? await reviewConfiguration({ ...world, pullRequest, head, change, touched })
      : undefined,
  };
}

/** @returns The values files that installations read, each once, in one order. */
export function valuesPathsOf(installations: PassView['state']['installations']): readonly string[] {
  return [...new Set(installations.map(({ valuesPath }) => valuesPath))].sort();
}

/** Nobody gets to see it: what plans reads commits. The same each time, whenever it is made. */
function writeMerge(tree: TreeSha, head: CommitSha, { view, ports, options }: ReviewWorld): Promise<CommitSha> {
  const parents = [view.state.commit, head];
  const at = new Date(0);
  return ports.forge.writer.writeCommit({
    tree,
    parents,
    message: 'Merged\n',
    author: options.bot,
    at,
    forComparing: true,
  });
}

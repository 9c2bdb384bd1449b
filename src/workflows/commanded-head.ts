import { type Command, type CommandPlace, headFits } from '../core/command/command.ts';
import type { CommandResult } from '../core/command/reply.ts';
import type { ConfiguredInstallation } from '../core/installation/installation.ts';
import { branchOf } from '../core/installation/places.ts';
import { code } from '../core/pull-request/markdown.ts';
import type { Comment, PullRequest } from '../core/pull-request/pull-request.ts';
import type { Commit, CommitSha } from '../core/repository/commit.ts';
import { proposalsOf } from './close-twins.ts';
import { isRenderOfItsLock } from './is-render-of-its-lock.ts';
import type { RepositoryState } from './observe-repository.ts';
import type { PassOptions, PassPorts } from './pass.ts';

/** A command, and the branch that it is about. */
interface HeadInput {
  readonly at: CommandPlace;
  readonly command: Command;
  readonly comment: Comment;
  readonly installation: ConfiguredInstallation;
  /** That the comment stands on. */
  readonly pullRequest: PullRequest | undefined;
  readonly state: RepositoryState;
  readonly refs: ReadonlyMap<string, CommitSha>;
  readonly ports: PassPorts;
  readonly options: PassOptions;
}

/**
 * What people commit is dated by themselves, hours before they push it perhaps: nothing tells whether somebody has seen it but that
 * they name it (reliability.md C-12).
 */
export function refuseUnnamed(asked: HeadInput): CommandResult | undefined {
  const { command } = asked;
  const head = headOf(asked);
  const named = 'head' in command ? command.head : undefined;
  if (!head || (named !== undefined && headFits(named, head))) return undefined;
  if (named !== undefined) return { kind: 'head-moved', current: head };
  const name = asked.at.where === 'issue' ? ` ${asked.installation.name}` : '';
  const line = `/${command.verb}${name} ${head.slice(0, 12)}`;
  return {
    kind: 'said',
    text: `The branch has commits of others up to ${code(head.slice(0, 12))}. Look at them, then name the last one: ${code(line)}. Nothing was done.`,
  };
}

export const headOf = ({ installation, refs }: HeadInput): CommitSha | undefined =>
  refs.get(`refs/heads/${branchOf(installation)}`);

type FoundHead =
  | { readonly kind: 'head'; readonly head: CommitSha; readonly pullRequest: PullRequest }
  | Extract<CommandResult, { readonly kind: 'head-moved' | 'no-pull-request' }>;

/**
 * Finds the head that a command is about: the one it names, or, where it names none, one that was there when it was written
 * (reliability.md A-48). Both times are to the second: what was made in the same one may not have been seen.
 */
export async function findHead(asked: HeadInput): Promise<FoundHead> {
  const { command, installation } = asked;
  const pullRequest = await findOpen(asked);
  const head = pullRequest?.headSha;
  if (!pullRequest || !head) return { kind: 'no-pull-request', name: installation.name };
  const named = 'head' in command ? command.head : undefined;
  if (named !== undefined) {
    return headFits(named, head) ? { kind: 'head', head, pullRequest } : { kind: 'head-moved', current: head };
  }
  const seen = await wasThere(head, asked);
  return seen ? { kind: 'head', head, pullRequest } : { kind: 'head-moved', current: head };
}

/** Whether a commit of the bot, which dates its commits by its clock, was there when the comment was written. */
export async function wasThere(head: CommitSha | undefined, { comment, ports }: HeadInput): Promise<boolean> {
  const [commit] = head ? await ports.forge.content.readCommits({ to: head, limit: 1 }) : [];
  return commit !== undefined && commit.at < comment.createdAt;
}

export async function findOpen({ installation, pullRequest, ports }: HeadInput): Promise<PullRequest | undefined> {
  if (pullRequest) return pullRequest.state === 'open' ? pullRequest : undefined;
  return proposalsOf(installation, await ports.forge.pullRequests.listOpen())[0];
}

/** The commits of the installation's branch that the bot did not make; as many as anybody looks at. */
export async function findForeign({
  installation,
  refs,
  state,
  ports,
  options,
}: HeadInput): Promise<readonly Commit[]> {
  const branch = branchOf(installation);
  const head = refs.get(`refs/heads/${branch}`);
  if (!head) return [];
  const recorded = await ports.store.recordedCommits(options.repository, branch);
  const commits = await ports.forge.content.readCommits({ from: state.commit, to: head, limit: 50 });
  const foreign: Commit[] = [];
  for (const commit of commits) {
    // Where the store was lost, the bot's own commits are recognised by rendering them again.
    const known =
      recorded.has(commit.sha) || (await isRenderOfItsLock(commit, { name: installation.name, ports, options }));
    if (!known) foreign.push(commit);
  }
  return foreign;
}

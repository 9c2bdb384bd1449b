import { Failure, type Finding } from '../../core/failure.ts';
import { findLoosened } from '../../core/installation/loosening.ts';
import { configurationFolder } from '../../core/installation/places.ts';
import type { ReviewedConfiguration } from '../../core/pull-request/review.ts';
import type { CommitSha } from '../../core/repository/commit.ts';
import type { PeoplesPullRequest } from '../../ports/forge.ts';
import { type ReadConfiguration, type RepositoryState, readStateAt } from '../observe-repository.ts';
import type { PassOptions, PassPorts, PassView } from '../pass.ts';
import { findApprovals } from './find-approvals.ts';
import { planChanges } from './plan-change.ts';

/** The configuration as a change would make it, or what is wrong with it. */
export type ReadChange =
  | { readonly kind: 'read'; readonly state: RepositoryState }
  | { readonly kind: 'wrong'; readonly findings: readonly Finding[] };

/** Reading YAML takes time with its length, and anybody may propose some. In characters, of what is not on the base branch already. */
const maxLength = 256 * 1024;

/** Reads the repository as it would be, at a commit that holds the merge. What is wrong with it is part of the result. */
export async function readChange(
  commit: CommitSha,
  { forge }: PassPorts,
  { read, base }: { readonly read: ReadConfiguration; readonly base: RepositoryState },
): Promise<ReadChange> {
  const bounded: ReadConfiguration = (files) => {
    checkLength([...files].filter(([path, text]) => isParsed(path) && base.texts.get(path) !== text));
    return read(files);
  };
  try {
    return { kind: 'read', state: await readStateAt(forge.content, commit, bounded) };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'configuration') throw error;
    const { message, place, remedy, findings } = error;
    return { kind: 'wrong', findings: findings.length > 0 ? findings : [{ message, place, remedy }] };
  }
}

const isParsed = (path: string): boolean =>
  path === `${configurationFolder}/config.yaml` || path.startsWith(`${configurationFolder}/applications/`);

function checkLength(files: readonly (readonly [path: string, text: string])[]): void {
  const length = files.reduce((sum, [, text]) => sum + text.length, 0);
  const [first] = files;
  if (length <= maxLength || !first) return;
  throw new Failure('configuration', `The configuration that changes is longer than ${maxLength} characters.`, {
    place: { file: first[0] },
    remedy: 'Make it shorter, or propose it in several parts.',
  });
}

interface ConfigurationInput {
  readonly pullRequest: PeoplesPullRequest;
  readonly head: CommitSha;
  readonly change: ReadChange;
  readonly touched: readonly string[];
  readonly view: PassView;
  readonly ports: PassPorts;
  readonly options: PassOptions;
}

/**
 * Judges a change of the configuration: what it would do, and what it loosens. It is read and rendered to look at it; nothing that the
 * bot does follows from it (reliability.md A-48): who may approve it, says the base branch.
 */
export async function reviewConfiguration(input: ConfigurationInput): Promise<ReviewedConfiguration> {
  const { change, pullRequest, head, view, ports } = input;
  if (change.kind === 'wrong') return change;
  const { forge } = ports;
  const { roles } = view.state;
  // The bot asks the registry with its own rights: only those who may write get to see its answers.
  const { fromHere: plans } = pullRequest;
  const planned = await planChanges({ ...input, after: change.state, plans });
  const loosened = findLoosened(view.state, change.state);
  const approvals = loosened.length > 0 ? await findApprovals({ pullRequest, head, roles, forge }) : nobody;
  return { kind: 'read', ...planned, planned: plans, loosened, ...approvals };
}

const nobody = { approvedBy: [], uncounted: [], whoMay: '' };

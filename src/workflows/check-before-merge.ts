import { Failure } from '../core/failure.ts';
import type { Installation } from '../core/installation/installation.ts';
import { holdLabel } from '../core/pull-request/labels.ts';
import type { CommitSha } from '../core/repository/commit.ts';
import { stateBranch } from '../core/state/places.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import type { Selection } from '../core/version/select-version.ts';
import type { PassOptions, PassPorts } from './pass.ts';

interface CheckInput {
  readonly installation: Installation;
  readonly number: number;
  /** What was decided on. */
  readonly expected: {
    readonly head: CommitSha;
    readonly base: CommitSha;
    /** Of the branch with what people said. */
    readonly said: CommitSha | undefined;
  };
  readonly selection: Selection;
  readonly evidence: Evidence | undefined;
  /** Reads afresh what the merge waits for. */
  readonly readWaiting: () => Promise<readonly string[]>;
  readonly ports: Pick<PassPorts, 'repositories' | 'forge'>;
  readonly options: Pick<PassOptions, 'branch'>;
}

/**
 * Reads afresh, right before a merge without a person, everything that the decision rests on (reliability.md C-19): the version's tag,
 * approvals and checks, holds, and the pull request itself. Head and base are looked at once more by the forge, as it merges.
 *
 * @throws {Failure} `registry-changed` and `forge-conflict` when something is different now; and as registry and forge.
 */
export async function checkBeforeMerge(input: CheckInput): Promise<void> {
  await checkTag(input);
  const waitingFor = await input.readWaiting();
  if (waitingFor.length > 0) throw overtaken(input, `it waits for ${waitingFor.join(' and ')}`);
  const changed = await findChange(input);
  if (changed) throw overtaken(input, changed);
}

async function checkTag({ installation, selection, evidence, ports }: CheckInput): Promise<void> {
  const { component, registry } = installation;
  const tag = selection.kind === 'candidate' ? selection.tag : '';
  const manifest = await (await ports.repositories.open(registry.url)).resolveTag(component, tag);
  if (manifest !== undefined && manifest === evidence?.manifest) return;
  throw new Failure('registry-changed', `${component}:${tag} was replaced in ${registry.url} before the merge.`, {
    remedy: 'Nothing was merged. The next pass looks again.',
  });
}

async function findChange({ number, expected, ports, options }: CheckInput): Promise<string | undefined> {
  const { content, pullRequests } = ports.forge;
  const refs = await content.readRefs();
  if (refs.get(`refs/heads/${options.branch}`) !== expected.base) return `${options.branch} moved`;
  if (refs.get(`refs/heads/${stateBranch}`) !== expected.said) return 'somebody gave a command';
  const now = await pullRequests.read(number);
  if (now?.state !== 'open') return `it is ${now?.state ?? 'gone'}`;
  if (now.headSha !== expected.head) return 'its branch moved';
  if (now.base !== options.branch) return `it goes into ${now.base}`;
  if (now.draft) return 'it is marked as not ready';
  return now.labels.includes(holdLabel) ? `it has the label ${holdLabel}` : undefined;
}

function overtaken({ number }: CheckInput, what: string): Failure {
  return new Failure('forge-conflict', `Pull request #${number} was about to be merged, but ${what} now.`, {
    remedy: 'Nothing was merged. The next pass looks again.',
  });
}

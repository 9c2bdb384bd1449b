import { Failure } from '../core/failure.ts';
import type { Installation } from '../core/installation/installation.ts';
import type { CommitSha } from '../core/repository/commit.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import type { Selection } from '../core/version/select-version.ts';
import { findBranch } from './observe-repository.ts';
import type { PassOptions, PassPorts } from './pass.ts';

interface CheckInput {
  readonly installation: Installation;
  /** Tip of the base branch that was decided on. */
  readonly base: CommitSha;
  readonly selection: Selection;
  readonly evidence: Evidence | undefined;
  readonly ports: PassPorts;
  readonly options: PassOptions;
}

/**
 * Reads afresh what a merge without a person rests on (reliability.md C-19, A-02): that the base branch, with configuration and
 * policy, is where it was, and that the version's tag still leads to what was verified. Pull request and head are the forge's to check.
 *
 * @throws {Failure} `forge-conflict` or `registry-changed`, and as the ports.
 */
export async function checkBeforeMerge({ ports, options, ...decided }: CheckInput): Promise<void> {
  const { content } = ports.forge;
  const refs = await content.readRefs();
  if (findBranch(refs, options.branch, content.name) !== decided.base) {
    throw new Failure('forge-conflict', `The branch ${options.branch} moved before the merge.`, {
      remedy: 'Nothing was merged. The next pass looks again.',
    });
  }
  const { installation, selection, evidence } = decided;
  const { component, registry } = installation;
  const tag = selection.kind === 'candidate' ? selection.tag : '';
  const manifest = await (await ports.repositories.open(registry.url)).resolveTag(component, tag);
  if (manifest !== undefined && manifest === evidence?.manifest) return;
  throw new Failure('registry-changed', `${component}:${tag} was replaced in ${registry.url} before the merge.`, {
    remedy: 'Nothing was merged. The next pass looks again.',
  });
}

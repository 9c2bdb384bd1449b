import { Failure } from '../core/failure.ts';
import type { Installation } from '../core/installation/installation.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import type { Selection } from '../core/version/select-version.ts';
import type { PassPorts } from './pass.ts';

interface CheckInput {
  readonly installation: Installation;
  readonly selection: Selection;
  readonly evidence: Evidence | undefined;
  readonly ports: Pick<PassPorts, 'repositories'>;
}

/**
 * Reads afresh, right before a merge without a person, whether the version's tag still leads to what was verified (reliability.md
 * Base branch, pull request and head are for the forge to check, in one step with the merge.
 *
 * @throws {Failure} `registry-changed`, and as the registry.
 */
export async function checkBeforeMerge({ installation, selection, evidence, ports }: CheckInput): Promise<void> {
  const { component, registry } = installation;
  const tag = selection.kind === 'candidate' ? selection.tag : '';
  const manifest = await (await ports.repositories.open(registry.url)).resolveTag(component, tag);
  if (manifest !== undefined && manifest === evidence?.manifest) return;
  throw new Failure('registry-changed', `${component}:${tag} was replaced in ${registry.url} before the merge.`, {
    remedy: 'Nothing was merged. The next pass looks again.',
  });
}

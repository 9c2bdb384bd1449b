import { type AccessReference, type ArtifactReference, parseArtifactReference } from '../../core/component/access.ts';
import { proveArtifact } from '../../core/component/oci-artifact.ts';
import { maxManifestBytes } from '../../core/component/oci-manifest.ts';
import type { Digest } from '../../core/digest.ts';
import { Refusal } from '../../core/trust/reason.ts';
import type { ArtifactResult, ReadProblem } from '../../ports/component-repository.ts';
import { isRepositoryName } from './names.ts';
import type { SeenContent } from './seen-content.ts';

interface Finding {
  /** Host and base path. */
  readonly registry: string;
  readonly seen: SeenContent;
}

/**
 * Finds an OCI artifact in the registry and proves that all its parts are there: manifests are read, blobs by the registry's word.
 *
 * @returns `outside` for a reference to another host.
 * @throws {Failure} `registry-unreachable`
 */
export async function findArtifact(reference: AccessReference, { registry, seen }: Finding): Promise<ArtifactResult> {
  const place = placeOf(reference, registry);
  if (!place) return { kind: 'outside' };
  const { parsed, repository } = place;
  const { tag = 'latest', digest = await seen.resolveTag(repository, tag) } = parsed;
  if (!digest) return { kind: 'missing' };
  const main = await seen.readManifest({ repository, digest }, maxManifestBytes);
  if (main.kind === 'missing') return { kind: 'missing' };
  return await proveParts(repository, digest, seen);
}

/** @returns What a reference to the registry says, and the repository's path on its host; `undefined` for another host. */
export function placeOf(reference: AccessReference, registry: string) {
  const parsed = parseArtifactReference(
    reference.kind === 'relative' ? `${registry}/${reference.text}` : reference.text,
  );
  const [host = ''] = registry.split('/');
  const repository = parsed && pathBelow(host, parsed);
  return parsed && repository !== undefined ? { parsed, repository } : undefined;
}

/** @returns The repository's path below the host, or `undefined` when it does not lie there. */
function pathBelow(host: string, { repository }: ArtifactReference): string | undefined {
  const slash = repository.indexOf('/');
  const path = repository.slice(slash + 1);
  return repository.slice(0, slash).toLowerCase() === host.toLowerCase() && isRepositoryName(path) ? path : undefined;
}

async function proveParts(repository: string, main: Digest, seen: SeenContent): Promise<ArtifactResult> {
  const { problems, read } = await proveArtifact(main, {
    readManifest: async (digest) => {
      const result = await seen.readManifest({ repository, digest }, maxManifestBytes);
      if (result.kind === 'read') return result.bytes;
      throw refusalOf(result, digest);
    },
    prove: async (digest) => {
      const result = await seen.prove({ repository, digest });
      if (result.kind === 'present') return result;
      throw refusalOf(result, digest);
    },
  });
  return problems.length === 0 ? { kind: 'present', digest: main, read } : { kind: 'incomplete', problems };
}

function refusalOf(problem: ReadProblem, digest: Digest): Refusal {
  switch (problem.kind) {
    case 'missing':
      return new Refusal('blob-missing', `${digest} is not in the registry`);
    case 'corrupt':
      return new Refusal('digest-mismatch', `the registry has other bytes under ${digest}`);
    case 'too-large':
      return new Refusal('too-large', `${digest} has ${problem.size} bytes, which is too large`);
  }
}

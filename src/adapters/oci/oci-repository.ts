import type { ComponentName } from '../../core/component/component-name.ts';
import { Refusal } from '../../core/trust/reason.ts';
import type { ComponentRepository, ReadResult, WantedContent } from '../../ports/component-repository.ts';
import { findArtifact, placeOf as placeOfReference } from './find-artifact.ts';
import { isRepositoryName, isTag, type Named } from './names.ts';
import type { RegistryClient } from './registry-client.ts';
import { createSeenContent } from './seen-content.ts';

/**
 * Opens a component repository in a registry, for one pass: what was found is taken to stay as long as it is open.
 *
 * @param registry Host and base path, for example `gitea.ocm.dev/software-consumer`.
 */
export function openOciRepository(
  client: RegistryClient,
  { registry }: { readonly registry: string },
): ComponentRepository {
  const [, ...basePath] = registry.split('/');
  const seen = createSeenContent(client);
  const placeOf = (component: ComponentName) => [...basePath, 'component-descriptors', component].join('/');

  return {
    name: registry,
    registry,
    listTags: async (component) => {
      const repository = placeOf(component);
      return isRepositoryName(repository) ? await client.listTags(repository) : { tags: new Map(), complete: true };
    },
    resolveTag: async (component, tag) => {
      const repository = placeOf(component);
      return isRepositoryName(repository) && isTag(tag) ? await seen.resolveTag(repository, tag) : undefined;
    },
    read: (component, digest, options) => readIn(placeOf(component), { digest, ...options }),
    prove: async (component, digest) => {
      const named = { repository: placeOf(component), digest };
      return isRepositoryName(named.repository) ? await seen.prove(named) : { kind: 'missing' };
    },
    stream: (component, digest) => streamBlob({ repository: placeOf(component), digest }),
    findArtifact: (reference) => findArtifact(reference, { registry, seen }),
    readReferenced: (reference, wanted) => readIn(placeOfReference(reference, registry)?.repository, wanted),
  };

  async function readIn(
    repository: string | undefined,
    { digest, kind, maxBytes }: WantedContent,
  ): Promise<ReadResult> {
    if (repository === undefined || !isRepositoryName(repository)) return { kind: 'missing' };
    const named = { repository, digest };
    return kind === 'manifest' ? await seen.readManifest(named, maxBytes) : await readBlob(named, maxBytes);
  }

  async function* streamBlob(blob: Named): AsyncGenerator<Uint8Array, void, void> {
    const { repository, digest } = blob;
    if (!isRepositoryName(repository)) throw new Refusal('blob-missing', `${digest} is not in ${repository}`);
    yield* client.streamBlob(blob);
  }

  /** Bytes that are at hand are not transferred again, but the registry must have them all the same. */
  async function readBlob(blob: Named, maxBytes: number): Promise<ReadResult> {
    const cached = await client.cache?.read(blob.digest);
    if (!cached) {
      const result = await client.readBlob(blob, maxBytes);
      if (result.kind === 'read') await client.cache?.write(blob.digest, result.bytes);
      return result;
    }
    if (cached.length > maxBytes) return { kind: 'too-large', size: cached.length };
    const found = await seen.prove(blob);
    return found.kind === 'present' ? { kind: 'read', bytes: cached } : found;
  }
}

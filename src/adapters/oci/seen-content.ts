import type { Digest } from '../../core/digest.ts';
import type { Presence, ReadProblem, ReadResult } from '../../ports/component-repository.ts';
import type { Named } from './names.ts';
import type { RegistryClient } from './registry-client.ts';

/** What an opened repository knows, so that nothing is asked for twice. */
export interface SeenContent {
  /** @returns What the manifest is, from what was read before where that suffices. */
  readManifest(manifest: Named, maxBytes: number): Promise<ReadResult>;
  /** @returns The digest that a tag has, whose manifest is kept. */
  resolveTag(repository: string, tag: string): Promise<Digest | undefined>;
  /** Proves a blob; one that was found is not asked for again. */
  prove(blob: Named): Promise<Presence | ReadProblem>;
}

const maxKeptManifests = 64;
const maxKeptBytes = 32 * 1024 * 1024;

export function createSeenContent(client: RegistryClient): SeenContent {
  const manifests = new Map<string, ReadResult>();
  const proved = new Map<string, Promise<Presence | ReadProblem>>();
  const keyOf = ({ repository, digest }: Named) => `${repository}@${digest}`;
  let keptBytes = 0;

  function keep(named: Named, result: ReadResult): void {
    forget(keyOf(named));
    manifests.set(keyOf(named), result);
    keptBytes += sizeOf(result);
    for (const key of manifests.keys()) {
      if (manifests.size <= maxKeptManifests && keptBytes <= maxKeptBytes) return;
      forget(key);
    }
  }

  function forget(key: string): void {
    const kept = manifests.get(key);
    if (kept) keptBytes -= sizeOf(kept);
    manifests.delete(key);
  }

  return {
    readManifest: async (named, maxBytes) => {
      const kept = manifests.get(keyOf(named));
      const result = kept ?? (await client.readManifest({ ...named, maxBytes }));
      if (!kept && result.kind === 'read') keep(named, result);
      if (result.kind !== 'read' || result.bytes.length <= maxBytes) return result;
      return { kind: 'too-large', size: result.bytes.length };
    },
    resolveTag: async (repository, tag) => {
      const tagged = await client.readTagged({ repository, tag });
      if (tagged) keep({ repository, digest: tagged.digest }, tagged.result);
      return tagged?.digest;
    },
    prove: async (blob) => {
      const key = keyOf(blob);
      const asked = proved.get(key) ?? client.proveBlob(blob);
      proved.set(key, asked);
      try {
        const result = await asked;
        if (result.kind !== 'present') proved.delete(key);
        return result;
      } catch (error) {
        proved.delete(key);
        throw error;
      }
    },
  };
}

const sizeOf = (result: ReadResult) => (result.kind === 'read' ? result.bytes.length : 0);

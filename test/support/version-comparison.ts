import type { CollectedVersion } from '../../src/core/component/collected-version.ts';
import type { ComponentName } from '../../src/core/component/component-name.ts';
import type { LockFile } from '../../src/core/installation/lock-file.ts';
import { identityDigest } from '../../src/core/trust/component-digest.ts';
import type { Evidence } from '../../src/core/trust/evidence.ts';
import { judgeContent } from '../../src/core/trust/judge-content.ts';
import type { ComponentRepository } from '../../src/ports/component-repository.ts';
import { collectComponentVersion } from '../../src/workflows/collect-component-version.ts';
import type { PreviewSubject } from '../../src/workflows/preview-input.ts';
import { version } from '../builders/observation.ts';

/** What a lock file would say of a version. */
export async function lockOf(repository: ComponentRepository, of: string, name: ComponentName): Promise<LockFile> {
  const { descriptor, manifest } = await collectComponentVersion(repository, { component: name, version: of });
  if (!descriptor || !manifest) throw new Error(`there is no ${of}`);
  const locked = { component: name, version: version(of), digest: identityDigest(descriptor), manifest };
  const rest = { environment: 'default', application: 'podinfo', templates: '', inputs: manifest };
  return { ...locked, ...rest, parameters: [], files: [] };
}

/** What a preview needs; `values` is the whole file. */
export function subjectOf(collected: CollectedVersion, before?: string, after = before): () => Promise<PreviewSubject> {
  const { component: name, version: of, descriptor, manifest } = collected;
  if (!descriptor || !manifest) throw new Error(`${name}:${of} cannot be read`);
  const judged = judgeContent(collected, `${name}:${of}`, {});
  const evidence: Evidence = { component: name, version: of, signatures: [], ...judged, verdict: 'verified' };
  const values = { path: 'values.yaml', application: 'podinfo', before, after, unreadable: false };
  const deployments = [{ resource: 'manifests', configuration: 'config', as: 'kustomize' }] as const;
  const target = { generation: 1, deployments, definition: undefined, required: true } as const;
  return async () => ({ target, values, evidence, registry: 'registry.example.org/base' });
}

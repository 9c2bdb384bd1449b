import type { ComponentName } from '../../src/core/component/component-name.ts';
import { digestOf } from '../../src/core/digest.ts';
import { type LockFile, lockFiles } from '../../src/core/installation/lock-file.ts';
import type { Version } from '../../src/core/version/version.ts';

/** @returns The lock file of `default/podinfo` at v1.0.0. */
export function lockFile(changes: Partial<LockFile> = {}): LockFile {
  return {
    environment: 'default',
    application: 'podinfo',
    component: 'ocm.software/demos/podinfo' as ComponentName,
    version: 'v1.0.0' as Version,
    digest: { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'jsonNormalisation/v3', value: 'ab'.repeat(32) },
    manifest: digestOf('manifest'),
    templates: 'ocm-controller@1',
    inputs: digestOf('inputs'),
    policy: digestOf('policy'),
    parameters: ['replicas', 'message'],
    files: lockFiles(new Map([['components/podinfo/deploy.yaml', 'kind: FluxDeployer\n']]), 'a'.repeat(40)),
    ...changes,
  };
}

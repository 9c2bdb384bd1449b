import type { Digest } from '../core/digest.ts';
import type { Installation } from '../core/installation/installation.ts';
import { type LockFile, printLockFile } from '../core/installation/lock-file.ts';
import { evidencePathOf, lockPathOf } from '../core/installation/places.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import { printEvidenceFile } from '../core/trust/evidence-file.ts';
import type { Version } from '../core/version/version.ts';

export interface RecordInput {
  readonly installation: Installation;
  readonly version: Version;
  readonly manifest: Digest;
  /** Digest of the policy that the proposal is made under. */
  readonly policyDigest: Digest | undefined;
  readonly evidence: Evidence;
  /** As `inputsDigestOf` gives it. */
  readonly inputs: Digest;
}

/** What lies beside the files of every installation, whether they are rendered or people's own. */
export interface InstallationRecord {
  readonly lock: LockFile;
  /** Lock and evidence, by path. */
  readonly files: readonly (readonly [string, string])[];
}

/** Records what was verified, together with what came of it. */
export function recordInstallation(
  { installation, version, manifest, policyDigest, evidence, inputs }: RecordInput,
  outcome: Pick<LockFile, 'templates' | 'pinned' | 'parameters' | 'files'>,
): InstallationRecord {
  if (!evidence.digest) throw new Error(`${evidence.component} ${evidence.version} was not verified.`);
  const lock: LockFile = {
    environment: installation.environment,
    application: installation.application,
    component: installation.component,
    version,
    digest: evidence.digest,
    manifest,
    inputs,
    ...(policyDigest && { policy: policyDigest }),
    ...outcome,
  };
  const files = [
    [lockPathOf(installation), printLockFile(lock)],
    [evidencePathOf(installation), printEvidenceFile({ ...evidence, manifest })],
  ] as const;
  return { lock, files };
}

import type { CollectedVersion } from '../core/component/collected-version.ts';
import type { Evidence } from '../core/trust/evidence.ts';
import { Refusal } from '../core/trust/reason.ts';
import type { TrustPolicy } from '../core/trust/trust-policy.ts';
import { checkTrustPolicy, type VerifyOptions, verifyComponentVersion } from '../core/trust/verify.ts';
import type { ComponentRepository } from '../ports/component-repository.ts';
import { type CollectRequest, collectComponentVersion } from './collect-component-version.ts';
import { whileUnchanged } from './while-unchanged.ts';

export interface VerifiedVersion {
  readonly evidence: Evidence;
  readonly collected: CollectedVersion;
}

/**
 * Collects a component version and verifies it. An archive that is replaced while it is read is opened again, and the tag looked up
 * again in it.
 *
 * @param open Opens the component repository; called once per attempt.
 * @throws {Failure} As `open` and the repository, and `configuration` for a key that is none.
 */
export async function collectAndVerify(
  open: () => Promise<ComponentRepository>,
  { manifest, ...request }: CollectRequest,
  { policy, ...options }: VerifyOptions & { readonly policy: TrustPolicy },
): Promise<VerifiedVersion> {
  checkTrustPolicy(policy);
  return whileUnchanged(async (attempt) => {
    const collected = await collect(open, { ...request, ...(attempt === 1 && manifest && { manifest }) });
    return { collected, evidence: await verifyComponentVersion(collected, policy, options) };
  });
}

/** A component repository that is none refuses everything in it. */
async function collect(open: () => Promise<ComponentRepository>, request: CollectRequest): Promise<CollectedVersion> {
  try {
    return await collectComponentVersion(await open(), request);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { component } = request;
    const version = 'tag' in request ? request.tag : request.version;
    return { component, version, problems: [error.problem], resources: [], references: [], contents: new Map() };
  }
}

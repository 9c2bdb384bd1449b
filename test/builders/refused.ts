import type { ComponentName } from '../../src/core/component/component-name.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { Decision } from '../../src/core/installation/decision.ts';
import { describeRefusal, type RefusedInstallation } from '../../src/core/refusal/refused-installation.ts';
import type { Evidence } from '../../src/core/trust/evidence.ts';
import type { Reason } from '../../src/core/trust/reason.ts';
import type { ToldResult } from '../../src/workflows/tell-refusals.ts';
import { candidate, version } from './observation.ts';

export type Refuse = Extract<Decision, { kind: 'refuse' }>;

const component = 'acme.example/billing' as ComponentName;
const [hashAlgorithm, normalisationAlgorithm] = ['SHA-256', 'genericBlobDigest/v1'];
const hex = (text: string) => digestOf(text).slice('sha256:'.length);

export const imageDigest = hex('image');

export const missingImage: Reason = {
  code: 'resource-missing',
  message: `the registry has no manifest under sha256:${imageDigest}`,
  where: 'acme.example/billing:v2.3.0 resource image',
};

export const badSignature: Reason = {
  code: 'signature-invalid',
  message: 'it does not verify with any of the keys',
  where: 'acme.example/billing:v2.3.0 signature release',
};

export function evidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    component,
    version: 'v2.3.0',
    digest: { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'jsonNormalisation/v3', value: hex('descriptor') },
    manifest: digestOf('manifest'),
    signatures: [],
    resources: [
      {
        ...{ name: 'image', version: '2.3.0', type: 'ociImage', extraIdentity: {}, proof: 'unproved' },
        digest: { hashAlgorithm, normalisationAlgorithm, value: imageDigest },
      },
    ],
    references: [],
    verdict: 'refused',
    reasons: [],
    warnings: [],
    ...changes,
  };
}

/** What is looked at again at another time in every pass, as decisions about incomplete deliveries are. */
export function refuse(changes: Partial<Refuse> = {}, again = '2026-11-21T12:01:00.000Z'): Refuse {
  return {
    kind: 'refuse',
    because: 'not-verified',
    detail: `v2.3.0 is refused: it is not proved whole and signed. It is looked at again after ${again}.`,
    reasons: [missingImage],
    changesAt: new Date(again),
    ...changes,
  };
}

/** What a pass has for `prod/billing`, where v2.2.0 is installed and v2.3.0 arrived. */
export function resultOf(decision: Decision, changes: Partial<ToldResult> = {}, name = 'prod/billing'): ToldResult {
  const [environment = '', application = ''] = name.split('/');
  return {
    installation: {
      ...{ name, environment, application, component },
      registry: { url: 'registry.example.org/prod', inCluster: 'mirror.internal/prod' },
      verify: [{ signature: 'release', secret: undefined, anyOf: [{ publicKey: 'keys/2026.pub' }] }],
    },
    installed: { version: version('v2.2.0') },
    selection: candidate('v2.3.0'),
    evidence: evidence(),
    outcome: { kind: 'decided', decision },
    ...changes,
  };
}

export function refused(changes: Partial<Refuse> = {}, result: Partial<ToldResult> = {}): RefusedInstallation {
  const decision = refuse(changes);
  return describeRefusal(resultOf(decision, result), decision);
}

export const leave: Decision = {
  kind: 'leave',
  because: 'in-sync',
  detail: 'v2.3.0 is installed, and nothing newer is there.',
};

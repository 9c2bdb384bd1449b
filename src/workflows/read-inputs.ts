import { type Digest, digestOf, digestOfParts } from '../core/digest.ts';
import type { Installation } from '../core/installation/installation.ts';
import type { TrustPolicy } from '../core/trust/trust-policy.ts';
import type { TemplateSets } from '../ports/template-sets.ts';
import { type LoadedTemplateSet, loadTemplateSet } from './load-template-set.ts';
import { pinLabel } from './pin/pin-installation.ts';
import { type OperatorFloor, readTrustPolicy } from './read-trust-policy.ts';

/** Everything besides the component version that goes into a render. */
export interface InstallationInputs {
  readonly templates: LoadedTemplateSet;
  readonly policy: TrustPolicy;
  /** One digest over all that can change a rendered byte. A newer built-in set of the same version is not in it (design.md 5). */
  readonly digest: Digest;
}

/** @throws {Failure} `configuration` when a key, a set or a version of a set is not there. */
export async function readInputs(
  installation: Installation,
  texts: ReadonlyMap<string, string>,
  { templateSets, floor }: { readonly templateSets: TemplateSets; readonly floor: OperatorFloor },
): Promise<InstallationInputs> {
  const policy = readTrustPolicy(installation, texts, floor);
  if (installation.manage === 'pin') return { templates: noTemplates, policy, digest: digestOfPin(installation) };
  const templates = await loadTemplateSet(installation, texts, templateSets);
  return { templates, policy, digest: digestOfInputs(installation, templates, policy) };
}

const noTemplates: LoadedTemplateSet = {
  set: { name: pinLabel, files: new Map() },
  label: pinLabel,
  own: [],
  definitions: [],
};

/** Nothing else decides which value in which file is changed. */
function digestOfPin({ environment, application, component, path }: Installation): Digest {
  return digestOfParts('consignee/inputs/1', [JSON.stringify({ pin: { environment, application, component, path } })]);
}

function digestOfInputs(installation: Installation, templates: LoadedTemplateSet, policy: TrustPolicy): Digest {
  const {
    environment,
    application,
    component,
    path,
    registry,
    pullSecret,
    source,
    flux,
    valuesPath,
    versions,
    verify,
    serviceAccount,
    deploy,
    instance,
  } = installation;
  const settings = {
    environment,
    application,
    component,
    path,
    registry: registry.inCluster,
    pullSecret,
    // The range reaches the manifests only in a ComponentSubscription.
    source: source && { ...source, versions },
    flux,
    valuesPath,
    serviceAccount,
    deploy,
    instance,
    verify: verify.map(({ signature, secret }) => ({ signature, secret })),
    // A key that the cluster has in a secret is in no manifest.
    keys: policy.signatures.map(({ name, anyOf }) =>
      secretOf(installation, name) ? [] : anyOf.map((it) => digestOf('pem' in it ? it.pem : it.roots)),
    ),
  };
  return digestOfParts('consignee/inputs/1', [JSON.stringify(settings), templates.label, ...templates.own.flat()]);
}

function secretOf({ verify }: Installation, name: string): string | undefined {
  return verify.find(({ signature }) => signature === name)?.secret;
}

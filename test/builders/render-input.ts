import { parseComponentName } from '../../src/core/component/component-name.ts';
import type { SignedProjection } from '../../src/core/component/signed-projection.ts';
import type { Deployment } from '../../src/core/controllers/deployments.ts';
import type { Installation } from '../../src/core/installation/installation.ts';
import { instanceName } from '../../src/core/template/instance-name.ts';
import type { TemplateSet } from '../../src/core/template/template-set.ts';
import type { VariablesInput } from '../../src/core/template/variables.ts';

/** A template set of files by name; their sources are the names. */
export function templateSet(files: Readonly<Record<string, string>>): TemplateSet {
  return {
    name: 'test',
    files: new Map(Object.entries(files).map(([name, text]) => [name, { text, source: name }])),
  };
}

const podinfo = parseComponentName('ocm.software/demos/podinfo');
if (!podinfo) throw new Error('the name of the component is wrong');

/** The demo's installation, with the settings of the walkthrough. */
export const podinfoInstallation: Installation = {
  environment: 'default',
  application: 'podinfo',
  name: 'default/podinfo',
  component: podinfo,
  path: '',
  registry: { url: 'gitea.ocm.dev/software-consumer', inCluster: 'gitea.ocm.dev/software-consumer' },
  pullSecret: 'gitea-registry-credentials',
  source: { url: 'gitea.ocm.dev/software-provider', pullSecret: 'gitea-registry-credentials' },
  serviceAccount: undefined,
  deploy: undefined,
  instance: undefined,
  verify: [
    {
      signature: 'ocm-signing',
      secret: 'ocm-signing',
      anyOf: [{ publicKey: 'keys/ocm-signing.pub', retired: undefined }],
    },
  ],
  manage: 'render',
  templates: { kind: 'built-in', name: 'ocm-controller', version: 1 },
  versions: '>=v1.0.0',
  skip: [],
  minimumAgeSeconds: 0,
  merge: 'manual',
  approvals: undefined,
  requireApprovalOn: [],
  checks: ['consignee/verified'],
  flux: { kustomizations: 'clusters/kind', source: 'flux-system', namespace: 'flux-system' },
  valuesPath: 'values.yaml',
};

/** The signed part of the demo's component. */
export function podinfoProjection(version = 'v1.0.0'): SignedProjection {
  const resource = (name: string, type: string) => ({
    name,
    version,
    type,
    relation: 'local' as const,
    extraIdentity: {},
    labels: {},
  });
  return {
    name: 'ocm.software/demos/podinfo',
    version,
    provider: { name: 'ocm.software', labels: {} },
    labels: {},
    resources: { manifests: resource('manifests', 'dir'), config: resource('config', 'file') },
    references: {},
  };
}

/** What ocm-controller deploys of it by convention. */
function deploymentOf(version: string): Deployment {
  const element = { version, extraIdentity: null, referencePath: null };
  return {
    name: 'podinfo',
    suffix: '',
    instance: instanceName('podinfo', version),
    as: 'kustomize',
    resource: { ...element, name: 'manifests', identity: { name: 'manifests' }, type: 'dir' },
    configuration: { ...element, name: 'config', identity: { name: 'config' }, type: 'file' },
  };
}

export function podinfoVariables(change: Partial<VariablesInput> = {}): VariablesInput {
  const { component = podinfoProjection() } = change;
  return {
    installation: podinfoInstallation,
    component,
    keys: new Map(),
    versions: '>=v1.0.0',
    defaults: { replicas: 1, message: 'podinfo', serviceAccountName: 'default' },
    deployments: [deploymentOf(component.version)],
    definition: undefined,
    ...change,
  };
}

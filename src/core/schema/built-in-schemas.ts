import type { StructuralSchema } from './structural-schema.ts';

/** What is known of a kind without its CustomResourceDefinition. */
export interface BuiltInSchema {
  /** `apiVersion/kind`. Both generations of controllers have a Resource of their own: then there are two, and one must fit. */
  readonly kind: string;
  readonly schema: StructuralSchema;
}

type Fields = Readonly<Record<string, StructuralSchema>>;

const text: StructuralSchema = { type: 'string' };
const flag: StructuralSchema = { type: 'boolean' };
const anything: StructuralSchema = { 'x-kubernetes-preserve-unknown-fields': true };
const texts: StructuralSchema = { type: 'object', additionalProperties: text };
/** A duration of Go, without a sign. */
const duration: StructuralSchema = { type: 'string', pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$' };
const list = (items: StructuralSchema): StructuralSchema => ({ type: 'array', items });
const oneOf = (...words: readonly string[]): StructuralSchema => ({ type: 'string', enum: words });
const mapping = (required: readonly string[], properties: Fields): StructuralSchema => ({
  type: 'object',
  properties,
  required,
});
const named = mapping(['name'], { name: text });
/** A name that the definitions do not require, though nothing works without. */
const localName = mapping(['name'], { name: text });

function kind(apiVersion: string, name: string, spec: StructuralSchema): BuiltInSchema {
  return { kind: `${apiVersion}/${name}`, schema: mapping(['spec'], { spec }) };
}

const ocm = 'delivery.ocm.software/v1alpha1';

const repository = mapping(['url'], { url: text, secretRef: localName });
const publicKeys = list(
  mapping(['name', 'publicKey'], { name: text, publicKey: mapping([], { secretRef: localName, value: text }) }),
);
const label = mapping(['name', 'value'], {
  name: text,
  value: anything,
  version: text,
  signing: flag,
  merge: mapping(['algorithm'], { algorithm: text, config: text }),
});
const objectName: Fields = { apiVersion: text, kind: text, name: text, namespace: text };
const plainReference = mapping(['kind', 'name'], objectName);
const reference = mapping(['kind', 'name'], {
  ...objectName,
  resourceRef: mapping(['name'], {
    name: text,
    version: text,
    extraIdentity: texts,
    labels: list(label),
    referencePath: list(texts),
  }),
});

const mutation = mapping(['interval', 'sourceRef'], {
  interval: duration,
  sourceRef: reference,
  configRef: reference,
  values: anything,
  valuesFrom: mapping([], {
    fluxSource: mapping(['sourceRef', 'path'], { sourceRef: plainReference, path: text, subPath: text }),
    configMapSource: mapping(['sourceRef', 'key'], { sourceRef: named, key: text, subPath: text, optional: flag }),
    sourceRef: reference,
  }),
  patchStrategicMerge: mapping(['source', 'target'], {
    source: mapping(['sourceRef', 'path'], { sourceRef: plainReference, path: text }),
    target: mapping(['path'], { path: text }),
  }),
  suspend: flag,
});

const selector = mapping([], {
  annotationSelector: text,
  group: text,
  kind: text,
  labelSelector: text,
  name: text,
  namespace: text,
  version: text,
});

/** Fields of Flux's Kustomization, version v1, but for its source (kustomize-controller 1.9). */
const kustomizationFields: Fields = {
  buildMetadata: list(text),
  commonMetadata: mapping([], { annotations: texts, labels: texts }),
  components: list(text),
  decryption: mapping(['provider'], { provider: oneOf('sops'), secretRef: named, serviceAccountName: text }),
  deletionPolicy: oneOf('MirrorPrune', 'Delete', 'WaitForTermination', 'Orphan'),
  dependsOn: list(mapping(['name'], { name: text, namespace: text, readyExpr: text })),
  force: flag,
  healthCheckExprs: list(
    mapping(['apiVersion', 'kind', 'current'], {
      apiVersion: text,
      kind: text,
      current: text,
      failed: text,
      inProgress: text,
    }),
  ),
  healthChecks: list(plainReference),
  ignore: list(mapping(['paths'], { paths: list(text), target: selector })),
  ignoreMissingComponents: flag,
  images: list(mapping(['name'], { name: text, newName: text, newTag: text, digest: text })),
  interval: duration,
  kubeConfig: mapping([], { configMapRef: named, secretRef: mapping(['name'], { name: text, key: text }) }),
  namePrefix: { type: 'string', minLength: 1, maxLength: 200 },
  nameSuffix: { type: 'string', minLength: 1, maxLength: 200 },
  patches: list(mapping(['patch'], { patch: text, target: selector })),
  path: text,
  postBuild: mapping([], {
    substitute: texts,
    substituteFrom: list(mapping(['kind', 'name'], { kind: oneOf('Secret', 'ConfigMap'), name: text, optional: flag })),
    substituteStrategy: oneOf('WithVariables', 'Always'),
  }),
  prune: flag,
  retryInterval: duration,
  serviceAccountName: text,
  suspend: flag,
  targetNamespace: { type: 'string', minLength: 1, maxLength: 63 },
  timeout: duration,
  wait: flag,
};

const fluxSource = mapping(['kind', 'name'], {
  ...objectName,
  kind: oneOf('OCIRepository', 'GitRepository', 'Bucket', 'ExternalArtifact'),
});

const ocmConfig = list(mapping(['kind', 'name'], { ...objectName, policy: oneOf('Propagate', 'DoNotPropagate') }));

/**
 * The kinds that the built-in template sets render, as their definitions have them (ocm-domain.md 2.2 to 2.4): ocm-controller 0.32,
 * replication-controller, the controllers of the second generation, and Flux 2.8. A newer definition takes the place of one of these
 * where the repository or the operator has it.
 */
export const builtInSchemas: readonly BuiltInSchema[] = [
  kind(
    ocm,
    'ComponentVersion',
    mapping(['interval', 'component', 'version', 'repository'], {
      interval: duration,
      component: text,
      version: mapping(['semver'], { semver: text }),
      repository,
      destination: repository,
      verify: publicKeys,
      serviceAccountName: text,
      suspend: flag,
    }),
  ),
  kind(ocm, 'Localization', mutation),
  kind(ocm, 'Configuration', mutation),
  kind(
    ocm,
    'FluxDeployer',
    mapping(['interval', 'sourceRef'], {
      interval: duration,
      sourceRef: reference,
      // The definition leaves it open, and the cluster finds out too late: FluxDeployer adds the source and nothing else.
      kustomizationTemplate: mapping(['interval', 'prune'], { ...kustomizationFields, sourceRef: fluxSource }),
      helmReleaseTemplate: anything,
      waitForReady: flag,
    }),
  ),
  kind(
    ocm,
    'Resource',
    mapping(['interval', 'sourceRef'], { interval: duration, sourceRef: reference, suspend: flag }),
  ),
  kind(
    ocm,
    'ComponentSubscription',
    mapping(['interval', 'component', 'source'], {
      interval: duration,
      component: text,
      semver: text,
      source: repository,
      destination: repository,
      verify: publicKeys,
      serviceAccountName: text,
    }),
  ),
  kind(
    ocm,
    'Repository',
    mapping(['interval', 'repositorySpec'], { interval: duration, repositorySpec: anything, ocmConfig, suspend: flag }),
  ),
  kind(
    ocm,
    'Component',
    mapping(['interval', 'component', 'repositoryRef', 'semver'], {
      interval: duration,
      component: text,
      repositoryRef: localName,
      semver: text,
      semverFilter: text,
      downgradePolicy: oneOf('Allow', 'Deny'),
      verify: list(mapping(['signature'], { signature: text, secretRef: localName, value: text })),
      ocmConfig,
      suspend: flag,
    }),
  ),
  kind(
    ocm,
    'Resource',
    mapping(['componentRef', 'resource'], {
      componentRef: localName,
      resource: mapping(['byReference'], {
        byReference: mapping(['resource'], { resource: texts, referencePath: list(texts) }),
      }),
      verificationPolicy: oneOf('Always', 'Never'),
      additionalStatusFields: anything,
      ocmConfig,
      suspend: flag,
    }),
  ),
  kind(
    ocm,
    'Deployer',
    mapping(['resourceRef'], {
      resourceRef: mapping(['name'], { name: text, namespace: text }),
      ocmConfig,
      suspend: flag,
    }),
  ),
  kind(
    ocm,
    'Replication',
    mapping(['componentRef', 'targetRepositoryRef'], {
      componentRef: localName,
      targetRepositoryRef: localName,
      ocmConfig,
      suspend: flag,
    }),
  ),
  kind(
    'kustomize.toolkit.fluxcd.io/v1',
    'Kustomization',
    mapping(['interval', 'prune', 'sourceRef'], { ...kustomizationFields, sourceRef: fluxSource }),
  ),
];

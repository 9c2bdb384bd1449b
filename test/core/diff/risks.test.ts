import { describe, expect, test } from 'vitest';
import { diffManifests } from '../../../src/core/diff/manifest-diff.ts';
import type { OwnImages } from '../../../src/core/diff/own-images.ts';
import { type RiskKind, riskKinds } from '../../../src/core/diff/risk-kind.ts';
import { risksOf } from '../../../src/core/diff/risks.ts';

type Json = Record<string, unknown>;

const object = (apiVersion: string, kind: string, rest: Json = {}, metadata: Json = {}): Json => ({
  apiVersion,
  kind,
  metadata: { name: 'app', namespace: 'default', ...metadata },
  ...rest,
});

const files = (...objects: readonly (Json | undefined)[]) =>
  new Map(objects.flatMap((it, index) => (it ? [[`${index}.yaml`, JSON.stringify(it)] as const] : [])));

const ownImages: OwnImages = {
  ...{ registries: ['https://registry.example.com/app/'], references: [], digests: [] },
  localized: { before: [], after: [] },
};

const compared = (before: Json | undefined, after: Json | undefined) =>
  diffManifests(files(before), files(after), { ownImages });

const kindsOf = (before: Json | undefined, after: Json | undefined) => [
  ...new Set(risksOf(compared(before, after)).map(({ kind }) => kind)),
];

const detailsOf = (before: Json | undefined, after: Json | undefined) =>
  risksOf(compared(before, after))
    .map(({ detail }) => detail)
    .join(' ');

const pod = (spec: Json, container: Json = {}) => ({ ...spec, containers: [{ name: 'app', ...container }] });
const deployment = (spec: Json = {}, container: Json = {}, more: Json = {}) =>
  object('apps/v1', 'Deployment', { spec: { ...more, template: { spec: pod(spec, container) } } });
const cronJob = (container: Json) =>
  object('batch/v1', 'CronJob', { spec: { jobTemplate: { spec: { template: { spec: pod({}, container) } } } } });
const statefulSet = (spec: Json) => object('apps/v1', 'StatefulSet', { spec });
const claimTemplate = (name: string, storage: string) => ({
  metadata: { name },
  spec: { resources: { requests: { storage } } },
});
const claim = (spec: Json) => object('v1', 'PersistentVolumeClaim', { spec });
const request = (storage: unknown) => ({ resources: { requests: { storage } } });
const role = (rules: readonly Json[], labels: Json = {}) =>
  object('rbac.authorization.k8s.io/v1', 'ClusterRole', { rules }, { labels });
const rule = (verbs: readonly string[], resources: readonly string[], apiGroups = ['apps']) => ({
  apiGroups,
  resources,
  verbs,
});
const binding = (name: string, labels: Json = {}) =>
  object(
    'rbac.authorization.k8s.io/v1',
    'RoleBinding',
    { roleRef: { kind: 'ClusterRole', name }, subjects: [{ kind: 'ServiceAccount', name: 'app' }] },
    { labels },
  );
const crd = (versions: readonly Json[], scope = 'Namespaced', labels: Json = {}) =>
  object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { spec: { scope, versions } }, { labels });
const version = (name: string, served: boolean, storage: boolean) => ({ name, served, storage });
const configMap = (data: Json, immutable: boolean) => object('v1', 'ConfigMap', { data, immutable });
const service = (spec: Json) => object('v1', 'Service', { spec });
const flux = (spec: Json) => object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', { spec });
const scaler = (minReplicas: number) => object('autoscaling/v2', 'HorizontalPodAutoscaler', { spec: { minReplicas } });
const storageClass = (reclaimPolicy: string) =>
  object('storage.k8s.io/v1', 'StorageClass', { provisioner: 'p', reclaimPolicy });
const secured = (securityContext: Json) => deployment({}, { securityContext });
const namespace = object('v1', 'Namespace', {}, { namespace: undefined });
const gone = undefined;

type Case = [kind: RiskKind, what: string, before: Json | undefined, after: Json | undefined, says: string];

const flagged: readonly Case[] = [
  ['deletion', 'a deployment that goes', deployment(), gone, 'Deployment default/app is deleted.'],
  ['deletion', 'a stateful set that goes', statefulSet({}), gone, 'retention policy'],
  ['deletion', 'a claim that goes', claim({}), gone, 'the data'],
  ['deletion', 'a secret that goes', object('v1', 'Secret'), gone, 'does not start again'],
  ['deletion', 'a definition that goes', crd([]), gone, 'in every namespace'],
  ['deletion', 'a namespace that goes', namespace, gone, 'everything in it'],
  ['namespace', 'a namespace that comes', gone, namespace, 'The namespace app is added.'],
  ['namespace', 'a namespace that goes', namespace, gone, 'The namespace app is deleted.'],
  ['crd', 'a definition that comes', gone, crd([]), 'defined for the whole cluster'],
  ['crd', 'a definition that goes', crd([]), gone, 'definition of a kind of objects is deleted'],
  [
    'crd',
    'a version not served',
    crd([version('v1', true, false)]),
    crd([version('v1', false, false)]),
    'v1 is not served',
  ],
  ['crd', 'a stored version that goes', crd([version('v1', true, true)]), crd([]), 'v1, as which objects are stored'],
  [
    'crd',
    'another stored one',
    crd([version('v1', true, true)]),
    crd([version('v1', true, false)]),
    'not stored as v1',
  ],
  ['crd', 'another scope', crd([]), crd([], 'Cluster'), 'from Namespaced to Cluster'],
  ['crd', 'another schema', crd([]), crd([version('v2', false, false)]), 'may not fit'],
  ['rbac', 'a role that comes', gone, role([rule(['get'], ['pods'])]), 'A role is added.'],
  ['rbac', 'all verbs', role([]), role([rule(['*'], ['pods'])]), 'all verbs (*)'],
  ['rbac', 'all resources', role([]), role([rule(['get'], ['*'])]), 'all resources (*)'],
  ['rbac', 'impersonation', role([]), role([rule(['impersonate'], ['users'])]), 'the verb impersonate'],
  ['rbac', 'escalation', role([]), role([rule(['escalate', 'bind'], ['roles'])]), 'the verb escalate, the verb bind'],
  ['rbac', 'secrets', role([]), role([rule(['get'], ['secrets'], [''])]), 'access to secrets'],
  [
    'rbac',
    'an aggregated role',
    role([]),
    role([], { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' }),
    'changes',
  ],
  [
    'rbac',
    'a binding that comes',
    gone,
    binding('cluster-admin'),
    'cluster-admin (everything in the cluster) to ServiceAccount app',
  ],
  ['rbac', 'another role bound', binding('view'), binding('edit'), 'edit to ServiceAccount app'],
  ['storage', 'a claim that goes', claim({}), gone, 'A volume claim is deleted.'],
  ['storage', 'a volume that goes', object('v1', 'PersistentVolume'), gone, 'A volume is deleted.'],
  ['storage', 'a class that goes', storageClass('Retain'), gone, 'A storage class is deleted'],
  ['storage', 'a class that keeps nothing', storageClass('Retain'), storageClass('Delete'), 'from Retain to Delete'],
  ['storage', 'a claim that shrinks', claim(request('1Gi')), claim(request('1000Mi')), 'from 1Gi to 1000Mi'],
  ['storage', 'another class', claim({ storageClassName: 'a' }), claim({ storageClassName: 'b' }), 'from a to b'],
  [
    'storage',
    'a claim template that goes',
    statefulSet({ volumeClaimTemplates: [claimTemplate('data', '1Gi')] }),
    statefulSet({}),
    'The claim template data is removed.',
  ],
  ['immutable-field', 'a selector', deployment({}, {}, { selector: { a: 'b' } }), deployment(), 'spec.selector cannot'],
  ['immutable-field', 'the service of a set', statefulSet({ serviceName: 'a' }), statefulSet({}), 'spec.serviceName'],
  [
    'immutable-field',
    'the order of a set',
    statefulSet({}),
    statefulSet({ podManagementPolicy: 'Parallel' }),
    'spec.podManagementPolicy',
  ],
  [
    'immutable-field',
    'claim templates',
    statefulSet({ volumeClaimTemplates: [claimTemplate('data', '1Gi')] }),
    statefulSet({ volumeClaimTemplates: [claimTemplate('data', '2Gi')] }),
    'spec.volumeClaimTemplates',
  ],
  [
    'immutable-field',
    'an address',
    service({ clusterIP: '10.0.0.1' }),
    service({ clusterIP: 'None' }),
    'spec.clusterIP',
  ],
  ['immutable-field', 'a volume', claim({ volumeName: 'a' }), claim({ volumeName: 'b' }), 'spec.volumeName'],
  [
    'immutable-field',
    'a job',
    object('batch/v1', 'Job', { spec: { template: { a: 1 } } }),
    object('batch/v1', 'Job', { spec: { template: { a: 2 } } }),
    'spec.template',
  ],
  ['immutable-field', 'what is bound', binding('view'), binding('edit'), 'roleRef.name'],
  ['immutable-field', 'a frozen map', configMap({ a: '1' }, true), configMap({ a: '2' }, true), 'data cannot'],
  ['immutable-field', 'a thawed map', configMap({}, true), configMap({}, false), 'immutable cannot'],
  [
    'service-account',
    'another one',
    deployment(),
    deployment({ serviceAccountName: 'root' }),
    'account root instead of',
  ],
  ['service-account', 'one that comes', gone, object('v1', 'ServiceAccount'), 'A service account is added.'],
  ['service-account', 'none for Flux', flux({ serviceAccountName: 'a' }), flux({}), 'as its controller instead of'],
  ['scaled-to-zero', 'none instead of some', deployment(), deployment({}, {}, { replicas: 0 }), 'nothing of it runs'],
  ['scaled-to-zero', 'a scaler', scaler(1), scaler(0), 'may be scaled down to zero'],
  [
    'foreign-image',
    'an image',
    deployment(),
    deployment({}, { image: 'docker.io/x:1' }),
    'The image docker.io/x:1 does',
  ],
  ['foreign-image', 'an image that comes', gone, deployment({}, { image: 'x' }), 'The image x does'],
  [
    'foreign-image',
    'an image of a custom resource',
    gone,
    object('example.com/v1', 'X', { spec: { image: 'x' } }),
    'image x',
  ],
  ['privileged', 'a container', deployment(), secured({ privileged: true }), 'Container app runs privileged'],
  ['privileged', 'one that comes', gone, secured({ privileged: true }), 'runs privileged'],
  ['privileged', 'in a cron job', cronJob({}), cronJob({ securityContext: { privileged: true } }), 'runs privileged'],
  ['privileged', 'network', deployment(), deployment({ hostNetwork: true }), "the node's network"],
  ['privileged', 'processes', deployment(), deployment({ hostPID: true }), "the node's processes"],
  ['privileged', 'memory', deployment(), deployment({ hostIPC: true }), 'inter-process'],
  [
    'privileged',
    'a path',
    deployment(),
    deployment({ volumes: [{ name: 'a', hostPath: { path: '/etc' } }] }),
    'the path /etc',
  ],
  ['privileged', 'a capability', deployment(), secured({ capabilities: { add: ['SYS_ADMIN'] } }), 'SYS_ADMIN'],
  [
    'privileged',
    'escalation',
    deployment(),
    secured({ allowPrivilegeEscalation: true }),
    'more rights than it starts with',
  ],
  ['privileged', 'root', secured({ runAsUser: 1 }), secured({ runAsUser: 0 }), 'as root'],
  [
    'privileged',
    'root for the pod',
    deployment(),
    deployment({ securityContext: { runAsUser: 0 } }),
    'The pod runs as root',
  ],
];

describe('it flags', () => {
  test.each(flagged)('%s: %s', (kind, _, before, after, says) => {
    expect(kindsOf(before, after)).toContain(kind);
    expect(detailsOf(before, after)).toContain(says);
  });

  test('every kind of risk in the table', () => {
    expect(new Set(flagged.map(([kind]) => kind))).toEqual(new Set(riskKinds));
  });
});

const near: readonly [kind: RiskKind, what: string, before: Json | undefined, after: Json | undefined][] = [
  ['deletion', 'a deployment that changes', deployment(), deployment({}, {}, { replicas: 2 })],
  ['namespace', 'the status of a namespace', namespace, { ...namespace, status: {} }],
  ['namespace', 'a namespace of another API', gone, object('example.com/v1', 'Namespace')],
  ['crd', 'the label of a definition', crd([]), crd([], 'Namespaced', { a: 'b' })],
  ['rbac', 'the label of a role', role([]), role([], { a: 'b' })],
  ['rbac', 'the label of a binding', binding('view'), binding('view', { a: 'b' })],
  ['rbac', 'a role of another API', gone, object('example.com/v1', 'Role', { rules: [rule(['*'], ['*'])] })],
  ['storage', 'a claim that grows', claim(request('1000Mi')), claim(request('1Gi'))],
  ['storage', 'the same size in other words', claim(request('1Gi')), claim(request('1024Mi'))],
  [
    'storage',
    'a claim template that comes',
    statefulSet({}),
    statefulSet({ volumeClaimTemplates: [claimTemplate('a', '1')] }),
  ],
  ['immutable-field', 'replicas', deployment({}, {}, { replicas: 1 }), deployment({}, {}, { replicas: 2 })],
  ['immutable-field', 'the default in words', statefulSet({}), statefulSet({ podManagementPolicy: 'OrderedReady' })],
  [
    'immutable-field',
    'an address not stated any more',
    service({ clusterIP: '10.0.0.1' }),
    service({ type: 'ClusterIP' }),
  ],
  ['immutable-field', 'what a claim requests', claim(request('1Gi')), claim(request('2Gi'))],
  ['immutable-field', 'a map that is not frozen', configMap({ a: '1' }, false), configMap({ a: '2' }, false)],
  ['immutable-field', 'a map that is frozen now', configMap({ a: '1' }, false), configMap({ a: '2' }, true)],
  [
    'immutable-field',
    'a selector of another API',
    object('x/v1', 'Deployment', { spec: { selector: 1 } }),
    object('x/v1', 'Deployment'),
  ],
  ['service-account', 'the default in words', deployment(), deployment({ serviceAccountName: 'default' })],
  [
    'service-account',
    'a label of one',
    object('v1', 'ServiceAccount'),
    object('v1', 'ServiceAccount', {}, { labels: { a: 'b' } }),
  ],
  ['scaled-to-zero', 'one instead of two', deployment({}, {}, { replicas: 2 }), deployment({}, {}, { replicas: 1 })],
  [
    'scaled-to-zero',
    'zero as before',
    deployment({}, {}, { replicas: 0 }),
    deployment({}, { image: 'x' }, { replicas: 0 }),
  ],
  ['scaled-to-zero', 'a scaler that was there', scaler(0), { ...scaler(0), a: 1 }],
  ['foreign-image', 'an own image', deployment(), deployment({}, { image: 'registry.example.com/app/x:1' })],
  [
    'foreign-image',
    'an image that was there',
    deployment({}, { image: 'x' }),
    deployment({}, { image: 'x', tty: true }),
  ],
  ['foreign-image', 'a key of a map', configMap({}, false), configMap({ image: 'x' }, false)],
  ['privileged', 'a container that was', secured({ privileged: true }), secured({ privileged: true, runAsUser: 1 })],
  ['privileged', 'a container that is no more', secured({ privileged: true }), secured({ privileged: false })],
  ['privileged', 'a capability dropped', deployment(), secured({ capabilities: { drop: ['ALL'] } })],
  ['privileged', 'a volume of the pod', deployment(), deployment({ volumes: [{ name: 'a', emptyDir: {} }] })],
];

test.each(near)('it does not flag %s: %s', (kind, _, before, after) => {
  expect(compared(before, after).objects).toHaveLength(1);
  expect(kindsOf(before, after)).not.toContain(kind);
});

test('an object that goes to another namespace is told on both ends', () => {
  const [here, there] = ['a', 'b'].map((it) => object('v1', 'ConfigMap', {}, { namespace: it }));
  const details = risksOf(compared(here, there)).filter(({ kind }) => kind === 'namespace');
  const detail = 'It moves from the namespace a to the namespace b: it is deleted and made anew.';
  expect(details.map((it) => [it.object.namespace, it.detail])).toEqual([
    ['a', detail],
    ['b', detail],
  ]);
});

test('secrets of another API are not those of Kubernetes', () => {
  expect(detailsOf(role([]), role([rule(['get'], ['secrets'], ['example.com'])]))).toBe('A role changes.');
});

test('images are no risk when nobody says whose they are', () => {
  expect(risksOf(diffManifests(files(), files(deployment({}, { image: 'x' }))))).toEqual([]);
});

test('the gravest risks come first, and a deletion that takes nothing else with it late', () => {
  const before = files(configMap({}, false), claim({}), deployment());
  const after = files(undefined, undefined, deployment({ hostPID: true }, {}, { replicas: 0 }));
  const found = risksOf(diffManifests(before, after)).map(({ kind, object: { kind: of } }) => `${kind} ${of}`);
  expect(found).toEqual([
    'deletion PersistentVolumeClaim',
    'storage PersistentVolumeClaim',
    'privileged Deployment',
    'deletion ConfigMap',
    'scaled-to-zero Deployment',
  ]);
});

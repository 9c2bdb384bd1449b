import { type Data, dataAt, isDataMap, sameData, textAt } from './manifest-data.ts';
import { isOfKind, type ObjectPair, type Risk } from './risk-kind.ts';

type Side = Data | undefined;

interface ImmutableField {
  readonly group: string;
  readonly kinds: readonly string[];
  readonly path: readonly string[];
  /** What an absent field stands for. */
  readonly byDefault?: Data;
}

const podSelector = ['spec', 'selector'];
const rbacGroup = 'rbac.authorization.k8s.io';

/** Fields that the API server refuses to change: validation of updates in https://github.com/kubernetes/kubernetes pkg/apis. */
const immutableFields: readonly ImmutableField[] = [
  { group: 'apps', kinds: ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'], path: podSelector },
  { group: 'apps', kinds: ['StatefulSet'], path: ['spec', 'serviceName'], byDefault: '' },
  { group: 'apps', kinds: ['StatefulSet'], path: ['spec', 'volumeClaimTemplates'], byDefault: [] },
  { group: 'apps', kinds: ['StatefulSet'], path: ['spec', 'podManagementPolicy'], byDefault: 'OrderedReady' },
  { group: 'batch', kinds: ['Job'], path: podSelector },
  { group: 'batch', kinds: ['Job'], path: ['spec', 'template'] },
  { group: 'batch', kinds: ['Job'], path: ['spec', 'completionMode'], byDefault: 'NonIndexed' },
  { group: rbacGroup, kinds: ['RoleBinding', 'ClusterRoleBinding'], path: ['roleRef', 'kind'] },
  { group: rbacGroup, kinds: ['RoleBinding', 'ClusterRoleBinding'], path: ['roleRef', 'name'] },
  { group: '', kinds: ['Secret'], path: ['type'], byDefault: 'Opaque' },
  { group: 'storage.k8s.io', kinds: ['StorageClass'], path: ['provisioner'] },
  { group: 'storage.k8s.io', kinds: ['StorageClass'], path: ['parameters'], byDefault: new Map() },
  { group: 'apiextensions.k8s.io', kinds: ['CustomResourceDefinition'], path: ['spec', 'scope'] },
];

/** @returns Changes that fail when they are applied, since the field is fixed once the object is there. */
export function immutableFieldRisks(pair: ObjectPair): readonly Risk[] {
  const { before, after } = pair;
  if (!before || !after) return [];
  const listed = immutableFields
    .filter(({ group, kinds }) => isOfKind(pair, group, ...kinds))
    .filter(
      ({ path, byDefault }) => !sameData(dataAt(before, ...path) ?? byDefault, dataAt(after, ...path) ?? byDefault),
    )
    .map(({ path }) => path.join('.'));
  return [...listed, ...addressChanges(pair), ...claimChanges(pair), ...frozenChanges(pair)].map((path) => ({
    kind: 'immutable-field',
    detail: `${path} cannot be changed: applying this fails until the object is deleted.`,
  }));
}

/** An absent address means the one that the service has. */
function addressChanges(pair: ObjectPair): readonly string[] {
  if (!isOfKind(pair, '', 'Service')) return [];
  const address = (side: Side) => textAt(side, 'spec', 'clusterIP');
  const wanted = address(pair.after);
  return wanted === undefined || wanted === address(pair.before) ? [] : ['spec.clusterIP'];
}

/** Of a claim only what it requests may change, and the class of its attributes. */
function claimChanges(pair: ObjectPair): readonly string[] {
  if (!isOfKind(pair, '', 'PersistentVolumeClaim')) return [];
  const fixed = (side: Side): ReadonlyMap<string, Data> => {
    const spec = dataAt(side, 'spec');
    return new Map(
      isDataMap(spec) ? [...spec].filter(([key]) => !/^(?:resources|volumeAttributesClassName)$/.test(key)) : [],
    );
  };
  const [before, after] = [fixed(pair.before), fixed(pair.after)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => !sameData(before.get(key), after.get(key)))
    .filter((key) => /^\w+$/.test(key))
    .map((key) => `spec.${key}`);
}

const frozenKeys: readonly string[] = ['data', 'binaryData', 'stringData', 'immutable'];

function frozenChanges(pair: ObjectPair): readonly string[] {
  if (!isOfKind(pair, '', 'ConfigMap', 'Secret') || dataAt(pair.before, 'immutable') !== true) return [];
  return frozenKeys.filter((key) => !sameData(dataAt(pair.before, key), dataAt(pair.after, key)));
}

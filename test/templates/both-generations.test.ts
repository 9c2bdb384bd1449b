import { describe, expect, test } from 'vitest';
import type { DeploySetting, Installation } from '../../src/core/installation/installation.ts';
import { podinfoInstallation } from '../builders/render-input.ts';
import { crdCheck, crdsAreThere } from '../support/crd.ts';
import { type KubernetesObject, objectsOf, type RenderCase, renderCase, type SetName } from '../support/render-case.ts';

const podinfo = { archive: 'podinfo/v2/by-value' };
const product = { archive: 'product/recursive', component: 'ocm.software/demos/storefront', version: 'v2.0.0' };
const productIn: Readonly<Record<SetName, readonly DeploySetting[]>> = {
  'ocm-controller': [
    { resource: 'frontend/manifests', configuration: 'frontend/config' },
    { resource: 'platform/settings', configuration: 'none' },
    { resource: 'frontend/chart', as: 'helm' },
  ],
  'ocm-k8s-toolkit': [{ resource: 'frontend/manifests' }, { resource: 'platform/cache/notes' }],
};

const byValue = [{ signature: 'ocm-signing', secret: undefined, anyOf: [] }];
const { source } = podinfoInstallation;
const sourceByVersion = source && { ...source, by: 'component-version' as const };

/** Every way in which the settings differ, for both generations. */
const common: readonly (readonly Partial<Installation>[])[] = [
  [{}, { source: undefined }],
  [{}, { verify: byValue }],
  [{}, { flux: undefined }],
  [{}, { pullSecret: undefined }],
];

/** What only one of them has. */
const special: Readonly<Record<SetName, readonly Partial<Installation>[]>> = {
  'ocm-controller': [
    {},
    { source: sourceByVersion },
    { serviceAccount: 'ocm-ops', source: sourceByVersion, pullSecret: undefined },
    { deploy: [{ resource: 'manifests', configuration: 'none' }] },
    {
      deploy: [
        { resource: 'manifests' },
        { resource: 'chart', as: 'helm' },
        { resource: 'image', configuration: 'none' },
      ],
    },
  ],
  'ocm-k8s-toolkit': [{}, { deploy: [{ resource: 'manifests' }, { resource: 'config' }] }],
};

const combine = (parts: readonly (readonly Partial<Installation>[])[]): readonly Partial<Installation>[] =>
  parts.reduce<readonly Partial<Installation>[]>(
    (all, part) => all.flatMap((a) => part.map((b) => ({ ...a, ...b }))),
    [{}],
  );

const names: readonly SetName[] = ['ocm-controller', 'ocm-k8s-toolkit'];
const cases: readonly RenderCase[] = names.flatMap((set) => [
  ...['v1.0.0', 'v1.1.0'].map((version) => ({ ...podinfo, version, set })),
  { ...product, set, settings: { deploy: productIn[set] } },
]);
const combinations: readonly RenderCase[] = names.flatMap((set) =>
  combine([...common, special[set]])
    // The controller has the credentials of one secret only, which is refused elsewhere.
    .filter((it) => it.source?.by === undefined || it.serviceAccount !== undefined || !('pullSecret' in it))
    .map((settings) => ({ ...podinfo, version: 'v1.1.0', set, settings })),
);

const known = new Map<RenderCase, Promise<readonly KubernetesObject[]>>();

function objectsIn(it: RenderCase): Promise<readonly KubernetesObject[]> {
  const objects = known.get(it) ?? renderCase(it).then((rendered) => Object.values(objectsOf(rendered)));
  known.set(it, objects);
  return objects;
}

describe.skipIf(!crdsAreThere)('against the definitions of the controllers (left out without shared/crds)', () => {
  const checks: Readonly<Record<SetName, (object: unknown) => readonly string[]>> = crdsAreThere
    ? {
        'ocm-controller': crdCheck('ocm-controller', 'replication-controller', 'flux'),
        'ocm-k8s-toolkit': crdCheck('kubernetes-controller', 'flux'),
      }
    : { 'ocm-controller': () => [], 'ocm-k8s-toolkit': () => [] };

  /** What is wrong with an object, and with what its controller makes of a template that it has no schema of. */
  function check(set: SetName, object: KubernetesObject): readonly string[] {
    if (object.kind === 'ConfigMap') return [];
    return [object, ...madeFrom(object)].flatMap(checks[set]);
  }

  test.each(cases)('$archive $version is valid for $set', async (it) => {
    const objects = await objectsIn(it);
    expect(objects.length).toBeGreaterThan(4);
    expect(objects.flatMap((object) => check(it.set, object))).toEqual([]);
  });

  test('all combinations of settings are valid', async () => {
    expect(combinations.length).toBeGreaterThan(60);
    for (const it of combinations) {
      const objects = await objectsIn(it);
      expect(
        objects.flatMap((object) => check(it.set, object)),
        JSON.stringify(it.settings),
      ).toEqual([]);
    }
  });

  test('a wrong field in what a FluxDeployer makes is found', () => {
    const deployer = { apiVersion: '', kind: 'FluxDeployer', metadata: { name: 'a' } };
    const made = madeFrom({ ...deployer, spec: { helmReleaseTemplate: { interval: '1m', chart: 'podinfo' } } });
    expect(made.flatMap(checks['ocm-controller'])).not.toEqual([]);
  });
});

/** ocm-controller puts the source into the template, and the rest as it is into an object of Flux. */
function madeFrom({ kind, spec }: KubernetesObject): readonly unknown[] {
  if (kind !== 'FluxDeployer') return [];
  const metadata = { name: 'made', namespace: 'ocm-system' };
  const ref = { kind: 'OCIRepository', name: 'made' };
  const { kustomizationTemplate, helmReleaseTemplate } = spec;
  return kustomizationTemplate
    ? [{ ...kustomize, metadata, spec: { ...kustomizationTemplate, sourceRef: ref } }]
    : [{ ...helm, metadata, spec: { ...(helmReleaseTemplate as object), chartRef: ref } }];
}

const kustomize = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' };
const helm = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' };

describe('for any settings', () => {
  test('objects refer to objects that are there', async () => {
    for (const it of [...cases, ...combinations]) {
      const objects = await objectsIn(it);
      const there = new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
      const missing = objects.flatMap(refersTo).filter((name) => !there.has(name));
      expect(missing, JSON.stringify(it)).toEqual([]);
    }
  });

  test('what belongs to no namespace has none, and everything else has one', async () => {
    for (const it of cases) {
      const objects = await objectsIn(it);
      const bare = objects.filter(({ metadata }) => metadata.namespace === undefined).map(({ kind }) => kind);
      expect(new Set(bare)).toEqual(new Set(it.set === 'ocm-controller' ? [] : ['Deployer']));
    }
  });

  test('the Kustomization is the same for every version', async () => {
    for (const set of names) {
      const [one, other] = await Promise.all(
        ['v1.0.0', 'v1.1.0'].map(async (version) => objectsOf(await renderCase({ ...podinfo, version, set }))),
      );
      expect(one?.['podinfo_component.yaml']).toEqual(other?.['podinfo_component.yaml']);
    }
  });
});

/** Names of the objects that one refers to, of those that the sets render. */
function refersTo({ kind, spec }: KubernetesObject): readonly string[] {
  const kindOf: Readonly<Record<string, string>> = {
    repositoryRef: 'Repository',
    targetRepositoryRef: 'Repository',
    componentRef: 'Component',
    resourceRef: 'Resource',
  };
  return Object.entries(spec ?? {}).flatMap(([field, value]) => {
    if (typeof value !== 'object' || value === null || !('name' in value)) return [];
    if (kind !== 'Kustomization' && 'kind' in value) return [`${value.kind} ${value.name}`];
    return kindOf[field] === undefined ? [] : [`${kindOf[field]} ${value.name}`];
  });
}

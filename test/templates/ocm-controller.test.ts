import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createBuiltInSets } from '../../src/adapters/built-in-sets/built-in-sets.ts';
import { renderSet } from '../../src/core/template/render-set.ts';
import { templateVariables, type VariablesInput } from '../../src/core/template/variables.ts';
import { podinfoInstallation, podinfoProjection, podinfoVariables } from '../builders/render-input.ts';
import { crdCheck, crdsAreThere } from '../support/crd.ts';

const set = await createBuiltInSets(new URL('../../templates/manifests/', import.meta.url)).readBuiltIn(
  'ocm-controller',
  1,
);
const folders = { components: 'components/podinfo', kustomizations: 'clusters/kind' };

const render = (change: Partial<VariablesInput> = {}) =>
  renderSet({ set, variables: templateVariables(podinfoVariables(change)), folders });

/** Rendered objects by file name. */
function objects(change: Partial<VariablesInput> = {}): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...render(change).files].map(([path, text]) => [path.split('/').at(-1), parse(text)]));
}

interface Difference {
  readonly path: string;
  /** In the walkthrough; `undefined` where it has nothing. */
  readonly theirs: unknown;
  /** Here; `undefined` where nothing is rendered. */
  readonly ours: unknown;
}

const credentials = { name: 'gitea-registry-credentials' };
const keySecret = [{ name: 'ocm-signing', publicKey: { secretRef: { name: 'ocm-signing' } } }];

/** The walkthrough's files, and all that is rendered otherwise on purpose. */
const walkthrough: readonly {
  readonly theirs: string;
  readonly ours: string;
  readonly differences: readonly Difference[];
}[] = [
  {
    theirs: 'component_version.yaml',
    ours: 'component_version.yaml',
    differences: [
      // Objects named after the version make a roll one step.
      { path: 'metadata.name', theirs: 'podinfo', ours: 'podinfo-v1.0.0' },
      // Nothing runs that no pull request has proposed.
      { path: 'spec.version.semver', theirs: '>=v1.0.0', ours: 'v1.0.0' },
      // The subscription replicates; what is installed comes from the consumer's own registry.
      {
        path: 'spec.repository.url',
        theirs: 'gitea.ocm.dev/software-provider',
        ours: 'gitea.ocm.dev/software-consumer',
      },
      {
        path: 'spec.destination',
        theirs: { url: 'gitea.ocm.dev/software-consumer', secretRef: credentials },
        ours: undefined,
      },
    ],
  },
  {
    theirs: 'localize.yaml',
    ours: 'localize.yaml',
    differences: [
      { path: 'metadata.name', theirs: 'podinfo', ours: 'podinfo-v1.0.0' },
      { path: 'spec.sourceRef.name', theirs: 'podinfo', ours: 'podinfo-v1.0.0' },
      { path: 'spec.configRef.name', theirs: 'podinfo', ours: 'podinfo-v1.0.0' },
      // The revision that Flux reports then names the version.
      { path: 'spec.sourceRef.resourceRef.version', theirs: 'latest', ours: 'v1.0.0' },
      { path: 'spec.configRef.resourceRef.version', theirs: 'latest', ours: 'v1.0.0' },
    ],
  },
  {
    theirs: 'configure.yaml',
    ours: 'configure.yaml',
    differences: [
      { path: 'metadata.name', theirs: 'podinfo', ours: 'podinfo-v1.0.0' },
      { path: 'spec.sourceRef.name', theirs: 'podinfo', ours: 'podinfo-v1.0.0' },
      { path: 'spec.configRef.name', theirs: 'podinfo', ours: 'podinfo-v1.0.0' },
      { path: 'spec.configRef.resourceRef.version', theirs: 'latest', ours: 'v1.0.0' },
    ],
  },
  {
    theirs: 'deploy.yaml',
    ours: 'deploy.yaml',
    differences: [{ path: 'spec.sourceRef.name', theirs: 'podinfo', ours: 'podinfo-v1.0.0' }],
  },
  {
    theirs: 'components_kustomization.yaml',
    ours: 'podinfo_component.yaml',
    differences: [
      // Flux's reports name the installation.
      {
        path: 'metadata.annotations',
        theirs: undefined,
        ours: {
          'event.toolkit.fluxcd.io/application': 'podinfo',
          'event.toolkit.fluxcd.io/environment': 'default',
        },
      },
      // Success is reported when the objects are ready, not when they are applied.
      { path: 'spec.wait', theirs: undefined, ours: true },
      { path: 'spec.timeout', theirs: undefined, ours: '3m' },
      {
        path: 'spec.healthCheckExprs',
        theirs: undefined,
        ours: [
          {
            apiVersion: 'delivery.ocm.software/v1alpha1',
            kind: 'FluxDeployer',
            current:
              'has(status.observedGeneration) && status.observedGeneration == metadata.generation && ' +
              "has(status.conditions) && status.conditions.exists(it, it.type == 'Ready' && it.status == 'True')",
          },
        ],
      },
    ],
  },
  {
    theirs: 'subscription.yaml',
    ours: 'component_subscription.yaml',
    differences: [
      // replication-controller cannot read the signatures that OCM makes today, and then replicates nothing.
      { path: 'spec.verify', theirs: keySecret, ours: undefined },
    ],
  },
];

/** The walkthrough's object with the differences made; fails when the walkthrough does not say what a difference claims. */
function withDifferences(file: string, differences: readonly Difference[]): unknown {
  const object = parse(readFileSync(new URL(`../fixtures/walkthrough/${file}`, import.meta.url), 'utf8'));
  for (const { path, theirs, ours } of differences) {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    const holder = steps.reduce((it, step) => it[step], object);
    expect(holder[last], `${file} ${path}`).toEqual(theirs);
    if (ours === undefined) delete holder[last];
    else holder[last] = ours;
  }
  return object;
}

describe('for the demo', () => {
  const rendered = objects();

  test.each(walkthrough)(
    "$ours is the walkthrough's $theirs with the listed differences",
    ({ theirs, ours, differences }) => {
      expect(rendered[ours]).toEqual(withDifferences(theirs, differences));
    },
  );

  test('nothing else is rendered', () => {
    expect(Object.keys(rendered).toSorted()).toEqual(walkthrough.map((it) => it.ours).toSorted());
  });

  test('the files lie in the two folders', () => {
    expect([...render().files.keys()].toSorted()).toEqual([
      'clusters/kind/podinfo_component.yaml',
      'components/podinfo/component_subscription.yaml',
      'components/podinfo/component_version.yaml',
      'components/podinfo/configure.yaml',
      'components/podinfo/deploy.yaml',
      'components/podinfo/localize.yaml',
    ]);
  });

  test("the values block begins with the component's defaults", () => {
    expect(render().initialValues).toEqual({ replicas: 1, message: 'podinfo', serviceAccountName: 'default' });
    expect(render({ defaults: undefined }).initialValues).toEqual({});
  });

  test('every file says at its top what its object is for', () => {
    for (const text of render().files.values()) expect(text).toMatch(/^# [A-Z].*\.\n/);
  });
});

describe('with other settings', () => {
  const change = (installation: object, rest: Partial<VariablesInput> = {}) =>
    objects({ installation: { ...podinfoInstallation, ...installation }, ...rest });

  test('the pin is the version as spelled, and stays a text', () => {
    const rendered = objects({ component: podinfoProjection('1.20') });
    expect(rendered['component_version.yaml']).toMatchObject({ spec: { version: { semver: '1.20' } } });
  });

  test('the subscription carries the range, never the pin', () => {
    const rendered = objects({ versions: '>=1.0.0, <2.0.0', component: podinfoProjection('v1.5.0') });
    expect(rendered['component_subscription.yaml']).toMatchObject({ spec: { semver: '>=1.0.0, <2.0.0' } });
    expect(JSON.stringify(rendered['component_subscription.yaml'])).not.toContain('1.5.0');
  });

  test('without a source there is no subscription', () => {
    expect(change({ source: undefined })).not.toHaveProperty(['component_subscription.yaml']);
  });

  test('without pull secrets there is no secretRef', () => {
    const rendered = change({
      pullSecret: undefined,
      source: { url: 'registry.acme.example', pullSecret: undefined },
    });
    expect(rendered['component_version.yaml']).toMatchObject({ spec: { repository: { url: expect.any(String) } } });
    expect(JSON.stringify(rendered['component_subscription.yaml'])).not.toContain('secretRef');
    expect(JSON.stringify(rendered['component_version.yaml'])).not.toContain('gitea-registry-credentials');
  });

  test('a key without a secret is carried by value', () => {
    const verify = [{ signature: 'release', secret: undefined, anyOf: [] }];
    const rendered = change({ verify }, { keys: new Map([['release', 'PEM']]) });
    expect(rendered['component_version.yaml']).toMatchObject({
      spec: { verify: [{ name: 'release', publicKey: { value: 'UEVN' } }] },
    });
  });

  test('without a place for it there is no Kustomization, and values come from the usual GitRepository', () => {
    const rendered = change({ flux: undefined });
    expect(rendered).not.toHaveProperty(['podinfo_component.yaml']);
    expect(rendered['configure.yaml']).toMatchObject({
      spec: { valuesFrom: { fluxSource: { sourceRef: { name: 'flux-system', namespace: 'flux-system' } } } },
    });
  });

  test('nothing in the Kustomization, the subscription and the names that stay depends on the version', () => {
    const [one, other] = ['v1.0.0', 'v2.0.0'].map((it) => objects({ component: podinfoProjection(it) }));
    expect(one?.['podinfo_component.yaml']).toEqual(other?.['podinfo_component.yaml']);
    expect(one?.['component_subscription.yaml']).toEqual(other?.['component_subscription.yaml']);
    expect(other?.['deploy.yaml']).toMatchObject({
      metadata: { name: 'podinfo' },
      spec: { sourceRef: { name: 'podinfo-v2.0.0' } },
    });
  });
});

describe.skipIf(!crdsAreThere)(
  'held against the definitions of the controllers (skipped without the folder shared/crds)',
  () => {
    const check = crdsAreThere ? crdCheck('ocm-controller', 'replication-controller', 'flux') : () => [];

    test.each([
      ['the demo', {}],
      [
        'keys by value and no secrets',
        {
          installation: {
            ...podinfoInstallation,
            pullSecret: undefined,
            verify: [{ signature: 'release', secret: undefined, anyOf: [] }],
          },
          keys: new Map([['release', 'PEM']]),
        },
      ],
    ] satisfies [string, Partial<VariablesInput>][])('what is rendered for %s is valid', (_, change) => {
      expect(Object.values(objects(change)).flatMap(check)).toEqual([]);
    });

    test('a misspelt field is found', () => {
      const version = objects()['component_version.yaml'] as { readonly spec: object };
      expect(check({ ...version, spec: { ...version.spec, intervall: '30s' } })).toEqual([
        expect.stringContaining('spec has no field "intervall"'),
      ]);
    });
  },
);

import { expect, test } from 'vitest';
import { parseRepositoryConfig } from '../../../src/config/repository-config.ts';
import { resolveInstallations } from '../../../src/config/resolve-installations.ts';
import { type ComponentName, parseComponentName } from '../../../src/core/component/component-name.ts';
import { noAdoption } from '../../../src/core/init/adoption.ts';
import { describeProposal } from '../../../src/core/init/describe-proposal.ts';
import {
  configurationPath,
  type Findings,
  proposeConfiguration,
} from '../../../src/core/init/propose-configuration.ts';
import type { DeployedComponent } from '../../../src/core/init/read-manifest.ts';
import type { Version } from '../../../src/core/version/version.ts';

function name(text: string): ComponentName {
  const found = parseComponentName(text);
  if (!found) throw new Error(`${text} is no name`);
  return found;
}

function deployed(component: string, changes: Partial<DeployedComponent> = {}): DeployedComponent {
  return {
    ...{
      component: name(component),
      kind: 'ComponentVersion',
      file: 'a.yaml',
      registry: undefined,
      versions: undefined,
    },
    signatures: [{ name: 'release', publicKey: undefined, secret: 'keys' }],
    ...changes,
  };
}

const found: Findings = {
  registry: 'registry.example.org/consumer',
  components: [name('ocm.software/demos/podinfo')],
  deployed: [],
  fluxPaths: [],
  keys: new Map([['release', 'PEM\n']]),
};

const textOf = (changes: Partial<Findings>) =>
  proposeConfiguration({ ...found, ...changes }).files.get(configurationPath) ?? '';

/** As a pass reads it. */
function resolved(changes: Partial<Findings>) {
  const { installations } = resolveInstallations(
    parseRepositoryConfig(proposeConfiguration({ ...found, ...changes }).files),
  );
  return installations.map((it) => ({ name: it.name, path: it.path, versions: it.versions, keys: it.verify }));
}

test('one component and one key give the smallest configuration', () => {
  const { files } = proposeConfiguration(found);
  expect(files.get(configurationPath)?.replaceAll(/^#.*\n/gm, '')).toBe(`registry: registry.example.org/consumer
verify: [{ signature: release, publicKey: keys/release.pub }]
applications:
  podinfo: { component: ocm.software/demos/podinfo }
`);
  expect(files.get('.consignee/keys/release.pub')).toBe('PEM\n');
});

test('what is deployed already keeps its range and its environments', () => {
  const fluxPaths = [
    { path: 'clusters/kind', file: 'clusters/kind/flux-system/gotk-sync.yaml' },
    { path: 'environments/dev', file: 'clusters/kind/dev.yaml' },
    { path: 'environments/prod', file: 'clusters/kind/prod.yaml' },
  ];
  const web = deployed('acme.example/web', { file: 'environments/prod/web.yaml', versions: '>=1.0.0, <2.0.0' });
  const names = resolved({ fluxPaths, deployed: [web], components: [name('acme.example/db')] });
  expect(names.map((it) => [it.name, it.path, it.versions])).toEqual([
    ['dev/db', 'environments/dev', '*'],
    ['prod/db', 'environments/prod', '*'],
    ['prod/web', 'environments/prod', '>=1.0.0, <2.0.0'],
  ]);
});

test('a folder that holds an environment is none itself', () => {
  const fluxPaths = ['apps', 'apps/dev'].map((path) => ({ path, file: 'flux.yaml' }));
  expect(resolved({ fluxPaths }).map((it) => it.name)).toEqual(['dev/podinfo']);
});

test('where a subscription lies does not say where the component is deployed', () => {
  const fluxPaths = ['apps/dev', 'apps/prod'].map((path) => ({ path, file: 'flux.yaml' }));
  const subscription = deployed('acme.example/web', { kind: 'ComponentSubscription', file: 'apps/dev/web.yaml' });
  const names = resolved({ fluxPaths, deployed: [subscription], components: [] }).map((it) => it.name);
  expect(names.toSorted()).toEqual(['dev/web', 'prod/web']);
});

test('a range that the controllers would not take is left out', () => {
  expect(textOf({ deployed: [deployed('acme.example/web', { versions: '1.x.|3' })] })).not.toContain('versions');
});

test('components that would be called the same are told apart', () => {
  const components = [name('acme.example/billing/web'), name('acme.example/shop/web')];
  expect(resolved({ components }).map((it) => it.name)).toEqual(['default/billing-web', 'default/shop-web']);
});

test('folders that would be called as the bot calls its own branches get another name', () => {
  const fluxPaths = [{ path: 'apps/init', file: 'flux.yaml' }];
  expect(resolved({ fluxPaths }).map((it) => it.name)).toEqual(['env-init/podinfo']);
});

test('folders of the same name are told apart by the whole path', () => {
  const fluxPaths = ['east/dev', 'west/dev'].map((path) => ({ path, file: 'flux.yaml' }));
  expect(resolved({ fluxPaths }).map((it) => it.name)).toEqual(['east-dev/podinfo', 'west-dev/podinfo']);
});

test('each application asks for the signatures of its own manifests', () => {
  const own = [{ name: 'acme', publicKey: 'ACME\n', secret: undefined }];
  const [podinfo, web] = resolved({ deployed: [deployed('acme.example/web', { signatures: own })] }).toReversed();
  expect([podinfo?.name, podinfo?.keys.map(({ signature }) => signature)]).toEqual(['default/podinfo', ['release']]);
  expect([web?.name, web?.keys.map(({ signature }) => signature)]).toEqual(['default/web', ['acme']]);
});

test.each<[string, Partial<Findings>, RegExp]>([
  ['no component', { components: [] }, /no component in registry\.example\.org\/consumer/],
  ['no key at all', { keys: new Map() }, /Nothing says with which key ocm\.software\/demos\/podinfo/],
  [
    'a key that only the cluster has',
    { keys: new Map(), deployed: [deployed('acme.example/web')], components: [] },
    /The key of the signature release of acme\.example\/web is not known/,
  ],
  [
    'two keys for one signature',
    {
      keys: new Map(),
      deployed: ['A\n', 'B\n'].map((publicKey) =>
        deployed('acme.example/web', { signatures: [{ name: 'release', publicKey, secret: undefined }] }),
      ),
    },
    /two different keys for the signature release/,
  ],
  [
    'two signatures whose keys would lie in one file',
    {
      keys: new Map([
        ['a b', 'A\n'],
        ['a+b', 'B\n'],
      ]),
    },
    /Two signatures would have their key in \.consignee\/keys\/a_b\.pub/,
  ],
])('nothing is proposed for %s', (_, changes, message) => {
  expect(() => proposeConfiguration({ ...found, ...changes })).toThrow(message);
});

test('where the cluster has the key, the secret is named', () => {
  const only = { keys: new Map(), components: [], deployed: [deployed('acme.example/web')] };
  expect(() => proposeConfiguration({ ...found, ...only })).toThrow(
    expect.objectContaining({
      remedy: 'Give it with --public-key release=FILE. The cluster has it in the secret keys.',
    }),
  );
});

test('a key that is given counts more than those of manifests', () => {
  const all = ['OLD\n', 'OTHER\n'].map((publicKey) =>
    deployed('acme.example/web', { signatures: [{ name: 'release', publicKey, secret: undefined }] }),
  );
  const { files } = proposeConfiguration({ ...found, deployed: all });
  expect(files.get('.consignee/keys/release.pub')).toBe('PEM\n');
});

test('names that are no plain text in YAML are quoted', () => {
  const fluxPaths = ['a/2024', 'a/no'].map((path) => ({ path, file: 'flux.yaml' }));
  expect(textOf({ fluxPaths })).toContain('  "2024": { path: a/2024 }\n  "no": { path: a/no }\n');
  expect(resolved({ fluxPaths }).map((it) => it.name)).toEqual(['2024/podinfo', 'no/podinfo']);
});

test('the pull request names the keys to compare, and what is deployed already', () => {
  const text = describeProposal(
    proposeConfiguration({ ...found, deployed: [deployed('acme.example/web')] }),
    noAdoption,
  );
  expect(text).toContain('Compare the keys with what the provider published elsewhere: `.consignee/keys/release.pub`');
  expect(text).toContain('deployed by manifests of your own already: `web` by `a.yaml`. They stay yours');
});

test.each<[string, Partial<DeployedComponent>, string]>([
  ['an exact version stays free to be updated', { versions: 'v1.0.0' }, '{ component: acme.example/web, manage: pin }'],
  ['a range is kept', { versions: '~1.0' }, '{ component: acme.example/web, manage: pin, versions: "~1.0" }'],
  [
    'a short version is a range in generation 1',
    { versions: 'v1.2' },
    '{ component: acme.example/web, manage: pin, versions: "v1.2" }',
  ],
  ['and none in generation 2', { versions: 'v1.2', kind: 'Component' }, '{ component: acme.example/web, manage: pin }'],
  [
    'a subscription deploys nothing',
    { versions: '1.0.0', kind: 'ComponentSubscription' },
    '{ component: acme.example/web, versions: "1.0.0" }',
  ],
])('of what manifests deploy already, %s', (_, changes, expected) => {
  expect(textOf({ deployed: [deployed('acme.example/web', changes)] })).toContain(`  web: ${expected}\n`);
});

test('what lies outside of all environments is not pinned', () => {
  const fluxPaths = [{ path: 'apps/dev', file: 'flux.yaml' }];
  expect(textOf({ fluxPaths, deployed: [deployed('acme.example/web', { file: 'base/web.yaml' })] })).not.toContain(
    'pin',
  );
});

test('the pull request says what was adopted, and what is missing', () => {
  const left = [{ name: 'default/db', message: 'It has a range.', remedy: 'Say what runs.' }];
  const adopted = [{ name: 'default/web', version: 'v1.0.0' as Version }];
  const text = describeProposal(proposeConfiguration(found), { files: new Map(), adopted, left });
  expect(text).toContain('lock files for what runs, verified: `default/web` at `v1.0.0`.');
  expect(text).toContain('- `default/db`: It has a range. Say what runs.');
});

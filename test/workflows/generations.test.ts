import { describe, expect, test } from 'vitest';
import type { InstallationResult, PassPorts } from '../../src/workflows/pass.ts';
import { branch, configPath, configText, createWorld, install, type World } from '../support/world.ts';

const failureOf = ([result]: readonly InstallationResult[]) =>
  result?.outcome.kind === 'failed' ? result.outcome.failure : undefined;

const configure = (world: World, more: string) => world.person.commit('main', { [configPath]: configText(more) });

/** A set of one's own for generation 1. */
const ownSet = {
  '.consignee/templates/own/set.yaml': `version: 1
kinds: [delivery.ocm.software/v1alpha1/ComponentVersion]
files: [{ template: version.yaml, folder: components, path: version.yaml }]
`,
  '.consignee/templates/own/version.yaml': `apiVersion: delivery.ocm.software/v1alpha1
kind: ComponentVersion
metadata: { name: podinfo, namespace: ocm-system }
spec: { interval: 30s, component: a.b/c, repository: { url: r }, version: { semver: '\${{ component.version }}' } }
`,
};

describe('generation 2', () => {
  test('is proposed, installed and updated', async () => {
    await using world = await createWorld({ config: 'templates: ocm-k8s-toolkit@1\n' });
    await install(world, 'v1.0.0');
    expect(await world.read('main', 'values.yaml')).toBeUndefined();
    expect(await world.read('main', 'components/podinfo/component.yaml')).toContain('semver: v1.0.0\n');
    expect(await world.step()).toBe('leave in-sync');
    await world.publish('v1.1.0');
    expect(await world.step()).toBe('open');
    expect(await world.read(branch, 'components/podinfo/component.yaml')).toContain('semver: v1.1.0\n');
    expect(await world.git.git('diff', '--name-only', 'main', branch, '--', 'components')).toBe(
      'components/podinfo/component.yaml\n',
    );
  });

  test('a commit that nobody recorded is known by rendering it again', async () => {
    await using world = await createWorld({ config: 'templates: ocm-k8s-toolkit@1\n' });
    await world.publish('v1.0.0');
    expect(await world.step()).toBe('open');
    await world.loseStore();
    expect(await world.step()).toBe('leave waiting-for-merge');
    await world.publish('v1.1.0');
    expect(await world.step()).toBe('update');
  });
});

/** The same for generation 2. */
const ownSetOfTwo = {
  '.consignee/templates/own/set.yaml': ownSet['.consignee/templates/own/set.yaml'].replace(
    'ComponentVersion',
    'Component',
  ),
  '.consignee/templates/own/version.yaml': `apiVersion: delivery.ocm.software/v1alpha1
kind: Component
metadata: { name: podinfo, namespace: ocm-system }
spec: { interval: 30s, component: a.b/c, repositoryRef: { name: r }, semver: '\${{ component.version }}' }
`,
};

/** A resource that defines a kind. */
const graph = (spec: string) => ({
  note: `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: { name: podinfo }
spec: { schema: { apiVersion: v1alpha1, kind: Podinfo, spec: ${spec} }, resources: [] }
`,
});

describe('an instance of what the component defines', () => {
  const config = 'templates: ocm-k8s-toolkit@1\ninstance: note\n';
  const overriding = '.consignee/templates/ocm-k8s-toolkit/instance.yaml';

  test('is rendered beside what deploys the definition, and its commit is known again', async () => {
    await using world = await createWorld({ config });
    await world.publish('v1.0.0', graph('{ replicas: "integer | default=2" }'));
    expect(await world.step()).toBe('open');
    expect(await world.read(branch, 'components/podinfo/instance.yaml')).toContain('kind: Podinfo\n');
    expect(await world.read(branch, 'components/podinfo/instance.yaml')).toContain('spec:\n  replicas: 2\n');
    expect(await world.read(branch, 'components/podinfo/deployer-definition.yaml')).toContain('podinfo-definition');
    expect(await world.read(branch, 'components/podinfo/deployer.yaml')).toBeUndefined();
    await world.loseStore();
    expect(await world.step()).toBe('leave waiting-for-merge');
  });

  test('that needs what it has no default for is held, until a template says it', async () => {
    await using world = await createWorld({ config });
    await world.publish('v1.0.0', graph('{ size: "integer | required=true" }'));
    expect(failureOf(await world.pass())).toMatchObject({
      code: 'configuration',
      message: 'A Podinfo needs spec.size, for which it has no default.',
    });
    const text = `apiVersion: kro.run/v1alpha1
kind: Podinfo
metadata: { name: podinfo, namespace: default }
spec: { size: 3 }
`;
    await world.person.commit('main', { [overriding]: text });
    expect(await world.step()).toBe('open');
  });

  test('keeps what people changed in it, and gains what a later version brings', async () => {
    await using world = await createWorld({ config });
    await install(world, 'v1.0.0', graph('{ replicas: "integer | default=2" }'));
    const path = 'components/podinfo/instance.yaml';
    const text = (await world.read('main', path)) ?? '';
    await world.person.commit('main', { [path]: text.replace('replicas: 2', 'replicas: 5') });
    await world.publish('v1.1.0', graph('{ replicas: "integer | default=2", logo: string | default=a.png }'));
    expect(await world.step()).toBe('open');
    expect(await world.read(branch, path)).toContain('spec:\n  replicas: 5\n  logo: a.png\n');
  });

  test('is not rendered from what defines nothing', async () => {
    await using world = await createWorld({ config });
    await world.publish('v1.0.0');
    expect(failureOf(await world.pass())).toMatchObject({
      code: 'content',
      message: expect.stringContaining('is no ResourceGraphDefinition that can be used'),
    });
  });
});

describe('a change of generation', () => {
  test.each([['to the built-in set of the other', 'templates: ocm-k8s-toolkit@1\n', 'ocm-controller@1']])(
    '%s is refused with the reason, and nothing is written',
    async (_, config, before) => {
      await using world = await createWorld();
      await install(world, 'v1.0.0');
      await configure(world, config);
      const refs = await world.refs();
      const failure = failureOf(await world.pass());
      expect(failure).toMatchObject({
        code: 'configuration',
        message: expect.stringContaining('would prune its workloads'),
      });
      expect(failure?.remedy).toContain(`templates: ${before}`);
      expect(await world.refs()).toBe(refs);
    },
  );

  test('back is refused as well', async () => {
    await using world = await createWorld({ config: 'templates: ocm-k8s-toolkit@1\n' });
    await install(world, 'v1.0.0');
    await configure(world, '');
    expect(failureOf(await world.pass())?.message).toContain('is deployed by generation 2 of the OCM controllers');
  });

  test("within a set of one's own, which keeps its name, is refused as well", async () => {
    await using world = await createWorld({ config: 'templates: own\n' });
    await world.person.commit('main', ownSet);
    await install(world, 'v1.0.0');
    await world.person.commit('main', ownSetOfTwo);
    const refs = await world.refs();
    const failure = failureOf(await world.pass());
    expect(failure?.message).toContain('would prune its workloads');
    expect(failure?.remedy).toContain('Put the set own back to what it was');
    expect(await world.refs()).toBe(refs);
  });

  test('is none when a set of the same generation takes over', async () => {
    await using world = await createWorld();
    await install(world, 'v1.0.0');
    await world.person.commit('main', { ...ownSet, [configPath]: configText('templates: own\n') });
    expect(await world.step()).toBe('open');
  });
});

describe('a newer set', () => {
  /** A bot that renders otherwise under the same version of the set, and has a second version of it. */
  const newerBot = (ports: PassPorts): PassPorts => ({
    ...ports,
    templateSets: {
      ...ports.templateSets,
      async readBuiltIn(name) {
        const { files, ...set } = await ports.templateSets.readBuiltIn(name, 1);
        const { text = '', source = '' } = files.get('deploy.yaml') ?? {};
        return { ...set, files: new Map([...files, ['deploy.yaml', { text: `${text}# newer\n`, source }]]) };
      },
    },
  });

  test('opens nothing by itself, and comes with the next version', async () => {
    await using world = await createWorld();
    await install(world, 'v1.0.0');
    const refs = await world.refs();
    expect(await world.step({ wrap: newerBot })).toBe('leave in-sync');
    expect(await world.refs()).toBe(refs);
    await world.publish('v1.1.0');
    expect(await world.step({ wrap: newerBot })).toBe('open');
    expect(await world.read(branch, 'components/podinfo/deploy.yaml')).toContain('# newer');
  });

  test('opens a pull request when a person sets its version', async () => {
    await using world = await createWorld();
    await install(world, 'v1.0.0');
    await configure(world, 'templates: ocm-controller@2\n');
    expect(await world.step({ wrap: newerBot })).toBe('open');
  });
});

describe('what is deployed', () => {
  const other = 'deploy: [{ resource: manifests }, { resource: note, configuration: none }]\n';

  test('follows the setting, and a changed setting is proposed', async () => {
    await using world = await createWorld();
    await install(world, 'v1.0.0');
    await configure(world, other);
    expect(await world.step()).toBe('open');
    expect(await world.read(branch, 'components/podinfo/deploy-note.yaml')).toContain('kind: Resource\n');
    await world.loseStore();
    expect(await world.step()).toBe('leave waiting-for-merge');
  });

  test('must be in the component version, whose resources are named otherwise', async () => {
    await using world = await createWorld({ config: 'deploy: [{ resource: web }]\n' });
    await world.publish('v1.0.0');
    expect(failureOf(await world.pass())).toMatchObject({
      code: 'content',
      message:
        'example.org/podinfo:v1.0.0 has no resource web, so that web cannot be deployed; it has note, config, manifests.',
    });
  });

  test('a version that ocm-controller would take for a range is refused', async () => {
    await using world = await createWorld();
    await world.publish('v1.2');
    expect(failureOf(await world.pass())).toMatchObject({
      code: 'content',
      message: 'example.org/podinfo:v1.2 cannot be pinned: ocm-controller would follow every v1.2.x.',
    });
  });
});

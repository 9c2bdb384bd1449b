import { describe, expect, test } from 'vitest';
import type { PublishedVersion } from '../../src/ports/archive-writer.ts';
import type { PassPorts } from '../../src/workflows/pass.ts';
import { createKeyPair, parseData, signatureOf } from '../builders/component-version.ts';
import { type PodinfoOptions, podinfoVersion } from '../builders/podinfo-version.ts';
import { rewritten } from '../builders/rewritten-version.ts';
import { withBoundaries } from '../support/boundaries.ts';
import { inMinutes, repositoryOf } from '../support/registry-world.ts';
import { prepareWatches, startWatch, type Watch } from '../support/watch.ts';
import { branch, keys } from '../support/world.ts';

const otherKeys = createKeyPair();
const { startInstalled, startProposed } = prepareWatches();

const oneRequest = ['GET tags'];

describe.concurrent('a pass with nothing to do', () => {
  test('sends one request, with a version installed', async () => {
    await using watch = await startInstalled();
    expect(await watch.askOnly('leave in-sync')).toEqual(oneRequest);
  });

  test('sends one request, while a pull request waits', async () => {
    await using watch = await startProposed();
    expect(await watch.askOnly('leave waiting-for-merge')).toEqual(oneRequest);
  });

  test('sends one request, while a pull request waits and the base branch has moved on', async () => {
    await using watch = await startProposed();
    await watch.world.person.commit('main', { 'other.txt': 'unrelated\n' });
    await watch.askOnly('leave waiting-for-merge');
    expect(await watch.askOnly('leave waiting-for-merge')).toEqual(oneRequest);
  });

  test.for(['with', 'without'] as const)(
    'sends one request, while a refused version waits, %s a proposal',
    async (which) => {
      await using watch = which === 'with' ? await startProposed() : await startInstalled();
      await watch.world.publish('v1.2.0', { tampered: true });
      expect((await watch.askOnly('refuse not-verified')).length).toBeGreaterThan(1);
      expect(await watch.askOnly('refuse not-verified')).toEqual(oneRequest);
    },
  );

  test('sends one request again after a store was lost', async () => {
    await using installed = await startInstalled();
    await using proposed = await startProposed();
    for (const [watch, step] of [
      [installed, 'leave in-sync'],
      [proposed, 'leave waiting-for-merge'],
    ] as const) {
      await watch.world.loseStore();
      expect((await watch.askOnly(step)).length).toBeGreaterThan(1);
      expect(await watch.askOnly(step)).toEqual(oneRequest);
    }
  });

  test('does not read a version again to find out whose a commit on its branch is', async () => {
    await using watch = await startProposed();
    await watch.world.person.commit(branch, { 'notes.txt': 'mine\n' });
    const asked = await watch.askOnly('leave branch-has-other-commits');
    expect(asked.filter((it) => it === 'GET manifests')).toHaveLength(1);
  });

  test('sends one request, where a plan is made', async () => {
    await using watch = await startProposed();
    expect(await watch.askOnly('leave waiting-for-merge', { mode: 'plan' })).toEqual(oneRequest);
  });

  test('sends one request for each component repository, whatever the number of installations', async () => {
    const applications = Array.from(
      { length: 9 },
      (_, index) => `  app${index}: { component: example.org/app${index} }\n`,
    );
    const environments =
      'environments: { dev: { path: dev, flux: { kustomizations: clusters/dev } }, prod: { path: prod } }\n';
    await using watch = await startWatch(`${applications.join('')}${environments}`);
    for (const name of ['podinfo', ...[...applications.keys()].map((index) => `app${index}`)]) {
      await watch.world.publish('v1.0.0', { name: `example.org/${name}` });
    }
    expect(await watch.world.steps()).toEqual(Array.from({ length: 20 }, () => 'open'));
    watch.registry.takeRequests();
    const before = await watch.world.refs();
    expect(await watch.world.steps()).toEqual(Array.from({ length: 20 }, () => 'leave waiting-for-merge'));
    expect(watch.registry.takeRequests()).toEqual(Array.from({ length: 10 }, () => 'GET tags'));
    expect(await watch.world.refs()).toBe(before);
  });
});

describe.concurrent('a pull request made on an earlier commit of the base branch', () => {
  async function startFirst() {
    const watch = await startWatch();
    await watch.world.publish('v1.0.0');
    await watch.ask('open');
    return watch;
  }

  test('goes on waiting, while what has changed since is nothing to it', async () => {
    await using watch = await startProposed();
    const [values, elsewhere] = [
      'podinfo: { replicas: 4 }\n',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: podinfo }\n',
    ];
    await watch.world.person.commit('main', { 'values.yaml': values, 'clusters/kind/map.yaml': elsewhere });
    expect(await watch.askOnly('leave waiting-for-merge')).toEqual(oneRequest);
  });

  test('follows what people write into their values, where it adds to them', async () => {
    await using watch = await startFirst();
    await watch.world.person.commit('main', { 'values.yaml': 'podinfo:\n  replicas: 4\n' });
    await watch.ask('update');
    await watch.askOnly('leave waiting-for-merge');
  });

  test('does not hide what merging it would bring back, when that commit was taken out by force', async () => {
    await using watch = await startInstalled();
    await watch.world.person.commit('main', { 'secret.txt': 'hunter2\n' });
    await watch.world.publish('v1.1.0');
    await watch.ask('open');
    await watch.world.git.git('update-ref', 'refs/heads/main', 'main~1');
    await watch.askOnly('leave branch-has-other-commits');
  });

  test('does not hide a file that stands in its way since', async () => {
    await using watch = await startFirst();
    await watch.world.person.commit('main', { 'components/podinfo/deploy.yaml': 'mine: true\n' });
    await watch.askOnly('refuse files-occupied');
  });

  test('does not hide an object that is declared elsewhere since', async () => {
    await using watch = await startProposed();
    const deployer = 'apiVersion: delivery.ocm.software/v1alpha1\nkind: FluxDeployer\n';
    const metadata = 'metadata: { name: podinfo, namespace: ocm-system }\n';
    await watch.world.person.commit('main', { 'components/other/deploy.yaml': deployer + metadata });
    await watch.askOnly('refuse declared-elsewhere');
  });
});

describe.concurrent('where a tag leads', () => {
  test('is looked up again after 45 to 60 minutes', async () => {
    await using watch = await startInstalled();
    expect(await watch.askOnly('leave in-sync', inMinutes(44))).toEqual(oneRequest);
    expect(await watch.askOnly('leave in-sync', inMinutes(61))).toEqual([...oneRequest, 'GET manifests']);
    expect(await watch.askOnly('leave in-sync', inMinutes(61 + 44))).toEqual(oneRequest);
  });

  test('is looked up again for what is installed and what is proposed', async () => {
    await using watch = await startProposed();
    expect(await watch.askOnly('leave waiting-for-merge', inMinutes(61))).toEqual([
      ...oneRequest,
      'GET manifests',
      'GET manifests',
    ]);
  });

  test('is looked up at once where somebody names the installation', async () => {
    await using watch = await startInstalled();
    await watch.world.publish('v1.0.0', { note: 'something else' });
    await watch.askOnly('leave in-sync', inMinutes(1));
    await watch.askOnly('refuse content-changed', { ...inMinutes(2), only: ['default/podinfo'] });
    expect(await watch.askOnly('refuse content-changed', inMinutes(3))).toEqual(oneRequest);
  });

  test('is looked up at once where an installation is to be merged automatically', async () => {
    await using watch = await startWatch('merge: automatic\n');
    await watch.world.publish('v1.0.0');
    await watch.ask('open');
    await watch.world.publish('v1.0.0', { note: 'something else' });
    await watch.ask('refuse content-changed', inMinutes(1));
    await watch.world.publish('v1.0.0');
    await watch.ask('update', inMinutes(61));
    await watch.ask('merge', inMinutes(62));
  });

  test('is looked up once more right before an automatic merge', async () => {
    await using watch = await startWatch('merge: automatic\n');
    await watch.world.publish('v1.0.0');
    await watch.ask('open');
    const main = await watch.world.git.tip('refs/heads/main');
    const wrap = beforeMerging(() => watch.world.publish('v1.0.0', { note: 'something else' }));
    await watch.ask('failed registry-changed', { wrap });
    expect(await watch.world.git.tip('refs/heads/main')).toBe(main);
    await watch.ask('refuse content-changed', inMinutes(1));
    expect(await watch.world.git.tip('refs/heads/main')).toBe(main);
  });
});

/** Does something after the decision, just before it is acted on. */
const beforeMerging =
  (act: () => Promise<unknown>) =>
  (ports: PassPorts): PassPorts =>
    withBoundaries(ports, {
      before: async (name) => {
        if (name === 'recordSeen') await act();
      },
    });

/** Puts a version under a tag that had another one. */
const move = ({ registry }: Watch, { manifest, blobs }: PublishedVersion, tag: string) =>
  registry.put(repositoryOf('consumer'), { blobs, manifests: [manifest], tag });

const version = (text: string, options: PodinfoOptions = {}) => podinfoVersion(text, options, keys());

describe.concurrent('a tag that was moved to other content, validly signed', () => {
  const moved: Readonly<Record<string, (watch: Watch) => Promise<void>>> = {
    'of the same version': (watch) => watch.world.publish('v1.0.0', { note: 'something else' }),
    'of another version': (watch) => move(watch, version('v1.1.0'), 'v1.0.0'),
    'of another component': (watch) => move(watch, version('v1.0.0', { name: 'example.org/other' }), 'v1.0.0'),
  };

  test.for(Object.entries(moved))('%s, of the installed one: it is noticed within the hour', async ([, act]) => {
    await using watch = await startInstalled();
    await act(watch);
    expect(await watch.askOnly('leave in-sync', inMinutes(44))).toEqual(oneRequest);
    await watch.askOnly('refuse content-changed', inMinutes(61));
    expect(await watch.askOnly('refuse content-changed', inMinutes(62))).toEqual(oneRequest);
    await watch.world.loseStore();
    await watch.askOnly('refuse content-changed', inMinutes(63));
  });

  test('of the installed one, while a newer one is proposed: nothing goes on', async () => {
    await using watch = await startProposed();
    await watch.world.publish('v1.0.0', { note: 'something else' });
    await watch.world.publish('v1.2.0');
    await watch.askOnly('refuse content-changed', inMinutes(61));
    expect(await watch.askOnly('refuse content-changed', inMinutes(62))).toEqual(oneRequest);
    await watch.world.publish('v1.0.0');
    await watch.ask('update', inMinutes(61 + 61));
  });

  test.for([
    ['of the same version', 'refuse content-changed', 'digest-mismatch'],
    ['of another component', 'refuse not-verified', 'identity-mismatch'],
  ] as const)('of the proposed one, %s: its pull request is marked', async ([what, step, code]) => {
    await using watch = await startProposed();
    const name = what === 'of another component' ? { name: 'example.org/other' } : {};
    await move(watch, version('v1.1.0', { note: 'something else', ...name }), 'v1.1.0');
    expect(await watch.askOnly('leave waiting-for-merge', inMinutes(44))).toEqual(oneRequest);
    const before = await watch.world.git.tip(`refs/heads/${branch}`);
    await watch.ask(step, inMinutes(61));
    const [, marked] = await watch.world.pullRequests();
    expect(marked?.body).toMatch(/refused -->\n\n> \*\*Do not merge\.\*\*/);
    expect(marked?.body).toContain(code);
    await watch.askOnly(step, inMinutes(63));
    expect(await watch.world.comments(2)).toHaveLength(1);
    expect(await watch.world.git.tip(`refs/heads/${branch}`)).toBe(before);
  });
});

describe.concurrent('a tag that was moved to the same content', () => {
  const transfers: Readonly<Record<string, (version: PublishedVersion) => PublishedVersion>> = {
    'with other accesses': (it) =>
      rewritten(it, (data) => ({
        ...data,
        component: {
          ...data.component,
          sources: data.component.sources.map((source) => ({ ...source, access: { type: 'none' } as never })),
          repositoryContexts: [{ type: 'OCIRegistry', baseUrl: 'elsewhere.example.org' }],
        },
      })),
    'with a second signature': (it) =>
      rewritten(it, (data) => ({
        ...data,
        signatures: [...data.signatures, signatureOf(parseData(data), 'second', otherKeys)],
      })),
    'with a label that is not signed': (it) =>
      rewritten(it, (data) => ({
        ...data,
        component: { ...data.component, labels: [...data.component.labels, { name: 'seen', value: 'yes' }] },
      })),
  };

  test.for(Object.entries(transfers))('%s: nothing happens, and it costs nothing afterwards', async ([, transfer]) => {
    await using watch = await startProposed();
    const text = (await watch.world.pullRequests())[1]?.body;
    for (const tag of ['v1.0.0', 'v1.1.0']) await move(watch, transfer(version(tag)), tag);
    await watch.askOnly('leave waiting-for-merge', inMinutes(61));
    expect(await watch.askOnly('leave waiting-for-merge', inMinutes(62))).toEqual(oneRequest);
    expect((await watch.world.pullRequests())[1]?.body).toBe(text);
    await watch.world.merge();
    await watch.askOnly('leave in-sync', inMinutes(63));
    expect(await watch.askOnly('leave in-sync', inMinutes(64))).toEqual(oneRequest);
  });
});

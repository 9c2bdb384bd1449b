import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultTrustFloor, operatorFloorOf } from '../../src/config/trust-floor.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { Reason } from '../../src/core/trust/reason.ts';
import { type Artifact, imageOf, indexOf, partVersion, productVersion } from '../builders/product.ts';
import { noDockerRegistry } from '../support/docker-registry.ts';
import { createRegistryWorld, inMinutes, type RegistryWorld, repositoryOf } from '../support/registry-world.ts';
import { type StockedRegistry, startStockedDocker } from '../support/stocked-registry.ts';
import { host } from '../support/watch.ts';
import { keys, type PassChanges } from '../support/world.ts';

let docker: StockedRegistry;
let bases = 0;

/** A product in a registry: a version with an image, one with an index of two, and two other versions, one below the other. */
interface Delivery extends AsyncDisposable {
  readonly world: RegistryWorld;
  readonly base: string;
  readonly image: Artifact;
  readonly index: Artifact;
  /** Everything, or what is named, as a transfer brings it. */
  deliver(what?: 'top' | 'middle' | 'leaf' | 'images', through?: string): Promise<void>;
  /** Takes something away again. */
  remove(repository: string, kind: 'blob' | 'manifest', bytes: Uint8Array | undefined): Promise<void>;
  /** Makes a pass that must refuse the version before anybody is asked about it. @returns Why. */
  refuse(changes?: PassChanges): Promise<readonly Reason[]>;
}

const other = 'other.example.org';

async function startDelivery(): Promise<Delivery> {
  const base = `delivery${++bases}`;
  const registries = { [host]: docker, [other]: docker };
  const world = await createRegistryWorld({ registries, registryName: `${host}/${base}` });
  const image = imageOf(`image of ${base}`);
  const index = indexOf([imageOf(`amd64 of ${base}`), imageOf(`arm64 of ${base}`)]);
  const leaf = partVersion('example.org/leaf', `leaf of ${base}`);
  const middle = partVersion('example.org/middle', `middle of ${base}`, leaf);
  const images = {
    image: { artifact: image, reference: `${host}/${base}/images/image:1.0@${image.digest}` },
    index: { artifact: index, reference: `${host}/${base}/images/index@${index.digest}` },
  };
  const top = (through: string | undefined) =>
    productVersion(
      'v1.0.0',
      { note: `note of ${base}`, images, refersTo: middle, ...(through && { through }) },
      keys(),
    );
  const refuse: Delivery['refuse'] = async (changes) => {
    const [result] = await world.pass(changes);
    expect(await world.pullRequests()).toEqual([]);
    if (result?.outcome.kind !== 'decided' || result.outcome.decision.kind !== 'refuse')
      throw new Error('Not refused.');
    expect(result.outcome.decision.because).toBe('not-verified');
    return result.outcome.decision.reasons;
  };
  return {
    ...{ world, base, image, index, refuse },
    deliver: async (what, through) => {
      if (what === undefined || what === 'images') {
        await docker.put(`${base}/images/image`, { ...image, tag: '1.0' });
        await docker.put(`${base}/images/index`, index);
      }
      if (what === undefined || what === 'leaf') await world.deliver(leaf);
      if (what === undefined || what === 'middle') await world.deliver(middle);
      if (what === undefined || what === 'top') await world.deliver(top(through));
    },
    remove: (repository, kind, bytes = Buffer.from('')) =>
      docker.remove(`${base}/${repository}`, { kind, digest: digestOf(bytes) }),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

const descriptors = (component: string) => `component-descriptors/${component}`;
const topName = 'example.org/podinfo:v1.0.0';
const note = (delivery: Delivery, what = 'note') => Buffer.from(`${what} of ${delivery.base}`);

/** What may be missing, with the reason for it. */
interface Missing {
  readonly remove: (delivery: Delivery) => Promise<void>;
  /** Its name in the reason. */
  readonly named: (delivery: Delivery) => string;
  readonly where: string;
  readonly code: string;
}

const blob = (repository: string, where: string, bytesOf: (delivery: Delivery) => Uint8Array | undefined): Missing => ({
  remove: (delivery) => delivery.remove(repository, 'blob', bytesOf(delivery)),
  named: (delivery) => digestOf(bytesOf(delivery) ?? Buffer.from('')),
  where,
  code: 'blob-missing',
});

const missing: Readonly<Record<string, Missing>> = {
  'a blob': blob(descriptors('example.org/podinfo'), `${topName} resource note`, note),
  'the layer of an image': blob('images/image', `${topName} resource image`, ({ image }) => image.blobs[1]),
  'the config of an image': blob('images/image', `${topName} resource image`, ({ image }) => image.blobs[0]),
  'the layer of an image in an index': blob('images/index', `${topName} resource index`, ({ index }) => index.blobs[3]),
  'a manifest of an index': {
    remove: (delivery) => delivery.remove('images/index', 'manifest', delivery.index.manifests[1]),
    named: ({ index }) => digestOf(index.manifests[1] ?? Buffer.from('')),
    where: `${topName} resource index`,
    code: 'blob-missing',
  },
  'an image': {
    remove: (delivery) => delivery.remove('images/image', 'manifest', delivery.image.manifests[0]),
    named: ({ image }) => image.digest,
    where: `${topName} resource image`,
    code: 'resource-missing',
  },
  'a component version that is referred to': {
    remove: async ({ base }) => {
      const repository = repositoryOf(base, 'example.org/middle');
      await docker.remove(repository, { kind: 'manifest', digest: await digestOfTag(repository, 'v1.0.0') });
    },
    named: ({ base }) => `${host}/${base}`,
    where: `${topName} > example.org/middle:v1.0.0`,
    code: 'reference-unresolved',
  },
  'a component version two levels down': {
    remove: async ({ base }) => {
      const repository = repositoryOf(base, 'example.org/leaf');
      await docker.remove(repository, { kind: 'manifest', digest: await digestOfTag(repository, 'v1.0.0') });
    },
    named: ({ base }) => `${host}/${base}`,
    where: `${topName} > example.org/middle:v1.0.0 > example.org/leaf:v1.0.0`,
    code: 'reference-unresolved',
  },
  'a blob two levels down': blob(
    descriptors('example.org/leaf'),
    `${topName} > example.org/middle:v1.0.0 > example.org/leaf:v1.0.0 resource note`,
    (delivery) => note(delivery, 'leaf'),
  ),
};

async function digestOfTag(repository: string, tag: string) {
  const accept = 'application/vnd.oci.image.manifest.v1+json';
  const response = await fetch(`${docker.address}/v2/${repository}/manifests/${tag}`, { headers: { accept } });
  return digestOf(new Uint8Array(await response.arrayBuffer()));
}

const only: PassChanges = { only: ['default/podinfo'] };

describe.skipIf(noDockerRegistry)(`a delivery${noDockerRegistry ? `: ${noDockerRegistry}` : ''}`, () => {
  beforeAll(async () => {
    docker = await startStockedDocker();
  });
  afterAll(() => docker[Symbol.asyncDispose]());

  test.concurrent.for(Object.entries(missing))('without %s is proposed when that has arrived', async ([, it]) => {
    await using delivery = await startDelivery();
    await delivery.deliver();
    await it.remove(delivery);
    const reasons = await delivery.refuse();
    expect(reasons).toEqual([{ code: it.code, where: it.where, message: expect.stringContaining(it.named(delivery)) }]);
    await delivery.deliver();
    expect(await delivery.world.watch(inMinutes(0.9))).toEqual({ steps: ['refuse not-verified'], requests: 1 });
    expect(await delivery.world.step(inMinutes(1))).toBe('open');
  });

  test.concurrent('names everything that is missing at once', async () => {
    await using delivery = await startDelivery();
    await delivery.deliver();
    const names = [
      'a blob two levels down',
      'a blob',
      'the layer of an image',
      'the config of an image',
      'the layer of an image in an index',
      'a manifest of an index',
    ];
    const all = Object.entries(missing).filter(([name]) => names.includes(name));
    for (const [, { remove }] of all) await remove(delivery);
    const reasons = await delivery.refuse();
    // Layers of a manifest that is missing are not known.
    const expected = all
      .filter(([name]) => name !== 'the layer of an image in an index')
      .map(([, { code, where, named }]) => ({ code, where, message: expect.stringContaining(named(delivery)) }));
    expect(reasons).toEqual(expect.arrayContaining(expected));
    expect(reasons).toHaveLength(expected.length);
  });

  test.concurrent('that is on its way shows up part by part', async () => {
    await using delivery = await startDelivery();
    await delivery.deliver('top');
    expect((await delivery.refuse()).map(({ code }) => code)).toEqual([
      'reference-unresolved',
      'resource-missing',
      'resource-missing',
    ]);
    await delivery.deliver('middle');
    expect((await delivery.refuse(inMinutes(1))).map(({ where }) => where)).toEqual([
      missing['a component version two levels down']?.where,
      `${topName} resource image`,
      `${topName} resource index`,
    ]);
    await delivery.deliver('images');
    expect(await delivery.refuse(inMinutes(3))).toHaveLength(1);
    await delivery.deliver('leaf');
    expect(await delivery.world.step(inMinutes(7))).toBe('open');
    expect(await delivery.world.watch(inMinutes(8))).toEqual({ steps: ['leave waiting-for-merge'], requests: 1 });
  });

  test.concurrent('that stays incomplete is looked for after 1, 2, 4 and at last 60 minutes', async () => {
    await using delivery = await startDelivery();
    await delivery.deliver();
    await delivery.remove('images/image', 'blob', delivery.image.blobs[1]);
    const { world } = delivery;
    const waits = [1, 2, 4, 8, 16, 32, 60, 60];
    let time = 0;
    for (const wait of [...waits, 0]) {
      const look = await world.watch(inMinutes(time));
      expect(look.steps).toEqual(['refuse not-verified']);
      expect(look.requests).toBeGreaterThan(10);
      // Where the tag leads is looked up after 45 minutes at the earliest.
      const before = Math.min(wait - 0.1, 44);
      if (wait > 0) expect((await world.watch(inMinutes(time + before))).requests).toBe(1);
      time += wait;
    }
  });

  test.concurrent('that stays incomplete is looked for at once where somebody names the installation', async () => {
    await using delivery = await startDelivery();
    await delivery.deliver();
    await delivery.remove('images/image', 'blob', delivery.image.blobs[1]);
    await delivery.refuse();
    await delivery.refuse(inMinutes(1));
    await delivery.deliver('images');
    expect(await delivery.world.watch(inMinutes(1.5))).toEqual({ steps: ['refuse not-verified'], requests: 1 });
    expect(await delivery.world.step({ ...inMinutes(1.5), ...only })).toBe('open');
  });

  test.concurrent('that is transferred anew, with another manifest, is taken as it is now', async () => {
    await using delivery = await startDelivery();
    await delivery.deliver();
    await delivery.remove(descriptors('example.org/podinfo'), 'blob', note(delivery));
    await delivery.refuse();
    await delivery.deliver('top', 'again.example.org');
    await delivery.remove(descriptors('example.org/podinfo'), 'blob', note(delivery));
    await delivery.refuse(inMinutes(1));
    // The count begins anew with the manifest.
    expect((await delivery.world.watch(inMinutes(1.9))).requests).toBe(1);
    await delivery.deliver('top', 'once.more.example.org');
    expect(await delivery.world.step(inMinutes(2))).toBe('open');
  });

  describe.concurrent('of which an image lies', () => {
    async function startElsewhere(reference: (image: Artifact, base: string) => string) {
      const delivery = await startDelivery();
      const image = imageOf(`elsewhere of ${delivery.base}`);
      const images = { image: { artifact: image, reference: reference(image, delivery.base) } };
      await delivery.world.deliver(productVersion('v1.0.0', { note: `note of ${delivery.base}`, images }, keys()));
      return { delivery, image };
    }

    test('in a registry that is not configured is refused, unless the operator allows it', async () => {
      const { delivery, image } = await startElsewhere((it) => `ghcr.io/example/app:1.0@${it.digest}`);
      await using _ = delivery;
      const where = `${topName} resource image`;
      expect(await delivery.refuse()).toEqual([
        { code: 'leaves-the-registry', where, message: expect.stringContaining(image.digest) },
      ]);
      const floor = operatorFloorOf({ ...defaultTrustFloor, allowExternalAccess: ['example.org/*'] });
      expect(await delivery.world.step({ ...inMinutes(0.5), floor })).toBe('open');
      expect((await delivery.world.pullRequests())[0]?.body).toContain('ghcr.io/example/app');
    });

    test('in another registry that is configured is looked for there', async () => {
      const { delivery, image } = await startElsewhere((it, base) => `${other}/elsewhere/${base}/app@${it.digest}`);
      await using _ = delivery;
      const repository = `elsewhere/${delivery.base}/app`;
      const where = `${topName} resource image`;
      expect(await delivery.refuse()).toMatchObject([{ code: 'resource-missing', where }]);
      await docker.put(repository, image);
      const [config = Buffer.from('')] = image.blobs;
      await docker.remove(repository, { kind: 'blob', digest: digestOf(config) });
      expect(await delivery.refuse(inMinutes(1))).toEqual([
        { code: 'blob-missing', where, message: expect.stringContaining(digestOf(config)) },
      ]);
      await docker.put(repository, image);
      expect(await delivery.world.step(inMinutes(3))).toBe('open');
    });
  });
});

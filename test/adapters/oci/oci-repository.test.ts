import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ContentCache, createContentCache } from '../../../src/adapters/oci/content-cache.ts';
import { openOciRepository } from '../../../src/adapters/oci/oci-repository.ts';
import { createRegistryClient } from '../../../src/adapters/oci/registry-client.ts';
import { digestOf } from '../../../src/core/digest.ts';
import { componentName } from '../../builders/component-version.ts';
import { repositoryWith } from '../../support/fake-registry.ts';
import { status, text, where } from '../../support/faults.ts';
import { ask, greeter, startOciWorld } from '../../support/oci-world.ts';

describe('a repository with a cache', () => {
  let folder = '';
  let cache: ContentCache;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cache-'));
    cache = createContentCache({ folder, maxBytes: 1e6 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('transfers a blob once, and after that asks whether it is there', async () => {
    await using world = await startOciWorld({ cache });
    for (let count = 0; count < 3; count++) expect(await ask.blob(world)).toEqual({ kind: 'read', bytes: world.bytes });
    expect(world.fake.requests.map(({ method }) => method)).toEqual(['GET', 'HEAD']);
  });

  test('does not take what it has for what the registry has', async () => {
    await using world = await startOciWorld({ cache });
    await ask.blob(world);
    world.fake.fault = where(/blobs/, status(404));
    expect(await ask.blob(world)).toEqual({ kind: 'missing' });
  });

  test('keeps nothing that has another digest', async () => {
    await using world = await startOciWorld({ cache, registry: { fault: where(/blobs/, text('other')) } });
    expect(await ask.blob(world)).toEqual({ kind: 'corrupt' });
    expect(await cache.read(world.blob)).toBeUndefined();
  });

  test('gives no more than is wanted', async () => {
    await using world = await startOciWorld({ cache });
    await ask.blob(world);
    const read = await world.repository.read(greeter, world.blob, { kind: 'blob', maxBytes: 10 });
    expect(read).toEqual({ kind: 'too-large', size: world.bytes.length });
  });
});

describe('a repository', () => {
  test('asks for the parts that images share once', async () => {
    await using world = await startOciWorld();
    await Promise.all([ask.find(world), ask.find(world), ask.prove(world)]);
    await ask.find(world);
    const heads = world.fake.requests.filter(({ method }) => method === 'HEAD');
    expect(heads).toHaveLength(2);
  });

  test('asks again for what was missing, or could not be asked', async () => {
    await using world = await startOciWorld({ registry: { fault: status(404) } });
    expect(await ask.prove(world)).toEqual({ kind: 'missing' });
    world.fake.fault = status(500);
    await expect(ask.prove(world)).rejects.toMatchObject({ code: 'registry-unreachable' });
    world.fake.fault = undefined;
    expect(await ask.prove(world)).toMatchObject({ kind: 'present' });
  });

  test('forgets what was found when it is opened anew', async () => {
    await using world = await startOciWorld();
    await ask.manifest(world);
    await ask.prove(world);
    world.fake.fault = status(404);
    expect(await ask.manifest(world)).toMatchObject({ kind: 'read' });
    const again = { ...world, repository: openOciRepository(world.client, { registry: `${world.fake.host}/team` }) };
    expect(await ask.manifest(again)).toEqual({ kind: 'missing' });
    expect(await ask.prove(again)).toEqual({ kind: 'missing' });
  });

  test('keeps some manifests, not all there ever were', async () => {
    await using world = await startOciWorld();
    await ask.resolve(world);
    const { digest, manifest } = repositoryWith([Buffer.from('other')]);
    world.fake.fault = where(/manifests/, text(manifest));
    for (let count = 0; count < 70; count++) {
      await world.repository.findArtifact({ kind: 'relative', text: `other/a${count}@${digest}` });
    }
    const before = world.client.requests;
    await ask.manifest(world);
    expect(world.client.requests - before).toBe(1);
    await world.repository.findArtifact({ kind: 'relative', text: `other/a69@${digest}` });
    expect(world.client.requests - before).toBeLessThanOrEqual(3);
  });

  test('keeps no more bytes of manifests than there is room for', async () => {
    const bytes = Buffer.alloc(4 * 1024 * 1024, ' ');
    await using world = await startOciWorld({ registry: { fault: text(bytes) } });
    const read = (index: number) =>
      world.repository.read(componentName(`example.org/a${index}`), digestOf(bytes), {
        kind: 'manifest',
        maxBytes: 1e7,
      });
    for (let index = 0; index < 9; index++) await read(index);
    await read(8);
    expect(world.client.requests).toBe(9);
    await read(0);
    expect(world.client.requests).toBe(10);
  });

  test('below a path that no registry can have is empty', async () => {
    await using world = await startOciWorld();
    const repository = openOciRepository(world.client, { registry: `${world.fake.host}/Upper case` });
    expect(await ask.list({ ...world, repository })).toEqual({ tags: new Map(), complete: true });
    expect(await ask.resolve({ ...world, repository })).toBeUndefined();
    expect(await ask.blob({ ...world, repository })).toEqual({ kind: 'missing' });
    expect(await ask.prove({ ...world, repository })).toEqual({ kind: 'missing' });
    await expect(ask.stream({ ...world, repository })).rejects.toMatchObject({ code: 'blob-missing' });
    expect(world.client.requests).toBe(0);
  });

  test('of a registry without a base path lies at its root', async () => {
    await using world = await startOciWorld();
    const repository = openOciRepository(world.client, { registry: world.fake.host });
    await ask.list({ ...world, repository });
    expect(world.fake.requests[0]?.path).toBe(`/v2/component-descriptors/${greeter}/tags/list`);
  });
});

test.each([
  ['with a path', { host: 'a.example/path' }],
  ['with a name in it', { host: 'me@a.example' }],
  ['that is empty', { host: '' }],
  ['of another kind', { host: 'a.example', address: 'ftp://a.example' }],
  ['over http', { host: 'a.example', address: 'http://a.example' }],
])('an address %s is refused', (_what, options) => {
  expect(() => createRegistryClient(options)).toThrow(expect.objectContaining({ code: 'configuration' }));
});

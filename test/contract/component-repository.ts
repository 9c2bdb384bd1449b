import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, type TestContext, test } from 'vitest';
import { type Digest, digestOf } from '../../src/core/digest.ts';
import type { ComponentRepository } from '../../src/ports/component-repository.ts';
import { componentName } from '../builders/component-version.ts';

/** What is done to a delivery before it is opened. */
export interface Damage {
  readonly missing?: readonly Digest[];
  /** Blobs that have other bytes of the same number. */
  readonly changed?: readonly Digest[];
}

/** A place for {@link delivery} under the registry {@link registryName}. */
export interface RepositoryWorld extends AsyncDisposable {
  open(): Promise<ComponentRepository>;
}

/** A registry as two component versions with their images and charts were replicated into it. */
export const delivery = join(import.meta.dirname, '../fixtures/ocm/consumer/podinfo-v2');
export const registryName = 'registry.consumer.test/software-consumer';

const podinfo = componentName('ocm.software/demos/podinfo');
const other = componentName('ocm.software/demos/other');
const image = `${registryName}/software-provider/podinfo`;
const imageDigest = 'sha256:a2d16f03349add8813b60da0d5bfe549dd5ed3fad97dac74cec2c22d12705fe2' as Digest;

const blob = (digest: Digest) => readFileSync(join(delivery, 'blobs', digest.replace(':', '.')));
const manifestOf = (digest: Digest) => JSON.parse(blob(digest).toString());
const index = JSON.parse(readFileSync(join(delivery, 'artifact-index.json'), 'utf8'));
const first: Digest = index.artifacts.find((it: { tag: string }) => it.tag === 'v1.0.0').digest;
const layer: Digest = manifestOf(first).layers[0].digest;
const nothing = digestOf('nothing');

/** @returns As many other bytes. */
export const changedBytes = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 1);

/**
 * What the workflows rely on, for any component repository.
 *
 * @param createWorld Gives nothing where a delivery cannot be damaged in this way; then the test is left out.
 */
export function testComponentRepository(
  name: string,
  createWorld: (damage: Damage) => Promise<RepositoryWorld | undefined>,
): void {
  describe(name, () => {
    let world: RepositoryWorld | undefined;
    afterEach(async () => {
      await world?.[Symbol.asyncDispose]();
      world = undefined;
    });
    const open: Open = async (context, damage = {}) => {
      world = await createWorld(damage);
      return world ? await world.open() : context.skip('it cannot be damaged like this');
    };
    testTags(open);
    testReading(open);
    testStreams(open);
    testArtifacts(open);
  });
}

type Open = (context: TestContext, damage?: Damage) => Promise<ComponentRepository>;

function testTags(open: Open) {
  test('has a name and a registry', async (context) => {
    const repository = await open(context);
    expect(repository.registry).toBe(registryName);
    expect(repository.name).not.toBe('');
  });

  test('lists the tags of a component', async (context) => {
    const { tags, complete } = await (await open(context)).listTags(podinfo);
    expect([...tags.keys()].toSorted()).toEqual(['v1.0.0', 'v1.1.0']);
    expect(complete).toBe(true);
    expect([first, undefined]).toContain(tags.get('v1.0.0'));
  });

  test('lists none of a component that is not there', async (context) => {
    expect(await (await open(context)).listTags(other)).toEqual({ tags: new Map(), complete: true });
  });

  test('resolves a tag to the digest of its manifest', async (context) => {
    const repository = await open(context);
    expect(await repository.resolveTag(podinfo, 'v1.0.0')).toBe(first);
    expect(await repository.resolveTag(podinfo, 'v9.0.0')).toBeUndefined();
    expect(await repository.resolveTag(podinfo, 'no tag/../at all')).toBeUndefined();
    expect(await repository.resolveTag(other, 'v1.0.0')).toBeUndefined();
  });
}

function testReading(open: Open) {
  test('reads manifests and blobs', async (context) => {
    const repository = await open(context);
    const read = (digest: Digest, kind: 'manifest' | 'blob') =>
      repository.read(podinfo, digest, { kind, maxBytes: 1e6 });
    expect(await read(first, 'manifest')).toEqual({ kind: 'read', bytes: blob(first) });
    expect(await read(layer, 'blob')).toEqual({ kind: 'read', bytes: blob(layer) });
    expect(await repository.prove(podinfo, layer)).toMatchObject({ kind: 'present', size: blob(layer).length });
  });

  test('finds what is missing', async (context) => {
    const repository = await open(context, { missing: [layer] });
    for (const digest of [layer, nothing]) {
      expect(await repository.read(podinfo, digest, { kind: 'blob', maxBytes: 1e6 })).toEqual({ kind: 'missing' });
      expect(await repository.prove(podinfo, digest)).toEqual({ kind: 'missing' });
    }
    expect(await repository.read(podinfo, nothing, { kind: 'manifest', maxBytes: 1e6 })).toEqual({ kind: 'missing' });
  });

  test('finds what has other bytes, and never proves it by reading', async (context) => {
    const repository = await open(context, { changed: [layer] });
    expect(await repository.read(podinfo, layer, { kind: 'blob', maxBytes: 1e6 })).toEqual({ kind: 'corrupt' });
    const proof = await repository.prove(podinfo, layer);
    expect(proof.kind === 'corrupt' || (proof.kind === 'present' && !proof.read)).toBe(true);
  });

  test('reads no more than it may', async (context) => {
    const repository = await open(context);
    const maxBytes = blob(layer).length;
    expect(await repository.read(podinfo, layer, { kind: 'blob', maxBytes })).toMatchObject({ kind: 'read' });
    const tooLarge = { kind: 'too-large', size: maxBytes };
    expect(await repository.read(podinfo, layer, { kind: 'blob', maxBytes: maxBytes - 1 })).toEqual(tooLarge);
    const manifest = await repository.read(podinfo, first, { kind: 'manifest', maxBytes: 10 });
    expect(manifest).toEqual({ kind: 'too-large', size: blob(first).length });
  });
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

function testStreams(open: Open) {
  test('streams a blob', async (context) => {
    const repository = await open(context);
    expect(await drain(repository.stream(podinfo, layer))).toEqual(blob(layer));
  });

  test('says at the end of a stream when the bytes were others, and at its beginning that there are none', async (context) => {
    const repository = await open(context, { changed: [layer] });
    await expect(drain(repository.stream(podinfo, layer))).rejects.toMatchObject({ code: 'digest-mismatch' });
    await expect(drain(repository.stream(podinfo, nothing))).rejects.toMatchObject({ code: 'blob-missing' });
  });

  test('goes on when a stream is left', async (context) => {
    const repository = await open(context);
    for (let count = 0; count < 20; count++) {
      for await (const _chunk of repository.stream(podinfo, layer)) break;
    }
    expect(await drain(repository.stream(podinfo, layer))).toEqual(blob(layer));
  });
}

function testArtifacts(open: Open) {
  const find = (repository: ComponentRepository, text: string) => repository.findArtifact({ kind: 'absolute', text });

  test.for([
    [`${image}:6.3.5-static`, 'present'],
    [`${image}@${imageDigest}`, 'present'],
    [`${image}:another@${imageDigest}`, 'present'],
    [`https://${image}:6.3.5-static`, 'present'],
    [`${image}:9.9.9`, 'missing'],
    [`${image}@${nothing}`, 'missing'],
    [`${registryName}/nothing:1.0`, 'missing'],
    ['ghcr.io/example/nothing:1.0', 'outside'],
    ['attacker.example/software-consumer/software-provider/podinfo:6.3.5-static', 'outside'],
    ['no reference', 'outside'],
  ])('the image %s is %s', async ([text = '', kind], context) => {
    expect(await find(await open(context), text)).toMatchObject({
      kind,
      ...(kind === 'present' && { digest: imageDigest }),
    });
  });

  test('finds an image by a reference that is relative to the registry', async (context) => {
    const repository = await open(context);
    const relative = (text: string) => repository.findArtifact({ kind: 'relative', text });
    expect(await relative('software-provider/podinfo:6.3.5-static')).toMatchObject({ kind: 'present' });
    expect(await relative('software-provider/podinfo:9.9.9')).toEqual({ kind: 'missing' });
  });

  test('reads manifests and blobs of the repository that a reference names, by their digests', async (context) => {
    const repository = await open(context);
    const { config } = manifestOf(imageDigest);
    const read = (text: string, digest: Digest, kind: 'manifest' | 'blob', maxBytes = 1e6) =>
      repository.readReferenced({ kind: 'absolute', text }, { digest, kind, maxBytes });
    const manifest = { kind: 'read', bytes: blob(imageDigest) };
    expect(await read(`${image}:9.9.9`, imageDigest, 'manifest')).toEqual(manifest);
    expect(await read(`${image}:6.3.5-static`, config.digest, 'blob')).toEqual({
      kind: 'read',
      bytes: blob(config.digest),
    });
    expect(await read(image, imageDigest, 'manifest', 10)).toMatchObject({ kind: 'too-large' });
    expect(await read(image, nothing, 'manifest')).toEqual({ kind: 'missing' });
    for (const elsewhere of ['ghcr.io/software-consumer/software-provider/podinfo:1.0', 'no reference'])
      expect(await read(elsewhere, imageDigest, 'manifest')).toEqual({ kind: 'missing' });
    const relative = { kind: 'relative', text: 'software-provider/podinfo:1.0' } as const;
    const wanted = { digest: imageDigest, kind: 'manifest', maxBytes: 1e6 } as const;
    expect(await repository.readReferenced(relative, wanted)).toEqual(manifest);
  });

  test('names every part that an image lacks', async (context) => {
    const { config, layers } = manifestOf(imageDigest);
    const missing: readonly Digest[] = [config.digest, layers.at(-1).digest];
    const found = await find(await open(context, { missing }), `${image}@${imageDigest}`);
    expect(found.kind === 'incomplete' && found.problems.map(({ code }) => code)).toEqual([
      'blob-missing',
      'blob-missing',
    ]);
    for (const digest of missing) expect(JSON.stringify(found)).toContain(digest);
  });
}

import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createComponentRepositories } from '../../../src/adapters/ctf/archive-repositories.ts';
import { createArchiveRepository, openArchive, readArchive } from '../../../src/adapters/ctf/open-archive.ts';
import { createArchiveWriter } from '../../../src/adapters/ctf/write-archive.ts';
import { type Digest, digestOf } from '../../../src/core/digest.ts';
import type { ComponentRepository } from '../../../src/ports/component-repository.ts';
import { collectComponentVersion } from '../../../src/workflows/collect-component-version.ts';
import { collectAndVerify } from '../../../src/workflows/verify-component-version.ts';
import { componentName, descriptorData, publishable } from '../../builders/component-version.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/ocm');
const greeter = componentName('example.org/greeter');
const note = Buffer.from('good morning');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ctf-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const at = (name: string) => join(folder, name);
const blobPath = (archive: string, digest: Digest) => join(archive, 'blobs', digest.replace(':', '.'));

async function publish(archive: string, version = 'v1.0.0', content: Buffer = note) {
  const published = publishable(descriptorData({ version, note: content }), [content]);
  await createArchiveWriter().add(archive, published);
  return { digest: digestOf(content), manifest: digestOf(published.manifest) };
}

/** Packs an archive in the form of a folder into a tar file. */
async function packed(archive: string, entries: readonly string[], gzip: boolean): Promise<Buffer> {
  const tar = pack();
  for (const name of entries) tar.entry({ name }, readFileSync(join(archive, name)));
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzip ? gzipSync(Buffer.concat(chunks)) : Buffer.concat(chunks);
}

async function tgzOf(archive: string, digests: readonly Digest[]): Promise<Buffer> {
  const blobs = digests.map((digest) => `blobs/${digest.replace(':', '.')}`);
  return await packed(archive, ['artifact-index.json', ...blobs], true);
}

const readNote = (repository: ComponentRepository, digest: Digest) =>
  repository.read(greeter, digest, { kind: 'blob', maxBytes: 1e9 });

describe('what is published to an archive', () => {
  test('is read from it again', async () => {
    const first = await publish(at('a'));
    const second = await publish(at('a'), 'v1.1.0', Buffer.from('good night'));
    const repository = await openArchive(at('a'), '');
    expect(await repository.listTags(greeter)).toEqual({
      tags: new Map([
        ['v1.0.0', first.manifest],
        ['v1.1.0', second.manifest],
      ]),
      complete: true,
    });
    expect(await repository.resolveTag(greeter, 'v1.1.0')).toBe(second.manifest);
    expect(await repository.resolveTag(greeter, 'v2.0.0')).toBeUndefined();
    expect(await readNote(repository, first.digest)).toEqual({ kind: 'read', bytes: note });
    expect(await repository.prove(greeter, first.digest)).toEqual({ kind: 'present', size: note.length, read: true });
    expect(await repository.listTags(componentName('example.org/other'))).toMatchObject({ tags: new Map() });
  });

  test('may move a tag', async () => {
    await publish(at('a'));
    const moved = await publish(at('a'), 'v1.0.0', Buffer.from('other'));
    const repository = await openArchive(at('a'), '');
    expect(await repository.resolveTag(greeter, 'v1.0.0')).toBe(moved.manifest);
  });

  test('gives the bytes of the resources that are wanted, unpacked and within limits', async () => {
    const zipped = gzipSync(Buffer.from('x'.repeat(1000)));
    await publish(at('a'), 'v1.0.0', zipped);
    const collect = async (maxResourceBytes: number, name = 'note') => {
      const request = { component: greeter, version: 'v1.0.0', readResources: [name], limits: { maxResourceBytes } };
      return await collectComponentVersion(await openArchive(at('a'), ''), request);
    };
    const { contents } = await collect(1000);
    expect(Buffer.from(contents.get('note') ?? []).toString()).toBe('x'.repeat(1000));
    expect((await collect(1000, 'other')).contents.size).toBe(0);
    const tooLarge = await collect(999);
    expect(tooLarge.contents.size).toBe(0);
    expect(tooLarge.resources).toMatchObject([{ kind: 'problems', problems: [{ code: 'too-large' }] }]);
  });
});

describe('a blob', () => {
  test('that is missing, changed or too large is an answer', async () => {
    const { digest } = await publish(at('a'));
    const repository = await openArchive(at('a'), '');
    expect(await repository.read(greeter, digest, { kind: 'blob', maxBytes: 3 })).toEqual({
      kind: 'too-large',
      size: note.length,
    });
    writeFileSync(blobPath(at('a'), digest), 'changed');
    expect(await readNote(repository, digest)).toEqual({ kind: 'corrupt' });
    expect(await repository.prove(greeter, digest)).toEqual({ kind: 'corrupt' });
    rmSync(blobPath(at('a'), digest));
    expect(await readNote(repository, digest)).toEqual({ kind: 'missing' });
    expect(await repository.prove(greeter, digest)).toEqual({ kind: 'missing' });
  });

  test('that is a link is not followed', async () => {
    const { digest } = await publish(at('a'));
    const repository = await openArchive(at('a'), '');
    renameSync(blobPath(at('a'), digest), at('elsewhere'));
    symlinkSync(at('elsewhere'), blobPath(at('a'), digest));
    expect(await readNote(repository, digest)).toEqual({ kind: 'missing' });
  });

  test.each([
    ['small', 10],
    ['large', 3_000_000],
  ])('that is %s is read from a packed archive', async (_what, size) => {
    const content = randomBytes(size);
    const { digest, manifest } = await publish(at('a'), 'v1.0.0', content);
    writeFileSync(at('a.bin'), await tgzOf(at('a'), [manifest, digest]));
    const repository = await openArchive(at('a.bin'), '');
    expect(await repository.prove(greeter, digest)).toEqual({ kind: 'present', size, read: true });
    expect(await readNote(repository, digest)).toEqual({ kind: 'read', bytes: content });
    expect(await readNote(repository, digestOf('x'))).toEqual({ kind: 'missing' });
  });

  test.each([
    ['small', 10],
    ['large', 3_000_000],
  ])('that is %s and changed in a packed archive is found out', async (_what, size) => {
    const { digest } = await publish(at('a'), 'v1.0.0', randomBytes(size));
    writeFileSync(blobPath(at('a'), digest), randomBytes(size));
    writeFileSync(at('a.tgz'), await tgzOf(at('a'), [digest]));
    const repository = await openArchive(at('a.tgz'), '');
    expect(await readNote(repository, digest)).toEqual({ kind: 'corrupt' });
    expect(await repository.prove(greeter, digest)).toEqual({ kind: 'corrupt' });
  });
});

describe('an archive that is replaced while it is read', () => {
  test('as a folder, is told apart from one that is bad', async () => {
    const { digest } = await publish(at('a'));
    const repository = await openArchive(at('a'), '');
    await publish(at('b'), 'v2.0.0', Buffer.from('other'));
    renameSync(at('a'), at('old'));
    renameSync(at('b'), at('a'));
    await expect(readNote(repository, digest)).rejects.toMatchObject({ name: 'Failure', code: 'registry-changed' });
    await expect(repository.prove(greeter, digest)).rejects.toMatchObject({ code: 'registry-changed' });
  });

  test('as a folder that is gone, is told apart as well', async () => {
    const { digest } = await publish(at('a'));
    const repository = await openArchive(at('a'), '');
    rmSync(at('a'), { recursive: true });
    await expect(readNote(repository, digest)).rejects.toMatchObject({ code: 'registry-changed' });
  });

  test.each([
    ['in place', (bytes: Buffer) => writeFileSync(at('a.tgz'), bytes)],
    [
      'by a rename',
      (bytes: Buffer) => {
        writeFileSync(at('new'), bytes);
        renameSync(at('new'), at('a.tgz'));
      },
    ],
    ['by nothing', () => rmSync(at('a.tgz'))],
  ])('as a packed file, %s, is not half read', async (_how, replace) => {
    const { digest } = await publish(at('a'), 'v1.0.0', randomBytes(3_000_000));
    const bytes = await tgzOf(at('a'), [digest]);
    writeFileSync(at('a.tgz'), bytes);
    const repository = await openArchive(at('a.tgz'), '');
    replace(bytes);
    await expect(readNote(repository, digest)).rejects.toMatchObject({
      name: 'Failure',
      code: expect.stringMatching(/^registry-/),
    });
  });

  test('is opened again, and then gives all of the new one', async () => {
    await publish(at('a'));
    await publish(at('b'), 'v1.0.0', Buffer.from('other'));
    let opened = 0;
    const open = async () => {
      const repository = await openArchive(at('a'), '');
      opened++;
      if (opened > 1) return repository;
      rmSync(at('a'), { recursive: true });
      cpSync(at('b'), at('a'), { recursive: true });
      return repository;
    };
    const policy = { signatures: [], allowUnsigned: true };
    const request = { component: greeter, version: 'v1.0.0', readResources: ['note'] };
    const trust = { policy, now: new Date(0), installed: false };
    const { evidence, collected } = await collectAndVerify(open, request, trust);
    expect(evidence.verdict).toBe('verified');
    expect(Buffer.from(collected.contents.get('note') ?? []).toString()).toBe('other');
    expect(opened).toBe(2);
  });

  test('again and again, ends the work', async () => {
    let opened = 0;
    const open = async () => {
      opened++;
      await publish(at('a'), 'v1.0.0', Buffer.from(`content ${opened}`));
      const repository = await openArchive(at('a'), '');
      rmSync(at('a'), { recursive: true });
      return repository;
    };
    const trust = { policy: { signatures: [], allowUnsigned: true }, now: new Date(0), installed: false };
    await expect(collectAndVerify(open, { component: greeter, version: 'v1.0.0' }, trust)).rejects.toMatchObject({
      code: 'registry-changed',
    });
    expect(opened).toBe(3);
  });
});

describe('opening', () => {
  test.each([
    ['an empty file', ''],
    ['some text', 'hello, this is no archive'],
    ['gzip data of no archive', gzipSync('hello')],
  ])('%s is refused', async (_what, content) => {
    writeFileSync(at('a.tgz'), content);
    await expect(openArchive(at('a.tgz'), '')).rejects.toMatchObject({ name: 'Refusal', code: 'malformed' });
  });

  test('a folder without an index is refused', async () => {
    await expect(openArchive(folder, '')).rejects.toMatchObject({ name: 'Refusal', code: 'malformed' });
  });

  test('what is not there is unreachable', async () => {
    await expect(openArchive(at('nothing'), '')).rejects.toMatchObject({
      name: 'Failure',
      code: 'registry-unreachable',
    });
  });

  test('a bomb is refused', async () => {
    await publish(at('a'));
    const tar = await packed(at('a'), ['artifact-index.json'], false);
    const zeros = gzipSync(Buffer.alloc(1024 * 1024));
    writeFileSync(at('a.tgz'), Buffer.concat([gzipSync(tar), ...Array.from({ length: 300 }, () => zeros)]));
    await expect(openArchive(at('a.tgz'), '')).rejects.toMatchObject({ code: 'too-large' });
  });
});

describe('archives in the place of registries', () => {
  const registries = () =>
    createComponentRepositories(
      new Map([
        ['registry.example.org', at('a')],
        ['registry.example.org/team', at('b')],
      ]),
    );

  test('are found by the longest name, the rest being a path in the archive', async () => {
    await publish(at('a'));
    await publish(at('b'), 'v2.0.0');
    const { open } = registries();
    expect((await (await open('registry.example.org')).listTags(greeter)).tags.has('v1.0.0')).toBe(true);
    expect((await (await open('registry.example.org/team')).listTags(greeter)).tags.has('v2.0.0')).toBe(true);
    expect((await (await open('registry.example.org/team/sub')).listTags(greeter)).tags.size).toBe(0);
    expect((await (await open('registry.example.org/teams')).listTags(greeter)).tags.size).toBe(0);
    expect((await open('registry.example.org/team/sub')).name).toBe('registry.example.org/team/sub');
    await expect(open('registry.example.com')).rejects.toMatchObject({ name: 'Failure', code: 'not-available' });
  });

  test('are read again when they have changed', async () => {
    await publish(at('a'));
    const { open } = registries();
    const before = await open('registry.example.org');
    await publish(at('a'), 'v1.1.0');
    expect((await (await open('registry.example.org')).listTags(greeter)).tags.size).toBe(2);
    expect((await before.listTags(greeter)).tags.size).toBe(1);
  });
});

describe('an image that a resource refers to', () => {
  const open = () =>
    openArchive(join(fixtures, 'consumer/podinfo-v2'), 'software-consumer', 'registry.consumer.test/software-consumer');
  const image = 'registry.consumer.test/software-consumer/software-provider/podinfo';
  const digest = 'sha256:a2d16f03349add8813b60da0d5bfe549dd5ed3fad97dac74cec2c22d12705fe2';

  test.each([
    [`${image}:6.3.5-static`, 'present'],
    [`${image}:6.3.5-static@${digest}`, 'present'],
    [`${image}@${digest}`, 'present'],
    [`https://${image}:6.3.5-static`, 'present'],
    [`${image}:9.9.9`, 'missing'],
    [`${image}@sha256:${'0'.repeat(64)}`, 'missing'],
    ['registry.consumer.test/software-consumer/nothing:1.0', 'missing'],
    ['ghcr.io/example/nothing:1.0', 'outside'],
    ['attacker.example/software-consumer/software-provider/podinfo:6.3.5-static', 'outside'],
    ['registry.consumer.test/software-consumers/software-provider/podinfo:6.3.5-static', 'outside'],
    ['registry.consumer.test/software-consumer:6.3.5-static', 'outside'],
    ['no reference', 'outside'],
  ])('%s is %s', async (reference, kind) => {
    const found = await (await open()).findArtifact({ kind: 'absolute', text: reference });
    expect(found).toMatchObject({ kind, ...(kind === 'present' && { digest }) });
  });

  test.each([
    ['registry.example.org/consumer', `registry.example.org/consumer/software-consumer/software-provider/podinfo`],
    ['registry.example.org', `registry.example.org/software-consumer/software-provider/podinfo`],
  ])('is found below the registry %s without that name', async (registry, name) => {
    const archives = new Map([[registry, join(fixtures, 'consumer/podinfo-v2')]]);
    const found = await (await createComponentRepositories(archives).open(registry)).findArtifact({
      kind: 'absolute',
      text: `${name}@${digest}`,
    });
    expect(found).toEqual({ kind: 'present', digest, read: true });
  });

  test.each([
    ['registry.example.org/software-provider/podinfo', 'outside'],
    ['registry.example.org/software-consumer/software-provider/podinfo', 'present'],
  ])('below a registry with a base path in the archive, %s is %s', async (name, kind) => {
    const archives = new Map([['registry.example.org', join(fixtures, 'consumer/podinfo-v2')]]);
    const { open: openRegistry } = createComponentRepositories(archives);
    const repository = await openRegistry('registry.example.org/software-consumer');
    expect(await repository.findArtifact({ kind: 'absolute', text: `${name}@${digest}` })).toMatchObject({ kind });
  });

  test('has layers that are not read again when opening the archive checked them', async () => {
    const { source, ...archive } = await readArchive(join(fixtures, 'consumer/podinfo-v2'));
    const read: Digest[] = [];
    const checked: typeof source = {
      ...source,
      find: async (it) => {
        const blob = await source.find(it);
        return blob && { ...blob, checked: true };
      },
      stream: (it) => {
        read.push(it);
        return source.stream(it);
      },
    };
    const repository = createArchiveRepository({ ...archive, source: checked }, '');
    expect(await repository.findArtifact({ kind: 'absolute', text: `${image}@${digest}` })).toMatchObject({
      kind: 'present',
    });
    expect(read).toEqual([digest]);
  });

  test('is incomplete when one of its layers is gone', async () => {
    cpSync(join(fixtures, 'consumer/podinfo-v2'), at('a'), { recursive: true });
    const manifest = JSON.parse(readFileSync(blobPath(at('a'), digest as Digest), 'utf8'));
    rmSync(blobPath(at('a'), manifest.layers[0].digest));
    const found = await (await openArchive(at('a'), '')).findArtifact({ kind: 'absolute', text: `${image}@${digest}` });
    expect(found).toMatchObject({ kind: 'incomplete', problems: [{ code: 'blob-missing' }] });
  });
});

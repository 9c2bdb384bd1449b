import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openArchive } from '../../src/adapters/ctf/open-archive.ts';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { digestOf } from '../../src/core/digest.ts';
import { Failure } from '../../src/core/failure.ts';
import type { ArtifactResult, ComponentRepository } from '../../src/ports/component-repository.ts';
import { collectAndVerify } from '../../src/workflows/verify-component-version.ts';
import { componentName, descriptorData, publishable } from '../builders/component-version.ts';

const note = Buffer.from('good morning');
const large = Buffer.alloc(300_000, 'x');

let archive = '';
beforeEach(() => {
  archive = mkdtempSync(join(tmpdir(), 'resources-'));
});
afterEach(() => {
  rmSync(archive, { recursive: true, force: true });
});

async function verify(wrap: (repository: ComponentRepository) => ComponentRepository = (it) => it) {
  const policy = { signatures: [], allowUnsigned: true };
  const request = { component: componentName('example.org/greeter'), version: 'v1.0.0' };
  const open = async () => wrap(await openArchive(archive, ''));
  const { evidence } = await collectAndVerify(open, request, { policy, now: new Date(0), installed: false });
  return evidence;
}

const image = {
  name: 'image',
  version: '1.0.0',
  type: 'ociImage',
  relation: 'external',
  access: { type: 'ociArtifact', imageReference: 'host.example/app:1' },
  digest: { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'ociArtifactDigest/v1', value: '1'.repeat(64) },
};

describe('a local blob', () => {
  test('that lies in the registry, but in no manifest, is not delivered: it may be deleted at any time', async () => {
    const version = publishable(descriptorData({ note }), []);
    await createArchiveWriter().add(archive, { ...version, blobs: [...version.blobs, note] });
    const { reasons } = await verify();
    expect(reasons).toMatchObject([{ code: 'blob-missing', message: expect.stringContaining(digestOf(note)) }]);
  });

  test.each([
    ['small', note, { read: 1, proved: 0 }],
    ['large', large, { read: 0, proved: 1 }],
  ] as const)('that is %s is read or asked for, whichever takes less', async (_, bytes, wanted) => {
    await createArchiveWriter().add(archive, publishable(descriptorData({ note: bytes }), [bytes]));
    const count = { read: 0, proved: 0 };
    const { verdict } = await verify((repository) => ({
      ...repository,
      read: (component, digest, options) => {
        if (digest === digestOf(bytes)) count.read += 1;
        return repository.read(component, digest, options);
      },
      prove: (component, digest) => {
        count.proved += 1;
        return repository.prove(component, digest);
      },
    }));
    expect(verdict).toBe('verified');
    expect(count).toEqual(wanted);
  });
});

describe('an image', () => {
  const answering = (findArtifact: () => Promise<ArtifactResult>) => (repository: ComponentRepository) => ({
    ...repository,
    findArtifact,
  });

  beforeEach(() =>
    createArchiveWriter().add(archive, publishable(descriptorData({ note, resources: [image] }), [note])),
  );

  test('that the registry does not let the bot read is a finding about its resource', async () => {
    const denied = async () => Promise.reject(new Failure('registry-denied', 'host.example refuses access.'));
    const { reasons } = await verify(answering(denied));
    expect(reasons).toMatchObject([
      {
        code: 'resource-unreachable',
        message: expect.stringContaining('host.example refuses access'),
        where: expect.stringContaining('resource image'),
      },
    ]);
  });

  test('at a registry that cannot be reached leaves everything open', async () => {
    const unreachable = async () => Promise.reject(new Failure('registry-unreachable', 'host.example is down.'));
    await expect(verify(answering(unreachable))).rejects.toMatchObject({ code: 'registry-unreachable' });
  });

  test('lacks everything that is said of it', async () => {
    const problems = ['a', 'b'].map((message) => ({ code: 'blob-missing', message }) as const);
    const { reasons } = await verify(answering(async () => ({ kind: 'incomplete', problems })));
    expect(reasons).toMatchObject(problems);
  });
});

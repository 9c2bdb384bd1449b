import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openArchive } from '../../src/adapters/ctf/open-archive.ts';
import { digestOf } from '../../src/core/digest.ts';
import { collectAndVerify } from '../../src/workflows/verify-component-version.ts';
import { componentName } from '../builders/component-version.ts';

const fixtures = join(import.meta.dirname, '../fixtures/ocm');
const trust = { policy: { signatures: [], allowUnsigned: true }, now: new Date(0), installed: false };

async function verify(archive: string, component: string, wanted: { version: string } | { tag: string }) {
  const request = { component: componentName(component), ...wanted };
  const { evidence } = await collectAndVerify(() => openArchive(archive, ''), request, trust);
  return { ...evidence, codes: evidence.reasons.map(({ code }) => code) };
}

describe('a component version', () => {
  test('is whole with OCI artifacts beside its manifest', async () => {
    const archive = join(fixtures, 'podinfo/v2/ocm2-by-value');
    const evidence = await verify(archive, 'ocm.software/demos/podinfo', { version: 'v1.0.0' });
    expect(evidence).toMatchObject({ verdict: 'verified', codes: [] });
    expect(evidence.resources.map(({ proof }) => proof)).toEqual(['content', 'content', 'content', 'content']);
  });

  test.each([
    [{ tag: '1.0.0.build-build.5' }, []],
    [{ version: '1.0.0+build.5' }, []],
    [{ version: '1.0.0.build-build.5' }, ['identity-mismatch']],
    [{ tag: 'v1.0.0' }, []],
    [{ tag: 'nothing' }, ['version-not-found']],
  ])('is found by %j', async (wanted, codes) => {
    expect((await verify(join(fixtures, 'versions/all'), 'example.org/greeter-versions', wanted)).codes).toEqual(codes);
  });
});

describe('an index in front of a component version', () => {
  let archive = '';
  beforeEach(() => {
    archive = mkdtempSync(join(tmpdir(), 'index-'));
    cpSync(join(fixtures, 'malformed/index-good'), archive, { recursive: true });
  });
  afterEach(() => {
    rmSync(archive, { recursive: true, force: true });
  });

  /** Changes the index and names it by its new digest. */
  function change(
    edit: (index: { annotations: Record<string, string>; manifests: Record<string, unknown>[] }) => void,
  ) {
    const path = join(archive, 'artifact-index.json');
    const artifacts = JSON.parse(readFileSync(path, 'utf8'));
    const entry = artifacts.artifacts.find(({ tag }: { tag?: string }) => tag === 'v1.0.0');
    const index = JSON.parse(readFileSync(join(archive, 'blobs', entry.digest.replace(':', '.')), 'utf8'));
    edit(index);
    const bytes = Buffer.from(JSON.stringify(index));
    entry.digest = digestOf(bytes);
    writeFileSync(join(archive, 'blobs', entry.digest.replace(':', '.')), bytes);
    writeFileSync(path, JSON.stringify(artifacts));
    return verify(archive, 'example.org/greeter', { version: 'v1.0.0' });
  }

  test('must name the component version that is in it', async () => {
    expect((await change(() => {})).codes).toEqual([]);
    const evidence = await change(({ annotations }) => {
      annotations['software.ocm.componentversion'] = 'example.org/greeter:v9.9.9';
    });
    expect(evidence.codes).toEqual(['identity-mismatch']);
  });

  test('must state the size of the manifest in it', async () => {
    const evidence = await change(({ manifests: [first] }) => Object.assign(first ?? {}, { size: 1 }));
    expect(evidence.codes).toEqual(['size-mismatch']);
  });

  test('must have all that it names', async () => {
    const evidence = await change(({ manifests }) => {
      manifests.push({ ...manifests[0], digest: `sha256:${'0'.repeat(64)}` });
    });
    expect(evidence.codes).toEqual(['blob-missing']);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openArchive } from '../../src/adapters/ctf/open-archive.ts';
import { createArchiveWriter } from '../../src/adapters/ctf/write-archive.ts';
import { componentDigest } from '../../src/core/trust/component-digest.ts';
import type { CollectLimits } from '../../src/workflows/collect-component-version.ts';
import { collectAndVerify } from '../../src/workflows/verify-component-version.ts';
import { componentName, descriptorData, parseData, publishable } from '../builders/component-version.ts';

const note = Buffer.from('good morning');

let archive = '';
beforeEach(() => {
  archive = mkdtempSync(join(tmpdir(), 'references-'));
});
afterEach(() => {
  rmSync(archive, { recursive: true, force: true });
});

interface Published {
  readonly name: string;
  readonly reference: object;
}

/** Of the component descriptors, by short name of the component. */
const sizes = new Map<string, number>();

/** Publishes a component version and gives the reference to it, with its digest. */
async function publish(name: string, references: readonly Published[] = []): Promise<Published> {
  const data = descriptorData({ name, references: references.map((it) => it.reference) });
  await createArchiveWriter().add(archive, publishable(data, [note]));
  const digest = componentDigest(parseData(data), 'jsonNormalisation/v3', 'SHA-256');
  const [, short = ''] = name.split('/');
  sizes.set(short, Buffer.byteLength(JSON.stringify(data)));
  return { name, reference: { name: short, componentName: name, version: 'v1.0.0', digest } };
}

async function verify({ name }: Published, limits: Partial<CollectLimits> = {}) {
  const request = { component: componentName(name), version: 'v1.0.0', limits };
  const trust = { policy: { signatures: [], allowUnsigned: true }, now: new Date(0), installed: false };
  const { evidence } = await collectAndVerify(() => openArchive(archive, ''), request, trust);
  return { ...evidence, codes: evidence.reasons.map(({ code }) => code) };
}

describe('references', () => {
  test('to one component version from many sides are read and shown once', async () => {
    let layer = [await publish('example.org/leaf')];
    for (let depth = 0; depth < 9; depth++) {
      const left = await publish(`example.org/left-${depth}`, layer);
      layer = [left, await publish(`example.org/right-${depth}`, layer)];
    }
    const evidence = await verify(await publish('example.org/root', layer));
    expect(evidence).toMatchObject({ verdict: 'verified', reasons: [] });
    const shown = JSON.stringify(evidence).match(/"component":"example\.org\/leaf"/g)?.length ?? 0;
    expect(shown).toBe(2);
    expect(JSON.stringify(evidence).length).toBeLessThan(100_000);
  });

  test('go down to the limit and not further', async () => {
    let top = await publish('example.org/level-0');
    for (let depth = 1; depth <= 10; depth++) top = await publish(`example.org/level-${depth}`, [top]);
    expect((await verify(top)).verdict).toBe('verified');
    const deeper = await publish('example.org/level-11', [top]);
    expect((await verify(deeper)).codes).toContain('too-large');
  });

  test('have component descriptors up to the limit together and not more', async () => {
    const leaves: Published[] = [];
    for (const name of ['a', 'b']) leaves.push(await publish(`example.org/${name}`));
    const root = await publish('example.org/root', leaves);
    const all = ['root', 'a', 'b'].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
    expect((await verify(root, { maxDescriptorBytes: all })).verdict).toBe('verified');
    expect((await verify(root, { maxDescriptorBytes: all - 1 })).codes).toEqual(['too-large']);
  });

  test('lead to as many component versions as the limit says and not more', async () => {
    const leaves: Published[] = [];
    for (const name of ['a', 'b', 'c']) leaves.push(await publish(`example.org/${name}`));
    const root = await publish('example.org/root', leaves);
    expect((await verify(root, { maxVersions: 3 })).verdict).toBe('verified');
    expect((await verify(root, { maxVersions: 2 })).codes).toEqual(['too-large']);
  });
});

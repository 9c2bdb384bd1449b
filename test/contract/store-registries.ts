import { expect, test } from 'vitest';
import { parseComponentName } from '../../src/core/component/component-name.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { Verdict } from '../../src/ports/store.ts';
import { type Context, first, later, required } from './store-world.ts';

const registry = 'registry.example.org/dev';
const component = required(parseComponentName('acme.example/billing'));
const other = required(parseComponentName('acme.example/web'));

/** What was seen in registries. */
export function testRegistries(context: () => Context): void {
  testFirstSeen(context);
  testResolved(context);
  testVerdicts(context);
}

function testFirstSeen(context: () => Context) {
  test('of a component that was never seen nothing is known', async () => {
    expect(await context().store.registries.firstSeen(registry, component)).toEqual(new Map());
  });

  test('a tag keeps the manifest and the time it was seen with first', async () => {
    const { store } = context();
    await store.registries.recordSeen(registry, component, new Map([['1.0.0', digestOf('a')]]), first);
    await store.registries.recordSeen(
      registry,
      component,
      new Map([
        ['1.0.0', digestOf('b')],
        ['1.1.0', undefined],
      ]),
      later,
    );
    expect(await store.registries.firstSeen(registry, component)).toEqual(
      new Map([
        ['1.0.0', { manifest: digestOf('a'), at: first }],
        ['1.1.0', { manifest: undefined, at: later }],
      ]),
    );
  });

  test('registries, components and spellings of tags are kept apart', async () => {
    const { store } = context();
    await store.registries.recordSeen(
      registry,
      component,
      new Map([
        ['V1', undefined],
        ['v1', undefined],
      ]),
      first,
    );
    await store.registries.recordSeen(registry, other, new Map([['v1', undefined]]), later);
    await store.registries.recordSeen(`${registry}/sub`, component, new Map([['v2', undefined]]), later);
    expect([...(await store.registries.firstSeen(registry, component)).keys()].sort()).toEqual(['V1', 'v1']);
    expect([...(await store.registries.firstSeen(registry, other)).keys()]).toEqual(['v1']);
    expect([...(await store.registries.firstSeen(`${registry}/sub`, component)).keys()]).toEqual(['v2']);
  });

  test('ten thousand tags are taken at once, and none at all as well', async () => {
    const { store } = context();
    const tags = new Map(Array.from({ length: 10_000 }, (_, index) => [`1.0.${index}`, undefined] as const));
    await store.registries.recordSeen(registry, component, tags, first);
    await store.registries.recordSeen(registry, component, new Map(), first);
    expect((await store.registries.firstSeen(registry, component)).size).toBe(10_000);
  });
}

function testResolved(context: () => Context) {
  const tag = { registry, component, tag: '1.0.0' };

  test('the newest look-up of a tag counts, whether it was seen or not', async () => {
    const { registries } = context().store;
    expect(await registries.resolved(tag)).toBeUndefined();
    await registries.recordResolved(tag, { manifest: digestOf('a'), at: first });
    await registries.recordResolved(tag, { manifest: digestOf('b'), at: later });
    await registries.recordResolved(tag, { manifest: digestOf('a'), at: first });
    expect(await registries.resolved(tag)).toEqual({ manifest: digestOf('b'), at: later });
    await registries.recordResolved(tag, { manifest: digestOf('b'), content: 'ab', at: later });
    expect(await registries.resolved(tag)).toEqual({ manifest: digestOf('b'), content: 'ab', at: later });
    await registries.recordResolved(tag, { manifest: digestOf('c'), at: new Date(later.getTime() + 1) });
    expect(await registries.resolved(tag)).not.toHaveProperty('content');
    expect(await registries.firstSeen(registry, component)).toEqual(new Map());
  });

  test.each([
    ['registry', { registry: 'elsewhere.example' }],
    ['component', { component: other }],
    ['tag', { tag: '1.0.1' }],
  ])('look-ups in another %s are kept apart', async (_what, change) => {
    const { registries } = context().store;
    await registries.recordResolved(tag, { manifest: digestOf('a'), at: first });
    expect(await registries.resolved({ ...tag, ...change })).toBeUndefined();
  });
}

function testVerdicts(context: () => Context) {
  const tag = { registry, component, tag: '1.0.0' };
  const policy = digestOf('policy');
  const verdict: Verdict = {
    manifest: digestOf('manifest'),
    evidence: {
      component,
      version: '1.0.0',
      signatures: [{ name: 'ä', verdict: 'refused' }],
      resources: [],
      references: [],
      verdict: 'refused',
      reasons: [{ code: 'blob-missing', message: 'it is gone', where: 'x' }],
      warnings: [],
    },
    at: first,
    refusals: 1,
  };

  test('a verdict is read as it was recorded, and the newest takes the place of the one before', async () => {
    const { registries } = context().store;
    expect(await registries.verdict(tag, policy)).toBeUndefined();
    await registries.recordVerdict(tag, policy, verdict);
    expect(await registries.verdict(tag, policy)).toEqual(verdict);
    const next = { ...verdict, manifest: digestOf('other'), at: later, refusals: 2 };
    await registries.recordVerdict(tag, policy, next);
    expect(await registries.verdict(tag, policy)).toEqual(next);
  });

  test.each([
    ['registry', { ...tag, registry: 'elsewhere.example' }, policy],
    ['component', { ...tag, component: other }, policy],
    ['tag', { ...tag, tag: '1.0.1' }, policy],
    ['policy', tag, digestOf('another policy')],
  ])('verdicts of another %s are kept apart', async (_what, where, under) => {
    const { registries } = context().store;
    await registries.recordVerdict(tag, policy, verdict);
    expect(await registries.verdict(where, under)).toBeUndefined();
    await registries.recordVerdict(where, under, { ...verdict, refusals: 7 });
    expect(await registries.verdict(tag, policy)).toEqual(verdict);
  });

  test('verdicts under a policy that is long gone are dropped', async () => {
    const { registries } = context().store;
    await registries.recordVerdict(tag, policy, verdict);
    const monthLater = new Date(first.getTime() + 31 * 24 * 60 * 60 * 1000);
    await registries.recordVerdict(tag, digestOf('new policy'), { ...verdict, at: monthLater });
    expect(await registries.verdict(tag, policy)).toBeUndefined();
  });
}

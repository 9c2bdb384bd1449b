import { describe, expect, test } from 'vitest';
import { podinfoVersion } from '../builders/podinfo-version.ts';
import type { Fault } from '../support/fake-registry.ts';
import { html, json, never, reset, stall, status, text, where } from '../support/faults.ts';
import { createRegistryWorld, inMinutes, type RegistryWorld, repositoryOf } from '../support/registry-world.ts';
import { startStockedFake } from '../support/stocked-registry.ts';
import { host, prepareWatches } from '../support/watch.ts';
import { branch, configPath, configText, keys } from '../support/world.ts';

const { startInstalled, startProposed } = prepareWatches();

const listed = (...tags: readonly string[]): Fault => json({ name: repositoryOf('consumer'), tags });
const firstPage = json(
  { name: repositoryOf('consumer'), tags: ['v1.0.0'] },
  { link: `</v2/${repositoryOf('consumer')}/tags/list?last=v1.0.0&n=1>; rel="next"` },
);

const laterPages = /last=/;
const anyPage = /\/tags\/list/;

describe.concurrent('a listing of which later pages do not come', () => {
  const faults: Readonly<Record<string, Fault>> = {
    'for they fail': where(laterPages, status(500)),
    'for they are like the first': where(laterPages, firstPage),
    'for they are for people': where(laterPages, html()),
  };
  const pages = { paging: { size: 1 } };

  test.for(Object.entries(faults))('%s: nothing older takes the place of what is proposed', async ([, fault]) => {
    await using watch = await startProposed(pages);
    watch.registry.fake.fault = fault;
    await watch.askOnly('leave listing-incomplete');
    watch.registry.fake.fault = undefined;
    await watch.askOnly('leave waiting-for-merge');
  });

  test.for(Object.entries(faults))('%s: nothing is concluded about what is installed', async ([, fault]) => {
    await using watch = await startProposed(pages);
    await watch.world.merge();
    watch.registry.fake.fault = fault;
    await watch.askOnly('leave listing-incomplete');
    await watch.world.loseStore();
    await watch.askOnly('leave listing-incomplete');
    watch.registry.fake.fault = undefined;
    await watch.askOnly('leave in-sync');
  });

  test('is good for a version that is newer than all', async () => {
    await using watch = await startInstalled({ paging: { size: 2 } });
    await watch.world.publish('v1.2.0');
    await watch.ask('open');
    await watch.world.publish('v1.10.0');
    watch.registry.fake.fault = where(laterPages, status(500));
    await watch.ask('update');
    expect(await watch.world.lock(branch)).toMatchObject({ version: 'v1.10.0' });
    watch.registry.fake.fault = undefined;
    await watch.askOnly('leave waiting-for-merge');
  });
});

describe.concurrent('an old listing', () => {
  test.for([
    ['of before what is installed', ['v1.0.0']],
    ['of nothing', []],
  ] as const)('%s writes nothing, with and without memory', async ([, tags]) => {
    await using watch = await startProposed();
    await watch.world.merge();
    await watch.askOnly('leave in-sync');
    watch.registry.fake.fault = where(anyPage, listed(...tags));
    await watch.askOnly('refuse version-vanished');
    await watch.world.loseStore();
    await watch.askOnly('refuse version-vanished');
  });

  test('of before what is proposed writes nothing, with and without memory', async () => {
    await using watch = await startProposed();
    watch.registry.fake.fault = where(anyPage, listed('v1.0.0'));
    await watch.askOnly('refuse version-vanished');
    await watch.world.loseStore();
    await watch.askOnly('refuse version-vanished');
    watch.registry.fake.fault = undefined;
    await watch.askOnly('leave waiting-for-merge');
  });
});

describe.concurrent('a registry that cannot be asked', () => {
  test('says nothing against what is proposed', async () => {
    await using watch = await startProposed();
    watch.registry.fake.fault = status(401);
    await watch.askOnly('failed registry-denied');
    watch.registry.fake.fault = undefined;
    const elsewhere = configText('', 'nowhere.example.org/consumer');
    await watch.world.person.commit('main', { [configPath]: elsewhere });
    await watch.askOnly('failed configuration');
  });
});

describe.concurrent('a version that vanished', () => {
  test('is no reason for an older one, nor for a newer one', async () => {
    await using watch = await startProposed();
    await watch.world.withdraw('v1.0.0');
    await watch.world.publish('v1.2.0');
    await watch.askOnly('refuse version-vanished');
    await watch.world.publish('v1.0.0');
    await watch.ask('update', inMinutes(1));
  });
});

/** Short enough that a test does not wait, long enough for a machine that is busy. */
const limits = { connectSeconds: 2, headersSeconds: 0.5, idleSeconds: 0.5, readSeconds: 2, attempts: 2 };

describe.concurrent('of two registries one', () => {
  const other = 'other.example.org';

  async function startTwo(fault: Fault | 'closed') {
    await using stack = new AsyncDisposableStack();
    const good = stack.use(await startStockedFake());
    const bad = stack.use(await startStockedFake());
    const registries = { [host]: good, [other]: bad };
    const config = `  broken: { component: example.org/broken, in: { default: { registry: ${other}/consumer } } }\n`;
    const world: RegistryWorld = stack.use(await createRegistryWorld({ registries, config, limits }));
    await world.publish('v1.0.0');
    const { manifest, blobs, tag } = podinfoVersion('v1.0.0', { name: 'example.org/broken' }, keys());
    await bad.put(repositoryOf('consumer', 'example.org/broken'), { blobs, manifests: [manifest], tag });
    if (fault === 'closed') await bad[Symbol.asyncDispose]();
    else bad.fake.fault = fault;
    return { world, good, bad, stack: stack.move() };
  }

  const faults: Readonly<Record<string, { readonly fault: Fault | 'closed'; readonly step: string }>> = {
    'does not answer': { fault: never, step: 'failed registry-unreachable' },
    'stops in the middle of an answer': { fault: stall, step: 'failed registry-unreachable' },
    'lists and then does not answer': {
      fault: where(/manifests/, never),
      step: 'failed registry-unreachable',
    },
    'answers with pages for people': { fault: html(), step: 'failed registry-unreachable' },
    'breaks every connection': { fault: reset, step: 'failed registry-unreachable' },
    'refuses connections': { fault: 'closed', step: 'failed registry-unreachable' },
    'is not allowed to be read': { fault: status(403), step: 'failed registry-denied' },
    'lies about the digest of a manifest': {
      fault: where(/manifests/, text('{}', { 'docker-content-digest': `sha256:${'0'.repeat(64)}` })),
      step: 'refuse not-verified',
    },
    'has other bytes under the digests': { fault: where(/blobs/, text('{}')), step: 'refuse not-verified' },
  };

  test.for(Object.entries(faults))('%s: the other one goes on', async ([, { fault, step }]) => {
    const { world, bad, stack } = await startTwo(fault);
    await using _ = stack;
    expect(await world.steps()).toEqual(['open', step]);
    expect(await world.steps()).toEqual(['leave waiting-for-merge', step]);
    expect((await world.pullRequests()).map(({ title }) => title)).toEqual([
      expect.stringContaining('default/podinfo'),
    ]);
    if (fault === 'closed') return;
    bad.fake.fault = undefined;
    expect(await world.steps({ ...inMinutes(2) })).toEqual(['leave waiting-for-merge', 'open']);
  });

  test('has many components and does not answer: the other one is listed in the meantime', async () => {
    const { world, good, stack } = await startTwo('closed');
    await using _ = stack;
    const names = Array.from({ length: 20 }, (_, index) => `app${index}`);
    const stalled = names.map((name) => `  ${name}: { component: example.org/${name}, registry: ${other}/consumer }\n`);
    const config = configText().replace('  podinfo:', `${stalled.join('')}  podinfo:`);
    await world.person.commit('main', { [configPath]: config });
    let listedMeanwhile = 0;
    await using slow = await startStockedFake({
      fault: ({ count }) => {
        // All connections are taken, and the first attempt was given up.
        if (count === 9) listedMeanwhile = good.fake.requests.length;
        return undefined;
      },
    });
    await using again = await world.copyTo({ [host]: good, [other]: slow });
    const steps = await again.steps({ mode: 'plan' });
    expect(steps.at(-1)).toBe('open');
    expect(new Set(steps.slice(0, -1))).toEqual(new Set(['failed registry-unreachable']));
    expect(listedMeanwhile).toBe(1);
  });

  test('is not configured: the other one goes on', async () => {
    const { world, stack } = await startTwo('closed');
    await using _ = stack;
    const config = '  broken: { component: example.org/broken, registry: nowhere.example.org/x }\n';
    await world.person.commit('main', { [configPath]: configText(config) });
    expect(await world.steps()).toEqual(['open', 'failed configuration']);
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOciRepository } from '../../src/adapters/oci/oci-repository.ts';
import { createRegistryClient, type RegistryClient } from '../../src/adapters/oci/registry-client.ts';
import { collectAndVerify } from '../../src/workflows/verify-component-version.ts';
import { componentName } from '../builders/component-version.ts';
import { type DockerRegistry, noDockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { casePath, caseTime, type OcmCase, ocmCases, policyOfCase } from '../support/ocm-cases.ts';
import { replayArchive } from '../support/replay-archive.ts';

/** The name that references in the dumps use. */
const host = 'registry.consumer.test';

/** Where an archive lies in the registry: dumps where they were, archives each below a path of its own. */
const basePathOf = ({ archive, repository }: OcmCase): string =>
  repository ? repository.slice(repository.indexOf('/') + 1) : `archives/${archive.replaceAll(/[^a-z0-9]+/g, '-')}`;

/**
 * Dumps of one place hold different things, and a registry keeps a blob once for all repositories: what is missing or wrong in one
 * case would be so in all.
 */
const needsOwnRegistry = ({ form, reason = '' }: OcmCase) =>
  form === 'registry-dump' || ['blob-missing', 'digest-mismatch', 'size-mismatch'].includes(reason);

/** What no registry can hold, or says otherwise. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  // A registry has no tag without a manifest.
  ['malformed/manifest-missing', 'version-not-found'],
  // In a registry it is known that the image lies in another one.
  ...[
    'v2-by-reference-v1.0.0',
    'v2-by-reference-v1.1.0',
    'v3alpha1-by-reference-v1.0.0',
    'v3alpha1-by-reference-v1.1.0',
  ].map((it) => [`podinfo/${it}`, 'leaves-the-registry'] as const),
]);

/** Broken as archives, or in a way that no registry takes. */
const onlyInArchives: ReadonlySet<string> = new Set([
  'malformed/archive-duplicate-entry.tgz',
  'malformed/archive-gzip-truncated.tgz',
  'malformed/archive-no-index.tgz',
  'malformed/archive-symlink.tgz',
  'malformed/archive-traversal.tgz',
  'malformed/archive-truncated.tar',
  'malformed/index-json-digest-format',
  'malformed/index-json-duplicate-entry',
  'malformed/index-json-duplicate-key',
  'malformed/index-json-schema',
  'malformed/index-json-unknown-field',
  'malformed/manifest-digest-mismatch',
  'malformed/manifest-duplicate-key',
]);

const replayed = ocmCases.filter(({ archive }) => !onlyInArchives.has(archive));

interface World {
  readonly registry: DockerRegistry;
  readonly client: RegistryClient;
}

describe.skipIf(noDockerRegistry)(`from a registry${noDockerRegistry ? `: ${noDockerRegistry}` : ''}`, () => {
  const shared = replayed.filter((it) => !needsOwnRegistry(it));
  let world: World;

  beforeAll(async () => {
    world = await startWorld();
    for (const one of new Map(shared.map((it) => [it.archive, it])).values()) await replay(world, one);
  });
  afterAll(() => endWorld(world));

  test('all cases are here but those of archives alone', () => {
    expect(ocmCases.length - replayed.length).toBe(onlyInArchives.size);
  });

  test.each(shared)('$id: $expected ($tests)', (it) => expectVerdict(world, it));

  test.each(replayed.filter(needsOwnRegistry))('$id: $expected ($tests)', async (it) => {
    const own = await startWorld();
    try {
      await replay(own, it);
      await expectVerdict(own, it);
    } finally {
      await endWorld(own);
    }
  });
});

async function startWorld(): Promise<World> {
  const registry = await startDockerRegistry();
  return { registry, client: createRegistryClient({ host, address: registry.address, insecureHttp: true }) };
}

async function endWorld({ registry, client }: World): Promise<void> {
  await client[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
}

function replay({ registry }: World, it: OcmCase): Promise<void> {
  const basePath = it.repository ? {} : { basePath: basePathOf(it) };
  return replayArchive(registry, casePath(it.archive), basePath);
}

async function expectVerdict({ client }: World, it: OcmCase): Promise<void> {
  const repository = openOciRepository(client, { registry: `${host}/${basePathOf(it)}` });
  const request = { component: componentName(it.component), version: it.version };
  const trust = { policy: policyOfCase(it), now: caseTime, installed: false };
  const { evidence } = await collectAndVerify(async () => repository, request, trust);
  const codes = evidence.reasons.map(({ code }) => code);
  expect({ verdict: evidence.verdict, codes }).toMatchObject({ verdict: it.expected });
  if (it.reason) expect(codes).toContain(elsewhere.get(it.id) ?? it.reason);
  else expect(codes).toEqual([]);
}

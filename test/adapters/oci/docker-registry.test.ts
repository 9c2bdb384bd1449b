import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOciRepository } from '../../../src/adapters/oci/oci-repository.ts';
import { createRegistryClient, type RegistryClient } from '../../../src/adapters/oci/registry-client.ts';
import { digestOf } from '../../../src/core/digest.ts';
import { componentName } from '../../builders/component-version.ts';
import { type DockerRegistry, noDockerRegistry, startDockerRegistry } from '../../support/docker-registry.ts';
import { replayArchive } from '../../support/replay-archive.ts';

const folder = join(import.meta.dirname, '../../fixtures/ocm/consumer');
const podinfo = componentName('ocm.software/demos/podinfo');
const registryName = 'registry.consumer.test/software-consumer';
const image = `${registryName}/software-provider/podinfo`;
const imageDigest = 'sha256:a2d16f03349add8813b60da0d5bfe549dd5ed3fad97dac74cec2c22d12705fe2';

describe.skipIf(noDockerRegistry)(`a delivery in a registry${noDockerRegistry ? `: ${noDockerRegistry}` : ''}`, () => {
  let registry: DockerRegistry;
  let client: RegistryClient;
  beforeAll(async () => {
    registry = await startDockerRegistry();
    await replayArchive(registry, join(folder, 'podinfo-v2'));
    client = createRegistryClient({ host: 'registry.consumer.test', address: registry.address, insecureHttp: true });
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });
  const open = () => openOciRepository(client, { registry: registryName });

  test('costs one request for its tags, and one for tag and manifest together', async () => {
    const repository = open();
    const before = client.requests;
    expect([...(await repository.listTags(podinfo)).tags.keys()].toSorted()).toEqual(['v1.0.0', 'v1.1.0']);
    expect(client.requests - before).toBe(1);
    const digest = await repository.resolveTag(podinfo, 'v1.0.0');
    if (!digest) throw new Error('no v1.0.0');
    const read = await repository.read(podinfo, digest, { kind: 'manifest', maxBytes: 1e6 });
    expect(read.kind === 'read' && digestOf(read.bytes)).toBe(digest);
    expect(client.requests - before).toBe(2);
  });

  test.each([
    [`${image}:6.3.5-static`, 'present'],
    [`${image}:no-tag@${imageDigest}`, 'present'],
    [`http://${image}@${imageDigest}`, 'present'],
    [`${image}:9.9.9`, 'missing'],
    [`${image}@sha256:${'0'.repeat(64)}`, 'missing'],
    ['registry.consumer.test/elsewhere/nothing:1.0', 'missing'],
    ['registry.consumer.test:8443/software-consumer/software-provider/podinfo:6.3.5-static', 'outside'],
    ['attacker.example/software-consumer/software-provider/podinfo:6.3.5-static', 'outside'],
    ['registry.consumer.test/Upper/case:1.0', 'outside'],
    ['no reference', 'outside'],
  ])('%s is %s', async (text, kind) => {
    const found = await open().findArtifact({ kind: 'absolute', text });
    expect(found).toMatchObject({ kind, ...(kind === 'present' && { digest: imageDigest, read: false }) });
  });

  test('has relative references below the base path', async () => {
    const text = 'software-provider/podinfo:6.3.5-static';
    expect(await open().findArtifact({ kind: 'relative', text })).toMatchObject({ kind: 'present' });
  });
});

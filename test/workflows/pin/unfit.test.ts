import { expect, test } from 'vitest';
import { createArchiveWriter } from '../../../src/adapters/ctf/write-archive.ts';
import { parseData, signatureOf } from '../../builders/component-version.ts';
import { podinfoVersion } from '../../builders/podinfo-version.ts';
import { rewritten } from '../../builders/rewritten-version.ts';
import { createPinned, manifests } from '../../support/pinned-world.ts';
import { keys, type World } from '../../support/world.ts';
import { archiveIn } from '../../support/world-ports.ts';

const file = 'apps/podinfo.yaml';
const verifying = (version: string) =>
  manifests[1](version).replace('    interval', '    verify: [{ name: release }]\n    interval');

/** Publishes a version that generation 1 cannot verify. */
async function publishNewer(world: World, version: string): Promise<void> {
  const newer = rewritten(podinfoVersion(version, {}, keys()), (data) => {
    const signature = signatureOf(parseData(data), 'release', keys(), 'jsonNormalisation/v4alpha1');
    return { ...data, signatures: [signature] };
  });
  await createArchiveWriter().add(archiveIn(world.folder), newer);
}

async function failureAfter(manifest: typeof verifying) {
  const world = await createPinned({ files: { [file]: manifest('v1.0.0') } });
  await world.step();
  await world.merge();
  await publishNewer(world, 'v1.1.0');
  const [result] = await world.pass();
  await world[Symbol.asyncDispose]();
  return result?.outcome.kind === 'failed' ? result.outcome.failure : undefined;
}

test('a version that the controller of the manifest cannot verify is refused where it is to verify it', async () => {
  expect(await failureAfter(verifying)).toMatchObject({
    code: 'content',
    message: expect.stringContaining('its signature release is over jsonNormalisation/v4alpha1'),
  });
});

test('and is proposed where the manifest has nothing verified', async () => {
  expect(await failureAfter(manifests[1])).toBeUndefined();
});

import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import {
  descriptorFormOf,
  maxDescriptorLayerBytes,
  parseDescriptorLayer,
} from '../../../src/core/component/descriptor-layer.ts';
import { maxDescriptorBytes } from '../../../src/core/component/parse-descriptor.ts';
import { descriptorData, parseData } from '../../builders/component-version.ts';

test.each([
  ['application/vnd.ocm.software.component-descriptor.v2+yaml+tar', 'tar'],
  ['application/vnd.ocm.software.component-descriptor.v2+yaml', 'yaml'],
  ['application/vnd.ocm.software.component-descriptor.v2+json', 'json'],
  ['application/vnd.gardener.cloud.cnudie.component-descriptor.v2+yaml+tar', 'tar'],
  ['application/vnd.gardener.cloud.cnudie.component-descriptor.v2+yaml', 'yaml'],
  ['application/vnd.gardener.cloud.cnudie.component-descriptor.v2+json', 'json'],
  ['application/vnd.oci.gardener.cloud.cnudie.component-descriptor.config.v2+yaml+tar', 'tar'],
  ['application/json', undefined],
  ['', undefined],
])('a layer of the media type %j is of the form %s', (mediaType, form) => {
  expect(descriptorFormOf(mediaType)).toBe(form);
});

describe('the layer of a component descriptor', () => {
  const data = descriptorData();
  const text = Buffer.from(JSON.stringify(data));
  const name = 'component-descriptor.yaml';

  /** Entries without content are folders. */
  async function archive(...entries: readonly (readonly [name: string, content?: Buffer])[]): Promise<Buffer> {
    const tar = pack();
    for (const [name, content] of entries) tar.entry({ name, type: content ? 'file' : 'directory' }, content ?? '');
    tar.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of tar) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  test('is read in each form', async () => {
    const expected = parseData(data);
    expect(await parseDescriptorLayer(text, 'json')).toEqual(expected);
    expect(await parseDescriptorLayer(text, 'yaml')).toEqual(expected);
    expect(await parseDescriptorLayer(await archive([name, text]), 'tar')).toEqual(expected);
    expect(await parseDescriptorLayer(await archive(['folder/'], [`/${name}`, text]), 'tar')).toEqual(expected);
  });

  test('has room for the largest descriptor, packed', async () => {
    const full = Buffer.alloc(maxDescriptorBytes, ' ');
    const packed = await archive([name, full]);
    expect(packed.length).toBeGreaterThan(maxDescriptorBytes);
    expect(packed.length).toBeLessThanOrEqual(maxDescriptorLayerBytes);
  });

  const yaml = Buffer.concat([text, Buffer.from(' # comment')]);
  test('is JSON where its media type says so', async () => {
    expect(await parseDescriptorLayer(yaml, 'yaml')).toEqual(parseData(data));
    await expect(parseDescriptorLayer(yaml, 'json')).rejects.toMatchObject({
      name: 'Refusal',
      code: 'malformed',
      message: expect.stringMatching(/^component descriptor: it is not JSON: /),
    });
  });

  test.each([
    ['nothing', [], 'malformed', `the descriptor layer does not hold ${name}`],
    ['another file', [['other.yaml', text]], 'malformed', `the descriptor layer holds other.yaml instead of ${name}`],
    [
      'two files',
      [
        [name, text],
        ['x', text],
      ],
      'malformed',
      `the descriptor layer holds x instead of ${name}`,
    ],
    ['three entries', [['a/'], ['b/'], [name, text]], 'too-large', 'the archive has more than 2 entries'],
  ] as const)('is not read from an archive of %s', async (_what, entries, code, message) => {
    await expect(parseDescriptorLayer(await archive(...entries), 'tar')).rejects.toMatchObject({
      name: 'Refusal',
      code,
      message: expect.stringContaining(message),
    });
  });
});

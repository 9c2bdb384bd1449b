import { readAll, readTar } from '../archive/tar.ts';
import { parseStrictJson } from '../document/strict-json.ts';
import { Refusal } from '../trust/reason.ts';
import type { ComponentDescriptor } from './component-descriptor.ts';
import { maxDescriptorBytes, parseDescriptor } from './parse-descriptor.ts';

export type DescriptorForm = 'tar' | 'yaml' | 'json';

/** A descriptor of the largest size in a tar archive. */
export const maxDescriptorLayerBytes = maxDescriptorBytes + 16 * 1024;

const forms: ReadonlyMap<string, DescriptorForm> = new Map([
  ['application/vnd.ocm.software.component-descriptor.v2+yaml+tar', 'tar'],
  ['application/vnd.ocm.software.component-descriptor.v2+yaml', 'yaml'],
  ['application/vnd.ocm.software.component-descriptor.v2+json', 'json'],
  ['application/vnd.gardener.cloud.cnudie.component-descriptor.v2+yaml+tar', 'tar'],
  ['application/vnd.gardener.cloud.cnudie.component-descriptor.v2+yaml', 'yaml'],
  ['application/vnd.gardener.cloud.cnudie.component-descriptor.v2+json', 'json'],
  ['application/vnd.oci.gardener.cloud.cnudie.component-descriptor.config.v2+yaml+tar', 'tar'],
]);

/** @returns How a layer of this media type holds a component descriptor, or `undefined` when it holds none. */
export function descriptorFormOf(mediaType: string): DescriptorForm | undefined {
  return forms.get(mediaType);
}

/** Reads the component descriptor from its layer. @throws {Refusal} As {@link parseDescriptor}. */
export async function parseDescriptorLayer(bytes: Uint8Array, form: DescriptorForm): Promise<ComponentDescriptor> {
  if (form === 'tar') return parseDescriptor(await unpack(bytes));
  const descriptor = parseDescriptor(bytes);
  const json = form === 'json' ? parseStrictJson(bytes) : undefined;
  if (json?.kind === 'problem') throw new Refusal('malformed', `component descriptor: ${json.message}`);
  return descriptor;
}

const entryName = 'component-descriptor.yaml';

/** The archive holds one file and nothing else. */
async function unpack(bytes: Uint8Array): Promise<Uint8Array> {
  let descriptor: Uint8Array | undefined;
  for await (const { name, content } of readTar([bytes], { maxEntries: 2, leadingSlash: true })) {
    if (name !== entryName)
      throw new Refusal('malformed', `the descriptor layer holds ${name} instead of ${entryName}`);
    descriptor = await readAll(content, bytes.length, entryName);
  }
  if (!descriptor) throw new Refusal('malformed', `the descriptor layer does not hold ${entryName}`);
  return descriptor;
}

import { type Digest, digestOf } from '../../src/core/digest.ts';
import { componentDigest } from '../../src/core/trust/component-digest.ts';
import type { PublishedVersion } from '../../src/ports/archive-writer.ts';
import {
  componentName,
  descriptorData,
  genericDigest,
  type KeyPair,
  parseData,
  publishable,
  signed,
} from '../builders/component-version.ts';

const version = 'v1.0.0';
const names = Array.from({ length: 50 }, (_, index) => `example.org/product/part-${index}`);

/** The version that refers to all others, or one that refers to none. */
export function rootOf(which: 'product' | 'leaf') {
  const name = which === 'product' ? names[0] : names.at(-1);
  return { component: componentName(name ?? ''), version };
}

const blobsOf = (index: number) =>
  Array.from({ length: 4 }, (_, resource) => Buffer.alloc(4096, `${index} ${resource} `));

/** @returns Digests of the resources of a part. */
export function contentOf(component: string): readonly Digest[] {
  return blobsOf(names.indexOf(component)).map(digestOf);
}

/** @returns A signed product of 50 component versions in a tree, each with four resources of a few KiB. Leaves come first. */
export function createProduct(keys: KeyPair): readonly PublishedVersion[] {
  const digests = new Map<number, object>();
  const made: PublishedVersion[] = [];
  for (let index = names.length - 1; index >= 0; index--) {
    const children = Array.from({ length: 4 }, (_, child) => 4 * index + child + 1).filter((it) => it < names.length);
    const references = children.map((child) => ({
      name: `part-${child}`,
      componentName: names[child],
      version,
      digest: digests.get(child),
    }));
    const blobs = blobsOf(index);
    const [note, ...others] = blobs;
    const resources = others.map((bytes, resource) => ({
      name: `resource-${resource}`,
      version,
      type: 'blob',
      relation: 'local',
      access: { type: 'localBlob', localReference: digestOf(bytes), mediaType: 'application/octet-stream' },
      digest: genericDigest(bytes),
    }));
    const data = descriptorData({ name: names[index] ?? '', version, references, resources, ...(note && { note }) });
    digests.set(index, componentDigest(parseData(data), 'jsonNormalisation/v3', 'SHA-256'));
    made.push(publishable(signed(data, keys), blobs));
  }
  return made;
}

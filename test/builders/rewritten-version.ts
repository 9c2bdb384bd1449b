import type { PublishedVersion } from '../../src/ports/archive-writer.ts';
import { type DescriptorData, publishable } from './component-version.ts';

/**
 * Changes the component descriptor of a version, as whoever transfers it may; the signatures stay unless `change` makes others.
 *
 * @param blobs Content that the changed descriptor names beside what the version has.
 */
export function rewritten(
  version: PublishedVersion,
  change: (data: DescriptorData) => DescriptorData,
  blobs: readonly Uint8Array[] = [],
): PublishedVersion {
  const [, descriptor = Buffer.from(''), ...content] = version.blobs;
  const data: DescriptorData = JSON.parse(Buffer.from(descriptor).toString());
  return publishable(change(data), [...content, ...blobs]);
}

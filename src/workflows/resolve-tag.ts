import { type Digest, digestOf } from '../core/digest.ts';
import type { ComponentRepository, TagListing } from '../ports/component-repository.ts';
import type { RegistryMemory, TagAddress } from '../ports/store.ts';

const minute = 60_000;

/** How tags of one component in a registry are looked up during a pass. */
export interface TagLookup {
  readonly repository: ComponentRepository;
  readonly listing: TagListing;
  readonly registries: RegistryMemory;
  readonly now: Date;
  /** Whether what is found out is remembered. */
  readonly record: boolean;
  /** Whether the registry is asked whatever is remembered, but for what was looked up at this very moment. */
  readonly anew: boolean;
}

/**
 * Says which manifest a tag leads to, asking the registry about every hour: a listing does not tell, and a pass over many
 * installations is to cost one request each.
 *
 * @returns `undefined` when there is no such tag.
 */
export async function resolveTag(address: TagAddress, lookup: TagLookup): Promise<Digest | undefined> {
  const { repository, listing, registries, now, record, anew } = lookup;
  const listed = listing.tags.get(address.tag);
  if (listed) return listed;
  const known = await registries.resolved(address);
  const age = known ? now.getTime() - known.at.getTime() : undefined;
  const fresh = anew ? 1 : freshMilliseconds(address);
  if (known && age !== undefined && age >= 0 && age < fresh) return known.manifest;
  const manifest = await repository.resolveTag(address.component, address.tag);
  const { content } = known?.manifest === manifest ? (known ?? {}) : {};
  if (manifest && record) await registries.recordResolved(address, { manifest, at: now, ...(content && { content }) });
  return manifest;
}

/** Between 45 and 60 minutes, so that what was looked up in one pass is not due again in one pass. */
function freshMilliseconds({ component, tag }: TagAddress): number {
  const phase = Number.parseInt(digestOf(`${component}:${tag}`).slice(-4), 16) / 0x1_0000;
  return (45 + 15 * phase) * minute;
}

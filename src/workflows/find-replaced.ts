import type { Digest } from '../core/digest.ts';
import type { Installation } from '../core/installation/installation.ts';
import type { LockFile } from '../core/installation/lock-file.ts';
import { identityDigest } from '../core/trust/component-digest.ts';
import { type Reason, Refusal } from '../core/trust/reason.ts';
import { type Version, versionToTag } from '../core/version/version.ts';
import type { TagAddress } from '../ports/store.ts';
import { readComponentVersion } from './read-component-version.ts';
import { resolveTag, type TagLookup } from './resolve-tag.ts';

/**
 * Finds out whether the installed version is still what was installed. Tags can be moved, and the controllers follow them without
 * a word; a transfer that only writes other accesses or adds a signature moves the tag as well, and changes nothing that is signed.
 *
 * @returns Why it is not; empty when it is, or when the version is gone, which the listing tells.
 */
export async function findReplaced(
  { component, registry }: Installation,
  installed: LockFile,
  lookup: TagLookup,
): Promise<readonly Reason[]> {
  const { version } = installed;
  const tag = versionToTag(version) ?? version;
  const address = { registry: registry.url, component, tag };
  const where = `${component}:${version}`;
  const found = await readInstalled(address, { installed, lookup });
  if (found === 'the same') return [];
  if (found.kind === 'problems') return found.problems.map((problem) => ({ ...problem, where }));
  if (found.content === installed.digest.value) return [];
  const message = `it was installed with the digest ${installed.digest.value}, and ${registry.url} has ${found.content} in its place`;
  return [{ code: 'digest-mismatch', message, where }];
}

/** A tag that leads to what is no manifest is replaced as well. */
async function readInstalled(
  address: TagAddress,
  { installed, lookup }: { readonly installed: LockFile; readonly lookup: TagLookup },
) {
  const { version } = installed;
  try {
    const manifest = await resolveTag(address, lookup);
    if (!manifest || manifest === installed.manifest) return 'the same';
    return await readContent(address, { manifest, version, lookup });
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'problems', problems: [error.problem] } as const;
    throw error;
  }
}

interface Wanted {
  readonly manifest: Digest;
  readonly version: Version;
  readonly lookup: TagLookup;
}

/** A manifest is read once: what is in it does not change. */
async function readContent(address: TagAddress, { manifest, version, lookup }: Wanted) {
  const { repository, registries, now, record } = lookup;
  const known = await registries.resolved(address);
  if (known?.manifest === manifest && known.content) return { kind: 'content', content: known.content } as const;
  const { component } = address;
  const { descriptor, problems } = await readComponentVersion(repository, { component, version, manifest });
  if (!descriptor) return { kind: 'problems', problems } as const;
  const content = identityDigest(descriptor).value;
  if (record) await registries.recordResolved(address, { manifest, content, at: known?.at ?? now });
  return { kind: 'content', content } as const;
}

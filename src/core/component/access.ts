import { type Digest, parseDigest } from '../digest.ts';
import type { Access } from './component-descriptor.ts';

/** Where a resource's content lies, as far as that can be followed here. */
export type AccessTarget =
  | { readonly kind: 'none' }
  /** Blobs of the component's own repository, one after the other; or a manifest stored beside the component's. */
  | { readonly kind: 'local'; readonly digests: readonly Digest[]; readonly mediaType: string }
  | { readonly kind: 'artifact'; readonly reference: AccessReference }
  /** Content behind another protocol. */
  | { readonly kind: 'elsewhere'; readonly type: string }
  | { readonly kind: 'broken'; readonly message: string };

/** How an access names an OCI artifact. */
export interface AccessReference {
  /** `relative`: to the registry with its base path in which the component version lies. */
  readonly kind: 'absolute' | 'relative';
  /** For example `registry.example.org/team/image:1.0@sha256:…`, or `team/image:1.0`. */
  readonly text: string;
}

/** The field with the reference, by type of access. */
const artifactTypes: ReadonlyMap<string, { readonly field: string; readonly kind: AccessReference['kind'] }> = new Map([
  ['ociartifact', { field: 'imageReference', kind: 'absolute' }],
  ['ociregistry', { field: 'imageReference', kind: 'absolute' }],
  ['ociimage', { field: 'imageReference', kind: 'absolute' }],
  ['relativeocireference', { field: 'reference', kind: 'relative' }],
]);

/**
 * Reads an access specification. Both libraries know several spellings of a type, with and without `/v1`.
 *
 * @see ocm-spec, doc/04-extensions/02-access-types
 */
export function readAccess(access: Access): AccessTarget {
  if (hasNoContent({ access })) return { kind: 'none' };
  const type = access.type.replace(/\/v1$/, '').toLowerCase();
  if (type === 'localblob') return readLocalBlob(access);
  const artifact = artifactTypes.get(type);
  if (!artifact) return { kind: 'elsewhere', type: access.type };
  const { kind, field } = artifact;
  const text = access[field];
  return typeof text === 'string' && text !== ''
    ? { kind: 'artifact', reference: { kind, text } }
    : { kind: 'broken', message: `its access has no ${field}` };
}

/** Access type of a resource that has no content (both libraries take either spelling on reading). */
export function hasNoContent({ access }: { readonly access: Access }): boolean {
  return access.type === 'none' || access.type === 'None';
}

/** A large blob may be stored in several parts, whose digests stand in a list with commas. */
function readLocalBlob(access: Access): AccessTarget {
  const { localReference, mediaType } = access;
  const digests: Digest[] = [];
  for (const part of typeof localReference === 'string' ? localReference.split(',') : ['']) {
    const digest = parseDigest(part);
    if (!digest)
      return { kind: 'broken', message: `its localReference is no digest: ${JSON.stringify(localReference)}` };
    digests.push(digest);
  }
  return { kind: 'local', digests, mediaType: typeof mediaType === 'string' ? mediaType : '' };
}

/** An OCI reference in its parts. */
export interface ArtifactReference {
  /** Host and path. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** @returns The parts of `host/path:tag@digest`, or `undefined` when `text` is none; a scheme before it is left out. */
export function parseArtifactReference(text: string): ArtifactReference | undefined {
  const parts = /^(?:[a-z]+:\/\/)?([^\s@]+?)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(\S+))?$/.exec(text);
  const [, repository, tag, digestText] = parts ?? [];
  if (!repository?.includes('/')) return undefined;
  const digest = digestText === undefined ? undefined : parseDigest(digestText);
  if (digestText !== undefined && !digest) return undefined;
  return { repository, ...(tag !== undefined && { tag }), ...(digest && { digest }) };
}

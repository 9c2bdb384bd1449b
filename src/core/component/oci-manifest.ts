import { type Digest, parseDigest } from '../digest.ts';
import { parseStrictJson } from '../document/strict-json.ts';
import { Refusal } from '../trust/reason.ts';
import { isMapping } from './mapping.ts';

/** What an OCI manifest says about content it consists of. */
export interface ContentDescriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
  /** What an image in an index is for. */
  readonly platform?: string;
}

export type OciManifest =
  | {
      readonly kind: 'manifest';
      readonly config: ContentDescriptor;
      readonly layers: readonly ContentDescriptor[];
      readonly annotations: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'index';
      readonly manifests: readonly ContentDescriptor[];
      readonly annotations: Readonly<Record<string, string>>;
    };

/** What registries accept; anything larger is refused unread. */
export const maxManifestBytes = 4 * 1024 * 1024;

/** More layers or manifests than this in one manifest are an attack. */
const maxChildren = 512;

export const imageManifestType = 'application/vnd.oci.image.manifest.v1+json';
export const imageIndexType = 'application/vnd.oci.image.index.v1+json';

const kinds: ReadonlyMap<unknown, OciManifest['kind']> = new Map([
  [imageManifestType, 'manifest'],
  ['application/vnd.docker.distribution.manifest.v2+json', 'manifest'],
  [imageIndexType, 'index'],
  ['application/vnd.docker.distribution.manifest.list.v2+json', 'index'],
]);

/** @returns Whether content of this media type is an OCI manifest or index, or Docker's counterpart. */
export function isManifestType(mediaType: string): boolean {
  return kinds.has(mediaType);
}

/**
 * Parses an OCI image manifest or index, or Docker's counterpart. Fields that are not used here may be anything.
 *
 * @throws {Refusal} `malformed`; also for what is a manifest and an index at once, which readers take for either.
 * @see OCI image specification 1.1, manifest.md and image-index.md; CVE-2021-41190
 */
export function parseOciManifest(bytes: Uint8Array, what: string): OciManifest {
  const json = parseStrictJson(bytes);
  if (json.kind === 'problem') throw new Refusal('malformed', `${what}: ${json.message}`);
  const { value } = json;
  if (!isMapping(value) || value.schemaVersion !== 2) throw malformed(what, 'it is no OCI manifest');
  const { mediaType, config, layers, manifests } = value;
  if (manifests !== undefined && (layers !== undefined || config !== undefined)) {
    throw malformed(what, 'it is a manifest and an index at once');
  }
  const kind = manifests === undefined ? 'manifest' : 'index';
  if (mediaType !== undefined && kinds.get(mediaType) !== kind) {
    throw malformed(
      what,
      `its media type ${JSON.stringify(mediaType)} is not that of a${kind === 'index' ? 'n' : ''} ${kind}`,
    );
  }
  const annotations = readAnnotations(value.annotations, what);
  if (kind === 'index') return { kind, manifests: readDescriptors(manifests, what), annotations };
  return { kind, config: readDescriptor(config, what), layers: readDescriptors(layers, what), annotations };
}

/** @returns Everything that a manifest consists of directly. */
export function childrenOf(manifest: OciManifest): readonly ContentDescriptor[] {
  return manifest.kind === 'index' ? manifest.manifests : [manifest.config, ...manifest.layers];
}

function malformed(what: string, message: string): Refusal {
  return new Refusal('malformed', `${what}: ${message}`);
}

function readDescriptors(value: unknown, what: string): readonly ContentDescriptor[] {
  if (!Array.isArray(value)) throw malformed(what, 'it has no list of its content');
  if (value.length > maxChildren) throw malformed(what, `it names more than ${maxChildren} parts`);
  return value.map((item) => readDescriptor(item, what));
}

/** @throws {Refusal} `malformed` unless `value` has the media type, digest and size of some content. */
export function readDescriptor(value: unknown, what: string): ContentDescriptor {
  if (!isMapping(value)) throw malformed(what, 'it has no description of its content');
  const { mediaType, digest: digestText, size } = value;
  const digest = typeof digestText === 'string' ? parseDigest(digestText) : undefined;
  if (!digest) throw malformed(what, `it has a digest that is none: ${JSON.stringify(digestText)}`);
  if (typeof mediaType !== 'string') throw malformed(what, `it has no media type for ${digest}`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw malformed(what, `it has no size for ${digest}`);
  const platform = readPlatform(value.platform);
  return {
    mediaType,
    digest,
    size,
    annotations: readAnnotations(value.annotations, what),
    ...(platform && { platform }),
  };
}

/**
 * @returns `linux/arm64`, or `linux/arm/v7`; `undefined` where there is none, as for what only goes with an image.
 * @see OCI image specification 1.1, image-index.md and config.md: the fields have the same names in both
 */
export function readPlatform(value: unknown): string | undefined {
  if (!isMapping(value)) return undefined;
  const { os, architecture, variant } = value;
  const parts = variant === undefined || variant === '' ? [os, architecture] : [os, architecture, variant];
  const isPlain = parts.every((it) => typeof it === 'string' && /^[a-z0-9][a-z0-9._-]{0,30}$/i.test(it));
  // What goes with images, such as attestations, stands in their index as this.
  return isPlain && os !== 'unknown' ? parts.join('/') : undefined;
}

function readAnnotations(value: unknown, what: string): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  if (!isMapping(value)) throw malformed(what, 'its annotations are no mapping');
  const entries = Object.entries(value).map(([key, text]) => {
    if (typeof text !== 'string') throw malformed(what, `its annotation ${key} is no text`);
    return [key, text] as const;
  });
  return Object.fromEntries(entries);
}

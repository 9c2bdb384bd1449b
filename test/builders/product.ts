import type { ComponentDescriptor } from '../../src/core/component/component-descriptor.ts';
import { imageIndexType, imageManifestType } from '../../src/core/component/oci-manifest.ts';
import { type Digest, digestOf } from '../../src/core/digest.ts';
import { componentDigest } from '../../src/core/trust/component-digest.ts';
import type { PublishedVersion } from '../../src/ports/archive-writer.ts';
import { descriptorData, type KeyPair, parseData, publishable, signed } from './component-version.ts';
import { podinfoVersion } from './podinfo-version.ts';
import { rewritten } from './rewritten-version.ts';

/** An OCI artifact, with all its parts in the order in which they can be pushed. */
export interface Artifact {
  readonly digest: Digest;
  readonly manifests: readonly Uint8Array[];
  readonly blobs: readonly Uint8Array[];
}

/** @returns An image of one layer. */
export function imageOf(text: string): Artifact {
  const [config, layer] = [Buffer.from(JSON.stringify({ architecture: text })), Buffer.from(`layer of ${text}`)];
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: imageManifestType,
      config: describe('application/vnd.oci.image.config.v1+json', config),
      layers: [describe('application/vnd.oci.image.layer.v1.tar', layer)],
    }),
  );
  return { digest: digestOf(manifest), manifests: [manifest], blobs: [config, layer] };
}

/** @returns An index of images. */
export function indexOf(images: readonly Artifact[]): Artifact {
  const manifests = images.flatMap((it) => it.manifests);
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: imageIndexType,
      manifests: manifests.map((it) => describe(imageManifestType, it)),
    }),
  );
  return { digest: digestOf(index), manifests: [...manifests, index], blobs: images.flatMap(({ blobs }) => blobs) };
}

const describe = (mediaType: string, bytes: Uint8Array) => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});

/** @returns A version that is not signed itself, with a resource `note` and a reference to another one. */
export function partVersion(name: string, note: string, refersTo?: PublishedVersion): PublishedVersion {
  const references = refersTo ? [referenceTo(refersTo)] : [];
  return publishable(descriptorData({ name, note: Buffer.from(note), references }), [Buffer.from(note)]);
}

function referenceTo(version: PublishedVersion) {
  const descriptor = descriptorOf(version);
  const digest = componentDigest(descriptor, 'jsonNormalisation/v3', 'SHA-256');
  return { name: 'part', componentName: descriptor.name, version: descriptor.version, digest };
}

function descriptorOf({ blobs: [, bytes = Buffer.from('')] }: PublishedVersion): ComponentDescriptor {
  return parseData(JSON.parse(Buffer.from(bytes).toString()));
}

export interface ProductOptions {
  readonly note: string;
  /** Images by resource name, with where they lie. */
  readonly images?: Readonly<Record<string, { readonly artifact: Artifact; readonly reference: string }>>;
  readonly refersTo?: PublishedVersion;
  readonly through?: string;
}

/** @returns A version to be deployed, of which images and other component versions are part. */
export function productVersion(version: string, options: ProductOptions, keys: KeyPair): PublishedVersion {
  const { note, images = {}, refersTo, through } = options;
  const resources = Object.entries(images).map(([name, { artifact, reference }]) => ({
    name,
    version,
    type: 'ociImage',
    relation: 'external',
    access: { type: 'ociArtifact', imageReference: reference },
    digest: {
      hashAlgorithm: 'SHA-256',
      normalisationAlgorithm: 'ociArtifactDigest/v1',
      value: artifact.digest.slice('sha256:'.length),
    },
  }));
  return rewritten(podinfoVersion(version, { note, ...(through && { through }) }, keys), (data) => {
    const { component } = data;
    const extended = {
      ...component,
      resources: [...component.resources, ...(resources as never[])],
      componentReferences: refersTo ? [referenceTo(refersTo)] : [],
    };
    return signed({ ...data, component: extended, signatures: [] }, keys);
  });
}

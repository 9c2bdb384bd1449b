import {
  type ContentDescriptor,
  childrenOf,
  isManifestType,
  maxManifestBytes,
  type OciManifest,
  parseOciManifest,
  readPlatform,
} from '../core/component/oci-manifest.ts';
import type { ContentFacts } from '../core/diff/content-facts.ts';
import type { Digest } from '../core/digest.ts';
import { parseStrictJson } from '../core/document/strict-json.ts';
import { mapLimited } from '../core/map-limited.ts';
import type { OpenArtifact } from './open-artifact.ts';

/** How many platforms of one image are looked at. */
const maxPlatforms = 32;
const maxConfigBytes = 256 * 1024;
/** Manifests of one image that are read at the same time. */
const concurrency = 4;

const imageConfigs: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

/** What was found out about an OCI artifact by its manifests. */
export interface InspectedArtifact {
  readonly facts: ContentFacts;
  /** Of a single manifest. */
  readonly layers: readonly ContentDescriptor[];
}

/**
 * Reads the manifests of an OCI artifact, and of an image for one platform the configuration, which names it. Layers are never read.
 *
 * @returns `undefined` when its main manifest cannot be had.
 * @throws {Refusal} When a manifest is none.
 */
export async function inspectArtifact(artifact: OpenArtifact): Promise<InspectedArtifact | undefined> {
  const main = await readManifest(artifact, artifact.main);
  if (!main) return undefined;
  if (main.kind === 'index') return { facts: await inspectIndex(artifact, main.manifests), layers: [] };
  const platform = await readConfigPlatform(artifact, main.config);
  const facts = {
    kind: 'artifact',
    platforms: platform === undefined ? [] : [platform],
    size: sizeOf([main]),
  } as const;
  return { facts, layers: main.layers };
}

async function readManifest(artifact: OpenArtifact, digest: Digest): Promise<OciManifest | undefined> {
  const bytes = await artifact.read({ digest, kind: 'manifest', maxBytes: maxManifestBytes });
  return bytes && parseOciManifest(bytes, `manifest ${digest}`);
}

/** What goes with images, such as attestations, is for no platform, and nothing that a cluster pulls. */
async function inspectIndex(artifact: OpenArtifact, manifests: readonly ContentDescriptor[]): Promise<ContentFacts> {
  const images = manifests.filter(({ mediaType, platform }) => isManifestType(mediaType) && platform !== undefined);
  const platforms = [...new Set(images.flatMap(({ platform }) => platform ?? []))].toSorted();
  if (images.length > maxPlatforms) return { kind: 'artifact', platforms: [] };
  const read = await mapLimited(images, concurrency, ({ digest }) => readManifest(artifact, digest));
  const found = read.filter((it) => it?.kind === 'manifest');
  const isWhole = found.length > 0 && found.length === images.length;
  return { kind: 'artifact', platforms, ...(isWhole && { size: sizeOf(found) }) };
}

/** A layer that several platforms share is stored once. */
function sizeOf(manifests: readonly OciManifest[]): number {
  const parts = new Map(manifests.flatMap(childrenOf).map(({ digest, size }) => [digest, size]));
  return [...parts.values()].reduce((sum, size) => sum + size, 0);
}

async function readConfigPlatform(artifact: OpenArtifact, config: ContentDescriptor): Promise<string | undefined> {
  if (!imageConfigs.has(config.mediaType) || config.size > maxConfigBytes) return undefined;
  const bytes = await artifact.read({ digest: config.digest, kind: 'blob', maxBytes: maxConfigBytes });
  const json = bytes && parseStrictJson(bytes);
  return json && json.kind !== 'problem' ? readPlatform(json.value) : undefined;
}

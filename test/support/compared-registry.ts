import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { openOciRepository } from '../../src/adapters/oci/oci-repository.ts';
import { createRegistryClient } from '../../src/adapters/oci/registry-client.ts';
import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import { imageIndexType, imageManifestType } from '../../src/core/component/oci-manifest.ts';
import type { VersionDifference } from '../../src/core/diff/version-difference.ts';
import { digestOf } from '../../src/core/digest.ts';
import { collectComponentVersion } from '../../src/workflows/collect-component-version.ts';
import { compareVersions } from '../../src/workflows/compare-versions.ts';
import { componentName, descriptorData, genericDigest, publishable } from '../builders/component-version.ts';
import { type StockedFake, startStockedFake } from './stocked-registry.ts';
import { lockOf, subjectOf } from './version-comparison.ts';

/** A resource of a component version, as tests give it. */
export interface GivenResource {
  readonly name: string;
  readonly type?: string;
  readonly version?: string;
  readonly extraIdentity?: Readonly<Record<string, string>>;
  /** Another one than that of the bytes. */
  readonly digest?: object;
  readonly content:
    | { readonly kind: 'blob'; readonly bytes: Uint8Array; readonly mediaType?: string }
    /** An OCI artifact in the registry, under this path or beside the component; the last manifest is the main one. */
    | { readonly kind: 'artifact'; readonly artifact: GivenArtifact; readonly path?: string };
}

export interface GivenArtifact {
  readonly manifests: readonly Uint8Array[];
  /** As far as they are in the registry. */
  readonly blobs: readonly Uint8Array[];
}

export interface ComparedRegistry extends AsyncDisposable {
  readonly registry: StockedFake;
  /** Host and base path. */
  readonly name: string;
  /** @param before Nothing for a first version. */
  compare(before: readonly GivenResource[] | undefined, after: readonly GivenResource[]): Promise<VersionDifference>;
}

const component = componentName('example.org/one');

/** Starts a registry, in which two versions of one component with given resources are compared. */
export async function startComparedRegistry(): Promise<ComparedRegistry> {
  const registry = await startStockedFake();
  const { host, address } = registry.fake;
  const name = `${host}/team`;
  const client = createRegistryClient({ host, address, insecureHttp: true });
  const evaluator = createEvaluator({ timeoutSeconds: 60 });

  async function deliver(version: string, given: readonly GivenResource[]): Promise<void> {
    const place = `team/component-descriptors/${component}`;
    const note = Buffer.from('note');
    const blobs = given.flatMap(({ content }) => (content.kind === 'blob' ? [content.bytes] : []));
    for (const { content } of given) {
      if (content.kind === 'artifact') await registry.put(content.path ?? place, content.artifact);
    }
    const resources = given.map((it) => descriptorOf(it, version));
    const published = publishable(descriptorData({ name: component, version, note, resources }), [note, ...blobs]);
    await registry.put(place, { blobs: published.blobs, manifests: [published.manifest], tag: version });
  }

  function descriptorOf({ content, ...rest }: GivenResource, of: string) {
    const base = { version: of, type: 'blob', relation: 'local', ...rest };
    if (content.kind === 'blob') {
      const { bytes, mediaType = 'application/octet-stream' } = content;
      const access = { type: 'localBlob', localReference: digestOf(bytes), mediaType };
      return { ...base, access, digest: rest.digest ?? genericDigest(bytes) };
    }
    const main = content.artifact.manifests.at(-1) ?? Buffer.from('');
    const digest = { ...genericDigest(main), normalisationAlgorithm: 'ociArtifactDigest/v1' };
    const imageReference = `${host}/${content.path}:1.0@${digestOf(main)}`;
    return content.path === undefined
      ? { ...base, access: { type: 'localBlob', localReference: digestOf(main), mediaType: imageManifestType }, digest }
      : { ...base, access: { type: 'ociArtifact', imageReference }, digest };
  }

  return {
    registry,
    name,
    compare: async (before, after) => {
      const open = async () => openOciRepository(client, { registry: name });
      if (before) await deliver('v1.0.0', before);
      await deliver('v2.0.0', after);
      const repository = await open();
      const installed = before && (await lockOf(repository, 'v1.0.0', component));
      const collected = await collectComponentVersion(repository, { component, version: 'v2.0.0' });
      registry.takeRequests();
      const log = { warn: (event: string, told: object) => Promise.reject(new Error(event, { cause: told })) };
      return compareVersions({ evaluator, log, open, installed, collected, subject: subjectOf(collected) });
    },
    [Symbol.asyncDispose]: async () => {
      await evaluator[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const part = (mediaType: string, bytes: Uint8Array) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });

/** @returns An image of one platform, with a layer that is stated and not there. */
export function imageFor(platform: string, mebibytes: number): GivenArtifact {
  const [os, architecture, variant] = platform.split('/');
  const config = json({ os, architecture, variant });
  const layer = digestOf(`layer of ${platform} with ${mebibytes} MiB`);
  const manifest = json({
    schemaVersion: 2,
    mediaType: imageManifestType,
    config: part('application/vnd.oci.image.config.v1+json', config),
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layer, size: mebibytes * 1024 * 1024 }],
  });
  return { manifests: [manifest], blobs: [config] };
}

/** @returns An image of several platforms, by name with their sizes in MiB. */
export function imageOf(platforms: Readonly<Record<string, number>>): GivenArtifact {
  const images = Object.entries(platforms).map(([name, size]) => ({ name, image: imageFor(name, size) }));
  const manifests = images.flatMap(({ name, image }) => {
    const [os, architecture, variant] = name.split('/');
    return image.manifests.map((it) => ({ ...part(imageManifestType, it), platform: { os, architecture, variant } }));
  });
  const index = json({ schemaVersion: 2, mediaType: imageIndexType, manifests });
  return {
    manifests: [...images.flatMap(({ image }) => image.manifests), index],
    blobs: images.flatMap(({ image }) => image.blobs),
  };
}

/** @returns A Helm chart as OCI artifact. */
export function chartArtifact(chart: Uint8Array): GivenArtifact {
  const config = json({ name: 'podinfo' });
  const manifest = json({
    schemaVersion: 2,
    mediaType: imageManifestType,
    config: part('application/vnd.cncf.helm.config.v1+json', config),
    layers: [part('application/vnd.cncf.helm.chart.content.v1.tar+gzip', chart)],
  });
  return { manifests: [manifest], blobs: [config, chart] };
}

/** @returns A packed archive of these files. */
export async function archiveOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries(files)) tar.entry({ name }, Buffer.from(text));
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

import type { ComponentDescriptor } from '../core/component/component-descriptor.ts';
import {
  annotatedVersion,
  findDescriptorLayer,
  isComponentManifest,
  maxConfigBytes,
  parseComponentManifest,
} from '../core/component/component-manifest.ts';
import type { ComponentName } from '../core/component/component-name.ts';
import { maxDescriptorLayerBytes, parseDescriptorLayer } from '../core/component/descriptor-layer.ts';
import { type ContentDescriptor, maxManifestBytes, parseOciManifest } from '../core/component/oci-manifest.ts';
import type { Digest } from '../core/digest.ts';
import { type Problem, Refusal } from '../core/trust/reason.ts';
import { parseVersion, tagFits, versionToTag } from '../core/version/version.ts';
import type { ComponentRepository } from '../ports/component-repository.ts';
import { readContent } from './read-content.ts';

/** One component version, by its version as the descriptor spells it, or by a tag that may stand for several spellings. */
export type WantedVersion = {
  readonly component: ComponentName;
  /** Where the tag leads, when that was looked up already: what is decided on is looked up once. */
  readonly manifest?: Digest;
} & ({ readonly version: string } | { readonly tag: string });

export interface ReadVersion {
  readonly manifest?: Digest;
  readonly descriptor?: ComponentDescriptor;
  readonly problems: readonly Problem[];
  /** What the manifest states about the blobs of the component version, by digest. */
  readonly layers: ReadonlyMap<Digest, ContentDescriptor>;
  /** OCI artifacts that are stored beside the component's own manifest, by digest. */
  readonly siblings: ReadonlyMap<Digest, ContentDescriptor>;
}

const nothing = { layers: new Map<Digest, never>(), siblings: new Map<Digest, never>() };

/** Bytes of component descriptors that may still be read for one component version and all that it refers to. */
export interface DescriptorAllowance {
  bytes: number;
}

/**
 * Reads manifest and component descriptor of one version. Whatever is wrong with them is a problem in the result.
 *
 * @param allowance What is read is taken from it; what goes beyond it is `too-large`. A descriptor in memory takes many times its size.
 */
export async function readComponentVersion(
  repository: ComponentRepository,
  wanted: WantedVersion,
  allowance: DescriptorAllowance = { bytes: maxDescriptorLayerBytes },
): Promise<ReadVersion> {
  const tag = tagOf(wanted);
  let manifest: Digest | undefined;
  try {
    manifest = wanted.manifest ?? (await repository.resolveTag(wanted.component, tag));
    if (!manifest) {
      const message = `${repository.name} has no tag ${tag} of ${wanted.component}`;
      return { ...nothing, problems: [{ code: 'version-not-found', message }] };
    }
    return { ...(await readDescriptor(repository, wanted, { manifest, allowance })), manifest };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...nothing, ...(manifest && { manifest }), problems: [error.problem] };
  }
}

/** What is no version may still be a tag; then the descriptor's own version tells that it is not what was asked for. */
function tagOf(wanted: WantedVersion): string {
  if ('tag' in wanted) return wanted.tag;
  const version = parseVersion(wanted.version);
  return (version && versionToTag(version.text)) ?? wanted.version;
}

interface Place {
  readonly manifest: Digest;
  readonly allowance: DescriptorAllowance;
}

async function readDescriptor(
  repository: ComponentRepository,
  wanted: WantedVersion,
  { manifest: digest, allowance }: Place,
) {
  const { component } = wanted;
  const top = await readManifests(repository, component, digest);
  const manifest = parseComponentManifest(top.bytes);
  const config = await readStated(repository, component, manifest.config, maxConfigBytes);
  const { layer, form } = findDescriptorLayer(manifest, config);
  if (layer.size > allowance.bytes) {
    throw new Refusal(
      'too-large',
      'the component descriptors of this version and all that it refers to are too large together',
    );
  }
  allowance.bytes -= layer.size;
  const descriptor = await parseDescriptorLayer(
    await readStated(repository, component, layer, maxDescriptorLayerBytes),
    form,
  );
  const annotations = [...top.annotations, manifest.componentVersion].filter((it) => it !== undefined);
  return {
    descriptor,
    problems: findIdentityProblems(descriptor, wanted, annotations),
    layers: new Map(manifest.layers.map((it) => [it.digest, it])),
    siblings: top.siblings,
  };
}

/** The tag names the manifest of the component version, or an index with it in front of the OCI artifacts that belong to it. */
async function readManifests(repository: ComponentRepository, component: ComponentName, digest: Digest) {
  const what = `manifest ${digest} of ${component}`;
  const read = (it: Digest) =>
    readContent(repository, component, { digest: it, kind: 'manifest', maxBytes: maxManifestBytes });
  const bytes = await read(digest);
  const top = parseOciManifest(bytes, what);
  if (top.kind === 'manifest') return { bytes, annotations: [], siblings: new Map<Digest, ContentDescriptor>() };

  const [first, ...siblings] = top.manifests;
  if (!first) throw new Refusal('malformed', `${what}: the index is empty`);
  for (const sibling of siblings) {
    if (isComponentManifest(parseOciManifest(await read(sibling.digest), `manifest ${sibling.digest}`))) {
      throw new Refusal('malformed', `${what}: the index has several component versions in it`);
    }
  }
  return {
    bytes: checkSize(await read(first.digest), first),
    annotations: [annotatedVersion(top), annotatedVersion(first)],
    siblings: new Map(siblings.map((it) => [it.digest, it])),
  };
}

async function readStated(
  repository: ComponentRepository,
  component: ComponentName,
  stated: ContentDescriptor,
  maxBytes: number,
): Promise<Uint8Array> {
  return checkSize(await readContent(repository, component, { digest: stated.digest, kind: 'blob', maxBytes }), stated);
}

function checkSize(bytes: Uint8Array, { digest, size }: ContentDescriptor): Uint8Array {
  if (bytes.length === size) return bytes;
  throw new Refusal('size-mismatch', `${digest} is stated with ${size} bytes and has ${bytes.length}`);
}

/** The descriptor is the authority: repository, tag and annotations must all agree with it. */
function findIdentityProblems(
  { name, version }: ComponentDescriptor,
  wanted: WantedVersion,
  annotations: readonly string[],
): readonly Problem[] {
  const isWanted = 'tag' in wanted ? tagFits(version, wanted.tag) : version === wanted.version;
  const messages: string[] = [];
  if (name !== wanted.component || !isWanted) {
    messages.push(`the component descriptor is that of ${name}:${version}`);
  }
  for (const annotation of new Set(annotations)) {
    if (annotation !== `${name}:${version}`) {
      messages.push(`the manifest says it is ${annotation}, and the component descriptor ${name}:${version}`);
    }
  }
  return messages.map((message) => ({ code: 'identity-mismatch', message }));
}

import { parseStrictJson } from '../document/strict-json.ts';
import { Refusal } from '../trust/reason.ts';
import { type DescriptorForm, descriptorFormOf } from './descriptor-layer.ts';
import { isMapping } from './mapping.ts';
import { type ContentDescriptor, type OciManifest, parseOciManifest, readDescriptor } from './oci-manifest.ts';

/** The manifest of a component version. */
export interface ComponentManifest {
  readonly config: ContentDescriptor;
  readonly layers: readonly ContentDescriptor[];
  /** `name:version`, where the manifest says so. */
  readonly componentVersion?: string;
}

/** The config and the descriptor layer of a component version have a few hundred bytes and up. */
export const maxConfigBytes = 64 * 1024;

const componentConfigTypes: ReadonlySet<string> = new Set([
  'application/vnd.ocm.software.component.config.v1+json',
  'application/vnd.gardener.cloud.cnudie.component.config.v1+json',
  'application/vnd.oci.gardener.cloud.cnudie.component-descriptor-metadata.config.v2+json',
]);

const componentVersionAnnotation = 'software.ocm.componentversion';

/** @returns Whether a manifest is a component version's by its own statement. */
export function isComponentManifest(manifest: OciManifest): boolean {
  return manifest.kind === 'manifest' && componentConfigTypes.has(manifest.config.mediaType);
}

/** @returns The component version that annotations name, `name:version`. */
export function annotatedVersion({ annotations }: Pick<OciManifest, 'annotations'>): string | undefined {
  return annotations[componentVersionAnnotation];
}

/** @throws {Refusal} `malformed` when `bytes` are no manifest of a component version. */
export function parseComponentManifest(bytes: Uint8Array): ComponentManifest {
  const manifest = parseOciManifest(bytes, 'manifest of the component version');
  if (manifest.kind !== 'manifest') {
    throw new Refusal('malformed', 'an index stands where the manifest of the component version belongs');
  }
  if (!isComponentManifest(manifest)) {
    throw new Refusal(
      'malformed',
      `the manifest is no component version's: its config is ${manifest.config.mediaType}`,
    );
  }
  const componentVersion = annotatedVersion(manifest);
  return {
    config: manifest.config,
    layers: manifest.layers,
    ...(componentVersion !== undefined && { componentVersion }),
  };
}

export interface DescriptorLayer {
  readonly layer: ContentDescriptor;
  readonly form: DescriptorForm;
}

/**
 * Finds the layer with the component descriptor: the one that the config names, which must be the only one of its kind. Configs
 * of old writers name none; then it is the first layer.
 *
 * @throws {Refusal} `malformed`
 */
export function findDescriptorLayer({ layers }: ComponentManifest, config: Uint8Array): DescriptorLayer {
  const named = readNamedLayer(config);
  const layer = named ? layers.find(({ digest }) => digest === named.digest) : layers[0];
  if (!layer) {
    const what = named ? `the descriptor layer that the config names: ${named.digest}` : 'any layer';
    throw new Refusal('malformed', `the manifest lacks ${what}`);
  }
  const form = descriptorFormOf(layer.mediaType);
  if (!form) {
    throw new Refusal(
      'malformed',
      `the descriptor layer has an unknown media type: ${JSON.stringify(layer.mediaType)}`,
    );
  }
  if (layers.filter(({ mediaType }) => descriptorFormOf(mediaType)).length > 1) {
    throw new Refusal('malformed', 'the manifest has several descriptor layers');
  }
  return { layer, form };
}

function readNamedLayer(config: Uint8Array): ContentDescriptor | undefined {
  const what = 'config of the component version';
  const json = parseStrictJson(config);
  if (json.kind === 'problem') throw new Refusal('malformed', `${what}: ${json.message}`);
  if (!isMapping(json.value)) throw new Refusal('malformed', `${what}: it is no mapping`);
  const layer = json.value.componentDescriptorLayer;
  return layer === undefined || layer === null ? undefined : readDescriptor(layer, what);
}

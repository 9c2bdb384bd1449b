import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { ComponentDescriptor } from '../../src/core/component/component-descriptor.ts';
import { parseComponentName } from '../../src/core/component/component-name.ts';
import { imageManifestType } from '../../src/core/component/oci-manifest.ts';
import { parseDescriptor } from '../../src/core/component/parse-descriptor.ts';
import { type Digest, digestOf } from '../../src/core/digest.ts';
import { componentDigest } from '../../src/core/trust/component-digest.ts';
import { type NormalisationAlgorithm, normalise } from '../../src/core/trust/normalise.ts';
import type { PublishedVersion } from '../../src/ports/archive-writer.ts';

export interface KeyPair {
  readonly privateKey: KeyObject;
  /** PEM text. */
  readonly publicKey: string;
}

export function createKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

export interface ComponentVersionOptions {
  readonly name?: string;
  readonly version?: string;
  /** Content of the resource `note`. */
  readonly note?: Uint8Array;
  readonly noteDigest?: object;
  readonly labels?: readonly object[];
  readonly references?: readonly object[];
  /** Further resources, as they stand in the descriptor. */
  readonly resources?: readonly object[];
  readonly signatures?: readonly object[];
}

/** @returns A component descriptor of scheme v2 with one resource `note`, as JSON data. */
export function descriptorData(options: ComponentVersionOptions = {}) {
  const { note = Buffer.from('good morning'), labels = [], references = [], resources = [], signatures = [] } = options;
  const digest = digestOf(note);
  return {
    meta: { schemaVersion: 'v2' },
    component: {
      name: options.name ?? 'example.org/greeter',
      version: options.version ?? 'v1.0.0',
      provider: 'example.org',
      creationTime: '2026-11-21T04:10:53Z',
      labels: [{ name: 'stage', value: 'final', signing: true }, { name: 'note', value: 'free text' }, ...labels],
      repositoryContexts: [{ type: 'OCIRegistry', baseUrl: 'registry.example.org' }],
      resources: [
        {
          name: 'note',
          version: 'v1.0.0',
          type: 'plainText',
          relation: 'local',
          labels: [{ name: 'use', value: { by: 'people' }, signing: true }],
          access: { type: 'localBlob', localReference: digest, mediaType: 'text/plain' },
          srcRefs: [{ identitySelector: { name: 'code' } }],
          digest: options.noteDigest ?? genericDigest(note),
        },
        ...resources,
      ],
      sources: [{ name: 'code', version: '1.0.0', type: 'git', access: { type: 'gitHub', commit: 'abc' } }],
      componentReferences: references,
    },
    signatures,
  };
}

export type DescriptorData = ReturnType<typeof descriptorData>;

export function genericDigest(bytes: Uint8Array) {
  return {
    hashAlgorithm: 'SHA-256',
    normalisationAlgorithm: 'genericBlobDigest/v1',
    value: digestOf(bytes).slice('sha256:'.length),
  };
}

export function parseData(data: object): ComponentDescriptor {
  return parseDescriptor(Buffer.from(JSON.stringify(data)));
}

/** @returns The signature's entry in a component descriptor. */
export function signatureOf(
  descriptor: ComponentDescriptor,
  name: string,
  { privateKey }: KeyPair,
  algorithm: NormalisationAlgorithm = 'jsonNormalisation/v3',
) {
  const value = sign('sha256', Buffer.from(normalise(descriptor, algorithm)), privateKey).toString('hex');
  return {
    name,
    digest: componentDigest(descriptor, algorithm, 'SHA-256'),
    signature: { algorithm: 'RSASSA-PKCS1-V1_5', mediaType: 'application/vnd.ocm.signature.rsa', value },
  };
}

/** @returns The data with a signature `release` by the key. */
export function signed(data: DescriptorData, keys: KeyPair): DescriptorData {
  return { ...data, signatures: [...data.signatures, signatureOf(parseData(data), 'release', keys)] };
}

/** @returns A component version as it is published, with the blobs of its resources. */
export function publishable(data: DescriptorData, blobs: readonly Uint8Array[]): PublishedVersion {
  const descriptor = Buffer.from(JSON.stringify(data));
  const layer = describe('application/vnd.ocm.software.component-descriptor.v2+json', descriptor);
  const config = Buffer.from(JSON.stringify({ componentDescriptorLayer: layer }));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: imageManifestType,
      config: describe('application/vnd.ocm.software.component.config.v1+json', config),
      layers: [layer, ...blobs.map((bytes) => describe('application/octet-stream', bytes))],
      annotations: { 'software.ocm.componentversion': `${data.component.name}:${data.component.version}` },
    }),
  );
  const component = componentName(data.component.name);
  return { component, tag: data.component.version, manifest, blobs: [config, descriptor, ...blobs] };
}

export function componentName(text: string) {
  const name = parseComponentName(text);
  if (!name) throw new Error(`${text} is no component name`);
  return name;
}

function describe(mediaType: string, bytes: Uint8Array): { mediaType: string; digest: Digest; size: number } {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

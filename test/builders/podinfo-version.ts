import { digestOf } from '../../src/core/digest.ts';
import type { PublishedVersion } from '../../src/ports/archive-writer.ts';
import {
  type ComponentVersionOptions,
  descriptorData,
  genericDigest,
  type KeyPair,
  publishable,
  signed,
} from './component-version.ts';

export interface PodinfoOptions {
  readonly name?: string;
  /** What people may set, with the defaults. */
  readonly parameters?: Readonly<Record<string, string | number>>;
  /** Content of the resource `manifests`. */
  readonly manifests?: string;
  /** Content of the signed resource `note`. */
  readonly note?: string;
  /** Changed after it was signed. */
  readonly tampered?: boolean;
  /** Where it was transferred through: in the component descriptor, but in no signature. */
  readonly through?: string;
}

/** @returns A component version such as the template set ocm-controller deploys, signed `release`. */
export function podinfoVersion(
  version: string,
  { name = 'example.org/podinfo', parameters = { replicas: 1 }, ...options }: PodinfoOptions,
  keys: KeyPair,
): PublishedVersion {
  const { note = `Release notes of ${version}`, tampered = false, through } = options;
  const { manifests = `kind: Deployment # of ${version}\n` } = options;
  const defaults = Object.entries(parameters).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`);
  const config = `apiVersion: config.ocm.software/v1alpha1
kind: ConfigData
configuration:
  defaults:${defaults.length === 0 ? ' {}' : `\n${defaults.join('')}`}
`;
  const blobs = [Buffer.from(note), Buffer.from(config), Buffer.from(manifests)] as const;
  const content: ComponentVersionOptions = {
    name,
    version,
    note: blobs[0],
    resources: [resource('config', version, blobs[1]), resource('manifests', version, blobs[2])],
  };
  const data = signed(descriptorData(content), keys);
  const { component } = data;
  const after = {
    ...component,
    ...(tampered && { provider: 'example.com' }),
    ...(through && { repositoryContexts: [{ type: 'OCIRegistry', baseUrl: through }] }),
  };
  return publishable({ ...data, component: after }, blobs);
}

function resource(name: string, version: string, bytes: Uint8Array) {
  const access = { type: 'localBlob', localReference: digestOf(bytes), mediaType: 'application/octet-stream' };
  return { name, version, type: 'blob', relation: 'local', access, digest: genericDigest(bytes) };
}

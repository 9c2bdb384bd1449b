import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { digestOf } from '../../src/core/digest.ts';
import type { PublishedVersion } from '../../src/ports/archive-writer.ts';
import { descriptorData, genericDigest, type KeyPair, publishable, signed } from '../builders/component-version.ts';

/** @returns A signed component version as the walkthrough's: manifests and their configuration rules, both packed. */
export async function createDelivery(name: string, version: string, keys: KeyPair): Promise<PublishedVersion> {
  const note = Buffer.from(`${name} ${version}`);
  const manifests = await packManifests(version);
  const config = gzipSync(configData(version));
  const resource = (resourceName: string, type: string, mediaType: string, bytes: Uint8Array) => ({
    name: resourceName,
    version,
    type,
    relation: 'local',
    access: { type: 'localBlob', localReference: digestOf(bytes), mediaType },
    digest: genericDigest(bytes),
  });
  const data = descriptorData({
    name,
    version,
    note,
    resources: [
      resource('manifests', 'directory', 'application/x-tgz', manifests),
      resource('config', 'file', 'application/gzip', config),
    ],
  });
  return publishable(signed(data, keys), [note, manifests, config]);
}

async function packManifests(version: string): Promise<Uint8Array> {
  const archive = pack();
  archive.entry({ name: 'manifests/deploy.yaml', mtime: new Date(0) }, deployment(version));
  archive.finalize();
  return gzipSync(await buffer(archive));
}

const deployment = (version: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  replicas: 1
  selector: { matchLabels: { app: app } }
  template:
    metadata: { labels: { app: app } }
    spec:
      containers:
        - name: app
          image: registry.example.org/app:${version}
`;

const configData = (version: string) => `apiVersion: config.ocm.software/v1alpha1
kind: ConfigData
metadata:
  name: app-config
configuration:
  defaults:
    replicas: 1
    message: Hello from ${version}
  rules:
    - file: manifests/deploy.yaml
      path: spec.replicas
      value: (( replicas ))
`;

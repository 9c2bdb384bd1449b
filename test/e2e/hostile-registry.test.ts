import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { imageManifestType } from '../../src/core/component/oci-manifest.ts';
import { type Digest, digestOf } from '../../src/core/digest.ts';
import { componentDigest } from '../../src/core/trust/component-digest.ts';
import type { PublishedVersion } from '../../src/ports/archive-writer.ts';
import {
  createKeyPair,
  type DescriptorData,
  descriptorData,
  parseData,
  publishable,
  signed,
} from '../builders/component-version.ts';
import { createWorkplace } from '../support/cli.ts';
import { type FakeRepository, type Fault, startFakeRegistry } from '../support/fake-registry.ts';

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const keys = createKeyPair();
const note = Buffer.from('good morning');
const mebibyte = 1024 * 1024;

interface Hostile {
  readonly versions?: readonly PublishedVersion[];
  readonly fault?: Fault;
}

interface Outcome {
  readonly code: number | null;
  readonly codes: readonly string[];
  readonly err: string;
  readonly peakMebibytes: number;
}

/** Verifies `example.org/greeter:v1.0.0` from a registry, in a process of its own, whose largest size is watched. */
async function verify({ versions = [greeter()], fault }: Hostile): Promise<Outcome> {
  await using fake = await startFakeRegistry({ repositories: repositoriesOf(versions), ...(fault && { fault }) });
  await using place = await createWorkplace();
  await place.write({ 'release.pub': keys.publicKey });
  const reference = `http://${fake.host}/team//example.org/greeter:v1.0.0`;
  const words = [
    'verify',
    reference,
    '--signature',
    'release',
    '--public-key',
    'release=release.pub',
    '--output',
    'json',
  ];
  const child = spawn(process.execPath, [program, ...words], {
    cwd: place.folder,
    env: { PATH: process.env.PATH, HOME: place.folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let peakMebibytes = 0;
  const timer = setInterval(() => {
    peakMebibytes = Math.max(peakMebibytes, peakOf(child.pid));
  }, 5);
  const [out, err, code] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    new Promise<number | null>((resolve) => child.on('exit', resolve)),
  ]);
  clearInterval(timer);
  const { reasons = [] } = JSON.parse(out.toString()) as { reasons?: { code: string }[] };
  return { code, codes: reasons.map((it) => it.code), err: err.toString(), peakMebibytes };
}

/** @see proc_pid_status(5), VmHWM. */
function peakOf(pid: number | undefined): number {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function repositoriesOf(versions: readonly PublishedVersion[]): ReadonlyMap<string, FakeRepository> {
  const repositories = new Map<string, FakeRepository>();
  for (const { component, tag, manifest, blobs } of versions) {
    const path = `team/component-descriptors/${component}`;
    const found = repositories.get(path) ?? { tags: new Map(), manifests: new Map(), blobs: new Map() };
    found.tags.set(tag, digestOf(manifest));
    found.manifests.set(digestOf(manifest), manifest);
    for (const bytes of blobs) found.blobs.set(digestOf(bytes), bytes);
    repositories.set(path, found);
  }
  return repositories;
}

function greeter(
  changes: Parameters<typeof descriptorData>[0] = {},
  blobs: readonly Uint8Array[] = [],
): PublishedVersion {
  return publishable(signed(descriptorData({ note, ...changes }), keys), [note, ...blobs]);
}

/** Answers requests for `what` without end. */
const endless =
  (what: RegExp, chunk: Uint8Array): Fault =>
  ({ request, response, url }) => {
    if (!what.test(url.pathname) || request.method !== 'GET') return 'pass';
    response.writeHead(200, { 'Content-Type': imageManifestType });
    const write = () => {
      if (!response.destroyed) response.write(chunk, () => setImmediate(write));
    };
    write();
    return undefined;
  };

/** A component descriptor of half the size and parts that one may have. */
function heavy(name: string, references: readonly object[] = []): DescriptorData {
  const labels = Array.from({ length: 2_500 }, (_, index) => ({ name: `label-${index}`, value: 'x'.repeat(150) }));
  return descriptorData({ name, note, labels, references });
}

function referenceTo(
  data: DescriptorData,
  digest: object = componentDigest(parseData(data), 'jsonNormalisation/v3', 'SHA-256'),
) {
  const { name, version } = data.component;
  return { name: name.replaceAll(/[^a-z0-9]/g, '-'), componentName: name, version, digest };
}

async function bomb(size: number): Promise<Uint8Array> {
  const archive = pack();
  archive.entry({ name: `blobs/sha256.${'0'.repeat(64)}`, size }).end(Buffer.alloc(size));
  archive.finalize();
  return gzipSync(await buffer(archive));
}

function imageIn(bytes: Uint8Array) {
  const mediaType = 'application/vnd.oci.image.manifest.v1+tar+gzip';
  return {
    name: 'image',
    version: '1.0.0',
    type: 'ociImage',
    relation: 'local',
    access: { type: 'localBlob', localReference: digestOf(bytes), mediaType },
    digest: { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'ociArtifactDigest/v1', value: '1'.repeat(64) },
  };
}

function manyLayers(count: number): PublishedVersion {
  const good = greeter();
  const manifest = JSON.parse(Buffer.from(good.manifest).toString()) as { layers: object[] };
  const layer = { mediaType: 'text/plain', digest: digestOf('x') as Digest, size: 1 };
  return {
    ...good,
    manifest: Buffer.from(JSON.stringify({ ...manifest, layers: [...manifest.layers, ...Array(count).fill(layer)] })),
  };
}

function chain(depth: number): readonly PublishedVersion[] {
  const made: PublishedVersion[] = [];
  let below: DescriptorData | undefined;
  for (let level = depth; level >= 0; level--) {
    const name = level === 0 ? 'example.org/greeter' : `example.org/level-${level}`;
    const data: DescriptorData = descriptorData({ name, note, references: below ? [referenceTo(below)] : [] });
    made.push(publishable(level === 0 ? signed(data, keys) : data, [note]));
    below = data;
  }
  return made;
}

function heavyFamily(count: number): readonly PublishedVersion[] {
  const children = Array.from({ length: count }, (_, index) => heavy(`example.org/heavy-${index}`));
  const anyDigest = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'jsonNormalisation/v3', value: '0'.repeat(64) };
  const root = greeter({ references: children.map((it) => referenceTo(it, anyDigest)) });
  return [root, ...children.map((it) => publishable(it, [note]))];
}

describe('a registry that means harm is refused, and takes neither time nor memory', () => {
  const rows: readonly [string, () => Promise<Hostile> | Hostile, { code: number; codes?: string[]; err?: RegExp }][] =
    [
      [
        'with a manifest without end',
        () => ({ fault: endless(/manifests/, Buffer.alloc(65_536, ' ')) }),
        { code: 3, codes: ['too-large'] },
      ],
      [
        'with blobs without end',
        () => ({ fault: endless(/blobs/, Buffer.alloc(65_536, 'x')) }),
        { code: 3, codes: ['too-large'] },
      ],
      ['with ten thousand layers', () => ({ versions: [manyLayers(10_000)] }), { code: 3, codes: ['malformed'] }],
      ['with references a hundred levels deep', () => ({ versions: chain(100) }), { code: 3, codes: ['too-large'] }],
      [
        'with fifty large component descriptors',
        () => ({ versions: heavyFamily(50) }),
        { code: 3, codes: ['too-large'] },
      ],
      [
        'with an archive that unpacks to as much as may be in memory',
        async () => {
          const bytes = await bomb(384 * mebibyte);
          return { versions: [greeter({ resources: [imageIn(bytes)] }, [bytes])] };
        },
        { code: 3, codes: ['digest-mismatch'] },
      ],
    ];

  test.each(rows)('%s', async (_, make, expected) => {
    const { peakMebibytes, ...outcome } = await verify(await make());
    expect(outcome).toMatchObject({ code: expected.code });
    if (expected.err) expect(outcome.err).toMatch(expected.err);
    if (expected.codes) expect(outcome.codes).toEqual(expect.arrayContaining(expected.codes));
    expect(peakMebibytes).toBeLessThan(384);
  });
});

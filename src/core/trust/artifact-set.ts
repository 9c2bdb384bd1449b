import { createHash } from 'node:crypto';
import { unpackIfGzip } from '../archive/gunzip.ts';
import { readAll, readTar, type TarEntry } from '../archive/tar.ts';
import { proveArtifact } from '../component/oci-artifact.ts';
import { maxManifestBytes, parseOciManifest } from '../component/oci-manifest.ts';
import { type Digest, parseDigest } from '../digest.ts';
import { Refusal } from './reason.ts';

/** What is in the archive: blobs by digest with their size, and the bytes of those that may be manifests. */
interface SetContent {
  readonly sizes: Map<string, number>;
  readonly manifests: Map<string, Uint8Array>;
  /** Whether blobs that are no manifests are kept as well. */
  readonly keepsAll: boolean;
  keptBytes: number;
  index: Uint8Array | undefined;
}

const maxEntries = 10_000;
const maxKeptBytes = 32 * 1024 * 1024;
const mainAnnotation = 'software.ocm/main';

/** @returns Whether a local blob of this media type is an archive of an OCI artifact. */
export function isArtifactSetType(mediaType: string): boolean {
  return /^application\/vnd\.(?:oci\.image\.(?:manifest|index)\.v1|docker\.distribution\.manifest(?:\.list)?\.v2|ocm\.software\.oci\.layout\.v1)\+tar(?:\+gzip)?$/.test(
    mediaType,
  );
}

/**
 * Reads an archive of an OCI artifact, in the layout of an artifact set (`blobs/sha256.…`) or of an OCI image (`blobs/sha256/…`),
 * compressed or not, and proves that the artifact is whole.
 *
 * @returns The digest of its main manifest.
 * @throws {Refusal}
 * @see OCI image specification 1.1, image-layout.md
 */
export async function readArtifactSet(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Digest> {
  return (await unpackArtifactSet(source, maxBytes, false)).main;
}

/** An OCI artifact that was found whole in an archive. */
interface UnpackedArtifact {
  /** Of its main manifest. */
  readonly main: Digest;
  /** Blobs of up to 4 MiB by digest, as far as they are kept. */
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

/** As {@link readArtifactSet}, with the manifests; with `keepsAll`, with other small blobs too. */
export async function unpackArtifactSet(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  keepsAll: boolean,
): Promise<UnpackedArtifact> {
  const content: SetContent = { sizes: new Map(), manifests: new Map(), keepsAll, keptBytes: 0, index: undefined };
  for await (const entry of readTar(unpackIfGzip(source, maxBytes), { maxEntries })) await readEntry(entry, content);
  const main = findMain(content.index);
  const { problems } = await proveArtifact(main, {
    readManifest: async (digest) => content.manifests.get(digest) ?? refuseManifest(digest, content),
    prove: async (digest) => ({ size: content.sizes.get(digest) ?? refuseMissing(digest), read: true }),
  });
  const [problem] = problems;
  if (problem) throw new Refusal(problem.code, problem.message);
  return { main, blobs: content.manifests };
}

function refuseMissing(digest: Digest): never {
  throw new Refusal('blob-missing', `the archive of the artifact lacks ${digest}`);
}

function refuseManifest(digest: Digest, { sizes }: SetContent): never {
  if (!sizes.has(digest)) refuseMissing(digest);
  const message = `the archive of the artifact has no manifest under ${digest}, or one that is too large`;
  throw new Refusal('malformed', message);
}

async function readEntry(entry: TarEntry, content: SetContent): Promise<void> {
  if (entry.name === 'index.json' || entry.name === 'artifact-descriptor.json') {
    if (content.index) throw new Refusal('malformed', 'the archive of the artifact has two indexes');
    content.index = await readAll(entry.content, maxManifestBytes, entry.name);
    return;
  }
  const found = /^blobs\/(sha256|sha512)[./]([0-9a-f]+)$/.exec(entry.name);
  if (!found) return;
  const digest = parseDigest(`${found[1]}:${found[2]}`);
  if (!digest || content.sizes.has(digest)) {
    throw new Refusal('malformed', `the archive of the artifact has a blob that does not belong: ${entry.name}`);
  }
  await readBlob(entry, digest, content);
}

async function readBlob({ content: chunks, size }: TarEntry, digest: Digest, content: SetContent): Promise<void> {
  const hash = createHash(digest.slice(0, digest.indexOf(':')));
  const kept: Uint8Array[] = [];
  const fits = size <= maxManifestBytes && content.keptBytes + size <= maxKeptBytes;
  for await (const chunk of chunks) {
    hash.update(chunk);
    if (fits) kept.push(chunk);
  }
  if (!digest.endsWith(`:${hash.digest('hex')}`)) {
    throw new Refusal('digest-mismatch', `the archive of the artifact has other bytes under ${digest}`);
  }
  content.sizes.set(digest, size);
  const bytes = Buffer.concat(kept);
  if (!fits || !(content.keepsAll || beginsLikeJson(bytes))) return;
  content.manifests.set(digest, bytes);
  content.keptBytes += size;
}

/** Layers are small as well, and many: they must not take the place of manifests that come after them. */
function beginsLikeJson(bytes: Buffer): boolean {
  return /^\s*\{/.test(bytes.toString('latin1', 0, 100));
}

function findMain(bytes: Uint8Array | undefined): Digest {
  const what = 'index in the archive of the artifact';
  if (!bytes) throw new Refusal('malformed', 'the archive of the artifact has no index');
  const index = parseOciManifest(bytes, what);
  if (index.kind !== 'index') throw new Refusal('malformed', `${what}: it is none`);
  const named = index.annotations[mainAnnotation];
  const [first, second] = index.manifests;
  const main = named === undefined ? first : index.manifests.find(({ digest }) => digest === named);
  if (!main || (named === undefined && second)) {
    throw new Refusal('malformed', `${what}: it does not say which of ${index.manifests.length} manifests is meant`);
  }
  return main.digest;
}

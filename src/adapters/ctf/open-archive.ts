import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { readAll } from '../../core/archive/tar.ts';
import { type AccessReference, type ArtifactReference, parseArtifactReference } from '../../core/component/access.ts';
import type { ComponentName } from '../../core/component/component-name.ts';
import { proveArtifact } from '../../core/component/oci-artifact.ts';
import { maxManifestBytes } from '../../core/component/oci-manifest.ts';
import type { Digest } from '../../core/digest.ts';
import { Refusal } from '../../core/trust/reason.ts';
import type {
  ArtifactResult,
  ComponentRepository,
  Presence,
  ReadProblem,
  ReadResult,
} from '../../ports/component-repository.ts';
import { type ArchiveSource, archiveChanged, archiveUnreachable, isFileError } from './archive-source.ts';
import { type ArtifactIndex, indexByRepository, parseArtifactIndex } from './artifact-index.ts';
import { openDirectorySource } from './directory-source.ts';
import { openTarSource } from './tar-source.ts';

/** An archive in the common transport format, opened. */
export interface Archive {
  readonly path: string;
  readonly source: ArchiveSource;
  readonly index: ArtifactIndex;
}

/**
 * Opens an archive in the common transport format: a folder, or a tar file, compressed or not, told apart by what they are and
 * not by their names.
 *
 * @param basePath Path inside the archive before `component-descriptors/`; usually empty.
 * @param registry Name of the registry whose place the archive takes, as far as the base path. `undefined` for an archive that
 *   somebody looks into by itself.
 * @throws {Failure} `registry-unreachable` when it cannot be read, `registry-changed` when it is being replaced.
 * @throws {Refusal} `malformed` when it is no archive.
 */
export async function openArchive(path: string, basePath: string, registry?: string): Promise<ComponentRepository> {
  return createArchiveRepository(await readArchive(path), basePath, registry);
}

/** Reads what an archive holds, without its blobs. @throws As {@link openArchive}. */
export async function readArchive(path: string): Promise<Archive> {
  try {
    const source = await openSource(path);
    return { path, source, index: indexByRepository(parseArtifactIndex(source.index)) };
  } catch (error) {
    throw isFileError(error) ? archiveUnreachable(path, error) : error;
  }
}

async function openSource(path: string): Promise<ArchiveSource> {
  const stats = await stat(path);
  if (stats.isDirectory()) return await openDirectorySource(path);
  if (stats.isFile()) return await openTarSource(path);
  throw new Refusal('malformed', `${path} is neither a folder nor a file`);
}

/** @see openArchive */
export function createArchiveRepository(archive: Archive, basePath: string, registry?: string): ComponentRepository {
  const { index } = archive;
  const prefix = basePath === '' ? '' : `${basePath}/`;
  const repositoryOf = (component: ComponentName) => index.get(`${prefix}component-descriptors/${component}`);

  return {
    name: registry ?? archive.path,
    registry,
    listTags: async (component) => ({ tags: new Map(repositoryOf(component)?.tags), complete: true }),
    resolveTag: async (component, tag) => repositoryOf(component)?.tags.get(tag),
    read: (_component, digest, { maxBytes }) => readBlob(archive, digest, maxBytes),
    prove: (_component, digest) => problemOr(() => proveBlob(archive, digest)),
    stream: (_component, digest) => streamBlob(archive, digest),
    findArtifact: async (reference) => {
      const found = placeIn(reference);
      return found ? await findArtifact(archive, found.parsed, found.place) : { kind: 'outside' };
    },
    readReferenced: async (reference, { digest, maxBytes }) => {
      const found = placeIn(reference);
      return found && index.has(found.place) ? await readBlob(archive, digest, maxBytes) : { kind: 'missing' };
    },
  };

  function placeIn({ kind, text }: AccessReference) {
    const parsed = parseArtifactReference(kind === 'relative' ? `${registry ?? '.'}/${text}` : text);
    const place = parsed && placeOf(parsed.repository, { index, prefix, registry });
    return parsed && place !== undefined ? { parsed, place } : undefined;
  }
}

/** The bytes are read now only when opening the archive did not check them. */
async function proveBlob(archive: Archive, digest: Digest): Promise<Presence> {
  const found = await archive.source.find(digest);
  if (found?.checked) return { kind: 'present', size: found.size, read: true };
  let size = 0;
  for await (const { length } of streamBlob(archive, digest)) size += length;
  return { kind: 'present', size, read: true };
}

async function readBlob(archive: Archive, digest: Digest, maxBytes: number): Promise<ReadResult> {
  const found = await archive.source.find(digest);
  if (found && found.size > maxBytes) return { kind: 'too-large', size: found.size };
  return await problemOr(async () => ({
    kind: 'read',
    bytes: await readAll(streamBlob(archive, digest), maxBytes, digest),
  }));
}

/** Missing and corrupt content is an answer; everything else goes on up. */
async function problemOr<Result>(read: () => Promise<Result>): Promise<Result | ReadProblem> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Refusal && error.code === 'blob-missing') return { kind: 'missing' };
    if (error instanceof Refusal && error.code === 'digest-mismatch') return { kind: 'corrupt' };
    throw error;
  }
}

/** Checks the digest as the bytes pass. What looks bad because the archive was replaced meanwhile is told apart. */
async function* streamBlob({ path, source }: Archive, digest: Digest): AsyncGenerator<Uint8Array, void, void> {
  try {
    if (!(await source.find(digest))) {
      throw new Refusal('blob-missing', `${digest} is not in the archive ${path}`);
    }
    const hash = createHash(digest.slice(0, digest.indexOf(':')));
    for await (const chunk of source.stream(digest)) {
      hash.update(chunk);
      yield chunk;
    }
    if (!digest.endsWith(`:${hash.digest('hex')}`)) {
      throw new Refusal('digest-mismatch', `the archive ${path} has other bytes under ${digest}`);
    }
  } catch (error) {
    if (error instanceof Refusal && (await source.hasChanged())) throw archiveChanged(path);
    throw isFileError(error) ? archiveUnreachable(path, error) : error;
  }
}

interface Places {
  readonly index: ArtifactIndex;
  readonly prefix: string;
  readonly registry: string | undefined;
}

/**
 * Says where in the archive an image lies. A cluster pulls it from the host that its reference names, so the archive proves only
 * what lies below the registry whose place it takes.
 *
 * @returns `undefined` when the reference does not lie in that registry.
 */
function placeOf(repository: string, { index, prefix, registry }: Places): string | undefined {
  if (registry === undefined) {
    // Nothing is installed from such an archive: it may hold the image under its path alone, or with the host it came from.
    return [repository.slice(repository.indexOf('/') + 1), repository].find((it) => index.has(it));
  }
  return repository.startsWith(`${registry}/`) ? `${prefix}${repository.slice(registry.length + 1)}` : undefined;
}

async function findArtifact(
  archive: Archive,
  { digest, tag = 'latest' }: ArtifactReference,
  place: string,
): Promise<ArtifactResult> {
  const held = archive.index.get(place);
  const found = digest ?? held?.tags.get(tag);
  if (!found || !held?.digests.has(found)) return { kind: 'missing' };
  const { problems, read } = await proveArtifact(found, {
    readManifest: (it) => readAll(streamBlob(archive, it), maxManifestBytes, `manifest ${it}`),
    prove: (it) => proveBlob(archive, it),
  });
  return problems.length > 0 ? { kind: 'incomplete', problems } : { kind: 'present', digest: found, read };
}

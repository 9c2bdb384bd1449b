import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { readAll } from '../../core/archive/tar.ts';
import { parseArtifactReference } from '../../core/component/access.ts';
import type { ComponentName } from '../../core/component/component-name.ts';
import { proveArtifact } from '../../core/component/oci-artifact.ts';
import { maxManifestBytes } from '../../core/component/oci-manifest.ts';
import type { Digest } from '../../core/digest.ts';
import { Refusal } from '../../core/trust/reason.ts';
import type { ArtifactResult, ComponentRepository, ReadProblem, ReadResult } from '../../ports/component-repository.ts';
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
 * @param name For messages, and the registry whose place the archive takes: the path when it takes none.
 * @throws {Failure} `registry-unreachable` when it cannot be read, `registry-changed` when it is being replaced.
 * @throws {Refusal} `malformed` when it is no archive.
 */
export async function openArchive(path: string, basePath: string, name: string = path): Promise<ComponentRepository> {
  return createArchiveRepository(await readArchive(path), basePath, name);
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
export function createArchiveRepository(archive: Archive, basePath: string, name: string): ComponentRepository {
  const { index } = archive;
  const prefix = basePath === '' ? '' : `${basePath}/`;
  const repositoryOf = (component: ComponentName) => index.get(`${prefix}component-descriptors/${component}`);

  return {
    name,
    listTags: async (component) => ({ tags: new Map(repositoryOf(component)?.tags), complete: true }),
    resolveTag: async (component, tag) => repositoryOf(component)?.tags.get(tag),
    read: (_component, digest, { maxBytes }) => readBlob(archive, digest, maxBytes),
    prove: async (_component, digest) => {
      const found = await archive.source.find(digest);
      if (found?.checked) return { kind: 'present', size: found.size };
      return await problemOr(async () => ({ kind: 'present', size: await countBytes(streamBlob(archive, digest)) }));
    },
    stream: (_component, digest) => streamBlob(archive, digest),
    findArtifact: (reference) => findArtifact(archive, reference, name),
  };
}

async function countBytes(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const { length } of chunks) size += length;
  return size;
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

async function findArtifact(archive: Archive, reference: string, name: string): Promise<ArtifactResult> {
  const found = findReferenced(archive.index, reference, name);
  if (found.kind !== 'present') return found;
  try {
    await proveArtifact(found.digest, {
      readManifest: (it) => readAll(streamBlob(archive, it), maxManifestBytes, `manifest ${it}`),
      prove: (it) => countBytes(streamBlob(archive, it)),
    });
    return found;
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'incomplete', problem: error.problem };
    throw error;
  }
}

/** An archive holds an image under its own path, or under that of the registry it was copied from. */
function findReferenced(index: ArtifactIndex, reference: string, name: string): ArtifactResult {
  const parsed = parseArtifactReference(reference);
  if (!parsed) return { kind: 'outside' };
  const { repository, digest, tag = 'latest' } = parsed;
  const held = index.get(repository.slice(repository.indexOf('/') + 1)) ?? index.get(repository);
  if (!held) return { kind: repository.startsWith(`${name}/`) ? 'missing' : 'outside' };
  const found = digest ?? held.tags.get(tag);
  return found && held.digests.has(found) ? { kind: 'present', digest: found } : { kind: 'missing' };
}

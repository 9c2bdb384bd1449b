import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { imageIndexType, imageManifestType, parseOciManifest } from '../../core/component/oci-manifest.ts';
import { digestOf } from '../../core/digest.ts';
import { Failure } from '../../core/failure.ts';
import type { ArchiveWriter } from '../../ports/archive-writer.ts';
import { isFileError, isNotThere } from './archive-source.ts';
import { type IndexEntry, indexName, parseArtifactIndex } from './artifact-index.ts';

export function createArchiveWriter(): ArchiveWriter {
  return {
    add: async (archive, { component, tag, manifest, blobs }) => {
      try {
        await mkdir(join(archive, 'blobs'), { recursive: true });
        for (const bytes of [...blobs, manifest]) {
          await replaceFile(join(archive, 'blobs', digestOf(bytes).replace(':', '.')), bytes);
        }
        const repository = `component-descriptors/${component}`;
        const { kind } = parseOciManifest(manifest, `manifest of ${component}:${tag}`);
        const mediaType = kind === 'index' ? imageIndexType : imageManifestType;
        const others = (await readEntries(archive)).filter((it) => it.repository !== repository || it.tag !== tag);
        const artifacts: readonly IndexEntry[] = [
          ...others,
          { repository, tag, digest: digestOf(manifest), mediaType },
        ];
        await replaceFile(join(archive, indexName), JSON.stringify({ schemaVersion: 1, artifacts }));
      } catch (error) {
        if (!isFileError(error)) throw error;
        throw new Failure('local', `The archive ${archive} cannot be written: ${error.message}.`, {
          remedy: 'Check the path and its permissions.',
          cause: error,
        });
      }
    },
  };
}

async function readEntries(archive: string): Promise<readonly IndexEntry[]> {
  const bytes = await readFile(join(archive, indexName)).catch((error: unknown) => {
    if (isNotThere(error)) return undefined;
    throw error;
  });
  return bytes ? parseArtifactIndex(bytes) : [];
}

async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}

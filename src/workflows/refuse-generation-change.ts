import { generationOfManifests } from '../core/controllers/generation.ts';
import { Failure } from '../core/failure.ts';
import type { LockFile } from '../core/installation/lock-file.ts';
import type { Generation } from '../core/pin/find-pins.ts';
import type { FileSet } from '../core/repository/commit.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';

interface GenerationChange {
  /** `environment/application` */
  readonly name: string;
  readonly installed: LockFile | undefined;
  readonly lock: LockFile;
  /** The files as rendered now. */
  readonly files: FileSet;
  readonly content: Pick<RepositoryContent, 'readBlobs'>;
}

/**
 * One commit that takes away the objects of one generation of controllers and brings those of the other has Flux prune what the
 * first deployed, before anything else runs.
 *
 * @throws {Failure} `configuration` when what is rendered is of another generation than what was rendered last.
 */
export async function refuseGenerationChange({
  name,
  installed,
  lock,
  files,
  content,
}: GenerationChange): Promise<void> {
  // Blobs are read for this alone, and sets are changed rarely; those of the repository's own may change under their name.
  if (!installed || (installed.templates === lock.templates && installed.inputs === lock.inputs)) return;
  const blobs = await content.readBlobs(installed.files.map(({ blob }) => blob));
  const before = generationOfManifests([...blobs.values()].map((it) => Buffer.from(it).toString()));
  const after = generationOfManifests(files.values());
  if (before === undefined || after === undefined || before === after) return;
  const back =
    installed.templates === lock.templates
      ? `Put the set ${lock.templates} back to what it was`
      : `Set "templates: ${installed.templates}" again`;
  throw new Failure(
    'configuration',
    `${name} is deployed by ${nameOf(before)}, and the template set ${lock.templates} is for ${nameOf(after)}: merging would prune its workloads.`,
    {
      remedy: `${back}; or add the component under another application name with ${lock.templates}, and remove ${name} once that one runs.`,
    },
  );
}

const nameOf = (generation: Generation): string =>
  generation === 1 ? 'ocm-controller (generation 1)' : 'generation 2 of the OCM controllers';

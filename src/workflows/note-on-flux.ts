import type { Installation } from '../core/installation/installation.ts';
import { componentsFolderOf } from '../core/installation/places.ts';
import type { Tree } from '../core/repository/commit.ts';
import { coversFolder } from '../core/template/flux-coverage.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';
import { readTexts } from './observe-repository.ts';

/** More files are not searched: the note is a help, not a promise. */
const mostFiles = 500;

/**
 * Without a Flux Kustomization for the application's folder nothing is deployed, which looks like a fault of the proposal.
 *
 * @returns A sentence for the reviewer where none is written and none is found.
 */
export async function noteOnFlux(
  installation: Installation,
  tree: Tree,
  content: RepositoryContent,
): Promise<readonly string[]> {
  if (installation.flux || installation.manage === 'pin') return [];
  const folder = componentsFolderOf(installation);
  const manifests = [...tree.keys()]
    .filter((path) => /\.ya?ml$/.test(path) && !path.startsWith('.'))
    .slice(0, mostFiles);
  const texts = await readTexts(content, tree, manifests);
  if ([...texts.values()].some((text) => coversFolder(text, folder))) return [];
  return [
    `No Flux Kustomization in this repository applies ${folder}: merging deploys nothing until one does. ` +
      'Set "flux: { kustomizations: <folder> }" for the environment to have it written.',
  ];
}

import type { Installation } from '../core/installation/installation.ts';
import { joinPath } from '../core/installation/places.ts';
import type { FileSet, Tree } from '../core/repository/commit.ts';
import { type DeclaredObject, readObjects } from '../core/template/read-objects.ts';
import type { RepositoryContent } from '../ports/repository-content.ts';
import { readTexts } from './observe-repository.ts';

interface FindInput {
  readonly installation: Installation;
  /** What was rendered. */
  readonly files: FileSet;
  readonly tree: Tree;
  readonly content: RepositoryContent;
}

/**
 * Finds rendered objects that other files declare as well, in the folders that Flux applies together with the rendered ones:
 * it would refuse the whole folder.
 *
 * @returns Each in words: `Kustomization flux-system/podinfo-component in clusters/kind/apps.yaml:3`.
 */
export async function findDeclaredElsewhere({
  installation,
  files,
  tree,
  content,
}: FindInput): Promise<readonly string[]> {
  if (files.size === 0) return [];
  const folders = [
    joinPath(installation.path, 'components'),
    ...(installation.flux ? [installation.flux.kustomizations] : []),
  ];
  const others = [...tree.keys()].filter(
    (path) => isManifest(path) && !files.has(path) && folders.some((folder) => isBelow(path, folder)),
  );
  const objects = [...files.values()].flatMap(readObjects);
  const wanted = new Set(objects.map(identify));
  const names = [...new Set(objects.map(({ name }) => name))];
  const texts = await readTexts(content, tree, others);
  return [...texts].flatMap(([path, text]) =>
    // Parsing what all other applications have takes longer than all the rest. An escape might spell a name.
    (names.some((name) => text.includes(name)) || text.includes('\\') ? readObjects(text) : [])
      .filter((object) => wanted.has(identify(object)))
      .map((object) => `${object.kind} ${nameOf(object)} in ${path}:${object.line}`),
  );
}

function isManifest(path: string): boolean {
  return /\.ya?ml$/.test(path) && !path.startsWith('.');
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}

/** The version of an API is not part of an object's identity. */
function identify(object: DeclaredObject): string {
  return `${object.apiVersion.split('/')[0]} ${object.kind} ${nameOf(object)}`;
}

function nameOf({ namespace, name }: DeclaredObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

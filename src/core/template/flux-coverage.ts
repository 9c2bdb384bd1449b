import { readDocuments } from '../document/read-documents.ts';

/** @returns Whether a document of the manifest is a Flux Kustomization whose path contains `folder`. */
export function coversFolder(text: string, folder: string): boolean {
  if (!text.includes('kustomize.toolkit.fluxcd.io')) return false;
  return readDocuments(text).some((document) => {
    if (document.errors.length > 0 || document.get('kind') !== 'Kustomization') return false;
    const path = document.getIn(['spec', 'path']);
    return typeof path === 'string' && contains(path, folder);
  });
}

function contains(path: string, folder: string): boolean {
  const clean = path.replace(/^\.?\/+|\/+$/g, '').replace(/^\.$/, '');
  return clean === '' || folder === clean || folder.startsWith(`${clean}/`);
}

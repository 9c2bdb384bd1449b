import type { Installation } from './installation.ts';

/** The folder of the repository configuration, keys and lock files; never under a path that Flux applies. */
export const configurationFolder = '.consignee';

/** @returns The branch that proposes changes to an installation; the same for all versions, so that two cannot be open. */
export function branchOf({ environment, application }: Pick<Installation, 'environment' | 'application'>): string {
  return `consignee/${environment}/${application}`;
}

/** @returns The installation that a branch proposes changes to, or `undefined` for any other branch. */
export function parseBranch(branch: string): Pick<Installation, 'environment' | 'application'> | undefined {
  const [, environment, application] = /^consignee\/([^/]+)\/([^/]+)$/.exec(branch) ?? [];
  return environment !== undefined && application !== undefined ? { environment, application } : undefined;
}

/** @returns The file that records what is installed. */
export function lockPathOf({ environment, application }: Pick<Installation, 'environment' | 'application'>): string {
  return `${configurationFolder}/lock/${environment}/${application}.yaml`;
}

/** @returns The file beside it that records what was proved about it. */
export function evidencePathOf({
  environment,
  application,
}: Pick<Installation, 'environment' | 'application'>): string {
  return `${configurationFolder}/lock/${environment}/${application}.evidence.json`;
}

/** Where renders are kept whose files people changed. */
export const copiesFolder = `${configurationFolder}/rendered`;

/** @returns The folder of the installation in there; files lie in it under the paths that they are rendered to. */
export function copiesFolderOf({
  environment,
  application,
}: Pick<Installation, 'environment' | 'application'>): string {
  return `${copiesFolder}/${environment}/${application}`;
}

/** @returns The folder that belongs to the installation as a whole. */
export function componentsFolderOf({ path, application }: Pick<Installation, 'path' | 'application'>): string {
  return joinPath(path, 'components', application);
}

/** Joins the parts that are not empty. */
export function joinPath(...parts: readonly string[]): string {
  return parts.filter((it) => it !== '').join('/');
}

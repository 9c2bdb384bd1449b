import type { Digest } from '../../core/digest.ts';

const repositoryPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** @returns Whether `text` is the path of a repository. @see OCI distribution specification 1.1, "Pulling manifests" */
export function isRepositoryName(text: string): boolean {
  return text.length <= 255 && repositoryPattern.test(text);
}

/** @returns Whether `text` is a tag. @see OCI distribution specification 1.1, "Pulling manifests" */
export function isTag(text: string): boolean {
  return /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/.test(text);
}

/** Content of a repository by what it is asked for with. */
export interface Named {
  /** Path below the host. */
  readonly repository: string;
  readonly digest: Digest;
}

/** @returns Whether `url` leads to the host that `name`, as `host[:port]`, means for its scheme. */
export function isAtHost(url: URL, name: string): boolean {
  const text = `${url.protocol}//${name}`;
  return URL.canParse(text) && new URL(text).host === url.host;
}

import { type Digest, parseDigest } from '../digest.ts';

/** An image reference as ocm-controller takes it apart, with what it fills in. */
export interface ImageReference {
  /** Host with its port; `index.docker.io` where none is written. */
  readonly registry: string;
  /** Path in the registry; with `library/` before a single name of the default registry. */
  readonly repository: string;
  /** The digest where there is one: the tag is dropped then. */
  readonly identifier: string;
  /** All of it: `registry/repository:tag`, or `registry/repository@digest`. */
  readonly name: string;
  readonly digest?: Digest;
}

const defaultRegistry = 'index.docker.io';
const tagPattern = /^[A-Za-z0-9_.-]{1,127}$/;
const repositoryPattern = /^[a-z0-9_./-]{2,255}$/;
/** Go's reader of addresses takes more than this in a host, but nothing that a registry can have. */
const hostPattern = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d*)?$/;

/**
 * Reads an image reference as `name.ParseReference` of go-containerregistry does without options, which is what ocm-controller uses
 * (ocm-domain.md 5.2). A scheme before it is none of it: depending on the port the controller fails or takes it for a registry.
 *
 * @returns `undefined` when it cannot be parsed.
 * @see https://github.com/google/go-containerregistry/tree/main/pkg/name
 */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text.includes('://')) return undefined;
  const parts = text.split('@');
  const [base = '', digestText] = parts;
  if (parts.length > 2) return undefined;
  if (digestText === undefined) return referenceOf(splitTag(base));
  const digest = digestText.startsWith('sha256:') ? parseDigest(digestText) : undefined;
  if (!digest) return undefined;
  // Where the tag is none, what stands before the digest is taken for a repository as a whole.
  return referenceOf({ ...splitTag(base), digest }) ?? referenceOf({ repository: base, digest });
}

interface Parts {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** What follows the last colon is a tag, unless it holds a slash: then that colon stands before a port. */
function splitTag(base: string): Parts {
  const colon = base.lastIndexOf(':');
  const tag = base.slice(colon + 1);
  return colon < 0 || tag.includes('/') ? { repository: base } : { repository: base.slice(0, colon), tag };
}

function referenceOf({ repository: text, tag = '', digest }: Parts): ImageReference | undefined {
  const place = readPlace(text);
  if (!place || (tag !== '' && !tagPattern.test(tag))) return undefined;
  const at = `${place.registry}/${place.repository}`;
  if (digest) return { ...place, identifier: digest, name: `${at}@${digest}`, digest };
  const identifier = tag || 'latest';
  return { ...place, identifier, name: `${at}:${identifier}` };
}

/** What stands before the first slash is a host when it has a dot or a colon in it. */
function readPlace(text: string): Pick<ImageReference, 'registry' | 'repository'> | undefined {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(0, slash));
  const hasHost = /[.:]/.test(first);
  const path = hasHost ? text.slice(slash + 1) : text;
  if (!repositoryPattern.test(path) || (hasHost && !hostPattern.test(first))) return undefined;
  const registry = !hasHost || first === 'docker.io' ? defaultRegistry : first;
  return { registry, repository: registry === defaultRegistry && !path.includes('/') ? `library/${path}` : path };
}

import { readAccess } from '../component/access.ts';
import type { Access } from '../component/component-descriptor.ts';
import { type Digest, parseDigest } from '../digest.ts';

/** What `toOCI()` of the second generation's controllers gives of an access, and the reference that it is taken from. */
export interface OciFields {
  readonly text: string;
  readonly digest: Digest | undefined;
  readonly fields: Readonly<Record<OciField, string>>;
}

export const ociFields = ['host', 'registry', 'repository', 'reference', 'tag', 'digest'] as const;

export type OciField = (typeof ociFields)[number];

const repositoryPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;

/** Where the component version lies, as the cluster reaches it. */
export interface ComponentPlace {
  /** Host and base path; a scheme before it does not count. */
  readonly registry: string;
  readonly component: string;
}

/**
 * @returns `undefined` when there is no reference, or one whose reading by the controller is not known.
 * @see open-component-model, kubernetes/controller/internal/cel/functions/oci.go
 */
export function toOci(access: Access, { registry, component }: ComponentPlace): OciFields | undefined {
  const target = readAccess(access);
  if (target.kind === 'artifact' && target.reference.kind === 'absolute') return readReference(target.reference.text);
  if (target.kind !== 'local' || target.digests.length !== 1) return undefined;
  const base = registry.replace(/^https?:\/\//, '');
  return readReference(`${base}/component-descriptors/${component}@${target.digests[0]}`);
}

/** Host, path, tag and digest as they stand there; nothing is filled in but the host of Docker's registry. */
function readReference(text: string): OciFields | undefined {
  const slash = text.indexOf('/');
  const registry = text.slice(0, Math.max(0, slash));
  const [path = '', digestText, ...more] = text.slice(slash + 1).split('@');
  const [repository = '', tag = '', ...others] = path.split(':');
  const digest = digestText === undefined ? undefined : parseDigest(digestText);
  if (more.length + others.length > 0 || (digestText !== undefined && !digest)) return undefined;
  if (!repositoryPattern.test(repository) || (path.includes(':') && !tagPattern.test(tag))) return undefined;
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const reference = [tag, digest].filter((it) => it).join('@');
  return { text, digest, fields: { host, registry: host, repository, reference, tag, digest: digest ?? '' } };
}

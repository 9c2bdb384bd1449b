import { digestOf, shortDigest } from '../digest.ts';

/** Object names end up in label values too, which are shorter than names may be. */
const maxLength = 63;
const hashLength = 12;
const endsLikeHash = /-[0-9a-f]{12}$/;
const objectName = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/**
 * Names the objects that belong to one version of an application: `podinfo-v1.1.0`.
 *
 * What Kubernetes does not take in names (upper case, `+`, length) is replaced and made up for by a hash, so that no two
 * versions share a name; nor does a version share one that happens to end like a hash.
 */
export function instanceName(application: string, version: string): string {
  const name = `${application}-${version}`;
  if (name.length <= maxLength && objectName.test(name) && !endsLikeHash.test(name)) return name;
  const kept = name
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .slice(0, maxLength - hashLength - 1)
    .replace(/-*\.[-.]*/g, '.')
    .replace(/^[-.]+|[-.]+$/g, '');
  return `${kept}-${shortDigest(digestOf(name))}`;
}

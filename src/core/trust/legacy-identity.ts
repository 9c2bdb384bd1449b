import type { Resource } from '../component/component-descriptor.ts';
import { printCanonicalJson } from './canonical-json.ts';

/**
 * Adds the version to the extra identity of resources that would otherwise share name and extra identity, one after the other, so
 * that the last of them stays as it is: jsonNormalisation/v1 and v2 were made over descriptors to which this had been done.
 *
 * @see https://github.com/open-component-model/ocm/pull/1026
 */
export function withLegacyIdentities(resources: readonly Resource[]): readonly Resource[] {
  const changed = resources.map((resource) => ({ ...resource }));
  for (const group of Map.groupBy(changed, ({ name }) => name).values()) {
    for (const resource of group) {
      const own = printIdentity(resource);
      const hasTwin = group.some((other) => other !== resource && printIdentity(other) === own);
      if (hasTwin) resource.extraIdentity = { ...resource.extraIdentity, version: resource.version };
    }
  }
  return changed;
}

const printIdentity = ({ extraIdentity }: Resource): string => printCanonicalJson(extraIdentity);

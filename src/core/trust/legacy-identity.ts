import type { Resource } from '../component/component-descriptor.ts';

/**
 * Adds the version to the extra identity of resources that would otherwise share name and extra identity, one after the other, so
 * that the last of them stays as it is: jsonNormalisation/v1 and v2 were made over descriptors to which this had been done.
 *
 * @see https://github.com/open-component-model/ocm/pull/1026
 */
export function withLegacyIdentities(resources: readonly Resource[]): readonly Resource[] {
  const identities = resources.map(({ extraIdentity }) => extraIdentity);
  for (const group of Map.groupBy(resources.keys(), (index) => resources[index]?.name).values()) {
    for (const index of group) {
      const own = printIdentity(identities[index]);
      const hasTwin = group.some((other) => other !== index && printIdentity(identities[other]) === own);
      const version = resources[index]?.version ?? '';
      if (hasTwin) identities[index] = { ...identities[index], version };
    }
  }
  return resources.map((resource, index) => ({ ...resource, extraIdentity: identities[index] ?? {} }));
}

function printIdentity(identity: Readonly<Record<string, string>> = {}): string {
  return JSON.stringify(Object.entries(identity).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

import { createWorld, type World } from './world.ts';

/** Manifests as people write them, with everything that a careless writer would lose, by generation. */
export const manifests = {
  1: (version: string) => `# who: team web  
---
apiVersion: delivery.ocm.software/v1alpha1
kind: ComponentVersion
metadata:
    name:   podinfo   # odd blanks
spec:
    component: "example.org/podinfo"
    interval: 10m
    version: { semver: ${version} }    # v1.0.0 was the first
    repository: {url: registry.example.org/consumer}
---
# the rest
kind: Other
`,
  2: (version: string) =>
    `apiVersion: delivery.ocm.software/v1alpha1
kind: Component
metadata: {name: podinfo}
spec:
  repositoryRef: {name: podinfo}
  component: example.org/podinfo
  semver: ${version} # exact
  interval: 10m
`.replaceAll('\n', '\r\n'),
} as const;

interface Pinned {
  readonly files: Readonly<Record<string, string>>;
  /** In the registry. */
  readonly versions?: readonly string[];
  /** Lines of the configuration. */
  readonly environments?: string;
}

/** @returns A repository with manifests of people, and `manage: pin`. */
export async function createPinned({ files, versions = ['v1.0.0'], environments = '' }: Pinned): Promise<World> {
  const world = await createWorld({ config: `manage: pin\n${environments}` });
  for (const version of versions) await world.publish(version);
  await world.person.commit('main', files);
  return world;
}

import type { CollectedVersion } from '../component/collected-version.ts';
import { digestOf, shortDigest } from '../digest.ts';
import { instanceName } from '../template/instance-name.ts';
import { type FoundResource, findResource, lookUpResource } from './component-element.ts';
import type { Target } from './target.ts';

/** What templates see of one resource to deploy; JSON data, with `null` for what is absent. */
export interface Deployment {
  readonly name: string;
  readonly suffix: string;
  readonly instance: string;
  readonly as: 'kustomize' | 'helm';
  readonly resource: DeployedResource;
  readonly configuration: DeployedResource | null;
}

interface DeployedResource {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly extraIdentity: Readonly<Record<string, string>> | null;
  /** All that the resource is known by. */
  readonly identity: Readonly<Record<string, string>>;
  /** Identities of the references that lead to it. */
  readonly referencePath: readonly Readonly<Record<string, string>>[] | null;
}

/** Of the objects that deploy the definition of a kind: its name must not move when resources to deploy are added. */
const definitionSuffix = '-definition';

/**
 * Looks up what is to be deployed in a component version that was verified.
 *
 * @returns One for each resource, in the order of the setting; that which defines the kind of an instance is the last.
 * @throws {Failure} `content` when the component version does not have what must be there, with what it has.
 */
export function resolveDeployments(
  { deployments, definition, required }: Target,
  collected: CollectedVersion,
  application: string,
): readonly Deployment[] {
  const version = collected.descriptor?.version ?? collected.version;
  const find = required ? findResource : lookUpResource;
  const suffixes = suffixesOf(deployments.map(({ resource }) => resource));
  const nameAll = (suffix: string) => {
    const name = nameOf(application, suffix);
    return { name, suffix, instance: instanceName(name, version) };
  };
  const planned = deployments.flatMap(({ resource, configuration, as }, index): readonly Deployment[] => {
    const found = find(collected, resource);
    if (!found) return [];
    const rules = configuration === undefined ? undefined : find(collected, configuration);
    const names = nameAll(suffixes[index] ?? '');
    return [{ ...names, as, resource: describe(found), configuration: rules ? describe(rules) : null }];
  });
  if (definition === undefined) return planned;
  const resource = describe(findResource(collected, definition));
  return [...planned, { ...nameAll(definitionSuffix), as: 'kustomize', resource, configuration: null }];
}

/** Only what is signed reaches templates, which names, versions, types and identities are. */
function describe({ resource, references }: FoundResource): DeployedResource {
  const { name, version, type, extraIdentity } = resource;
  return {
    name,
    version,
    type,
    identity: { name, ...extraIdentity },
    extraIdentity: Object.keys(extraIdentity).length === 0 ? null : extraIdentity,
    referencePath: references.length === 0 ? null : references.map((it) => ({ name: it.name, ...it.extraIdentity })),
  };
}

/** Suffixes become part of file names too. */
const maxSuffixLength = 40;

/** The first has none, so that one resource alone gives the names of the walkthrough. */
function suffixesOf(paths: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return paths.map((path, index) => {
    if (index === 0) return '';
    const plain = path
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, maxSuffixLength)
      .replace(/^-|-$/g, '');
    const readable = path.replaceAll('/', '-') === plain ? `-${plain}` : `-${plain}-${shortDigest(digestOf(path))}`;
    const clashes = taken.has(readable) || readable === definitionSuffix;
    const suffix = clashes ? `${readable}-${shortDigest(digestOf(`${index} ${path}`))}` : readable;
    taken.add(suffix);
    return suffix;
  });
}

/** Names of Kustomizations become values of labels, which have at most 63 characters. */
const maxNameLength = 63;

function nameOf(application: string, suffix: string): string {
  const name = `${application}${suffix}`;
  if (name.length <= maxNameLength) return name;
  const hash = shortDigest(digestOf(name));
  return `${name.slice(0, maxNameLength - hash.length - 1).replace(/-+$/, '')}-${hash}`;
}

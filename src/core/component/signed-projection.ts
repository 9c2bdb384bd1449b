import { hasNoContent } from './access.ts';
import type { ComponentDescriptor, ContentDigest, Label } from './component-descriptor.ts';
import { isMapping, mapValues, withoutNulls } from './mapping.ts';

/**
 * What templates may see of a component version: only what every supported normal form covers, so that nobody can change a
 * rendered byte without breaking the signature. No access, no unsigned label, no label version, no source.
 */
export interface SignedProjection {
  readonly name: string;
  readonly version: string;
  readonly provider: { readonly name: string; readonly labels: SignedLabels };
  readonly labels: SignedLabels;
  /** By name. Of resources that share a name none is here: the name alone does not tell which is meant. */
  readonly resources: Readonly<Record<string, ProjectedResource>>;
  readonly references: Readonly<Record<string, ProjectedReference>>;
}

/** Values of signing labels by label name. */
export type SignedLabels = Readonly<Record<string, unknown>>;

export interface ProjectedResource {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly relation: 'local' | 'external';
  readonly extraIdentity: Readonly<Record<string, string>>;
  readonly labels: SignedLabels;
  readonly digest?: ContentDigest;
}

export interface ProjectedReference {
  readonly name: string;
  readonly version: string;
  readonly componentName: string;
  readonly extraIdentity: Readonly<Record<string, string>>;
  readonly labels: SignedLabels;
  readonly digest?: ContentDigest;
}

/** @returns The signed part of a component descriptor. Only of use once the descriptor is verified. */
export function projectSigned(descriptor: ComponentDescriptor): SignedProjection {
  const { name, version, provider, labels, resources, references } = descriptor;
  return {
    name,
    version,
    provider: { name: provider.name, labels: projectLabels(provider.labels) },
    labels: projectLabels(labels),
    resources: byUniqueName(resources, (resource) => ({
      name: resource.name,
      version: resource.version,
      type: resource.type,
      relation: resource.relation,
      extraIdentity: resource.extraIdentity,
      labels: projectLabels(resource.labels),
      ...(resource.digest && !hasNoContent(resource) && { digest: resource.digest }),
    })),
    references: byUniqueName(references, (reference) => ({
      name: reference.name,
      version: reference.version,
      componentName: reference.componentName,
      extraIdentity: reference.extraIdentity,
      labels: projectLabels(reference.labels),
      ...(reference.digest && { digest: reference.digest }),
    })),
  };
}

function byUniqueName<Element extends { readonly name: string }, Projected>(
  elements: readonly Element[],
  project: (element: Element) => Projected,
): Readonly<Record<string, Projected>> {
  const result: Record<string, Projected> = Object.create(null);
  for (const [name, [first, second]] of Map.groupBy(elements, (element) => element.name)) {
    if (first && !second) result[name] = project(first);
  }
  return result;
}

function projectLabels(labels: readonly Label[]): SignedLabels {
  const result: Record<string, unknown> = Object.create(null);
  for (const { name, value, signing } of labels) if (signing) result[name] = coveredPart(value);
  return result;
}

/**
 * jsonNormalisation/v4alpha1 leaves out the entries of mappings that are `null`, so they could be added after signing; and minus
 * zero has the normal form of zero.
 */
function coveredPart(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(coveredPart);
  if (value === 0) return 0;
  return isMapping(value) ? mapValues(withoutNulls(value), coveredPart) : value;
}

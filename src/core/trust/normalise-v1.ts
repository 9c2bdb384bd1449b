import { hasNoContent } from '../component/access.ts';
import type {
  ComponentDescriptor,
  ComponentReference,
  Label,
  Resource,
  Source,
} from '../component/component-descriptor.ts';
import { printEntryJson } from './entry-json.ts';
import { withLegacyIdentities } from './legacy-identity.ts';
import { orAbsent, roundToSecond } from './normal-form-parts.ts';

/**
 * Writes the normal form jsonNormalisation/v1, which follows the scheme in which the component descriptor is written: moving a
 * component version into the other scheme breaks such a signature. Scheme `v2` leaves out sources.
 *
 * @see open-component-model/ocm, api/ocm/compdesc/versions/v2/signing.go and versions/ocm.software/v3alpha1/signing.go
 */
export function normaliseV1(descriptor: ComponentDescriptor): string {
  return printEntryJson(descriptor.scheme === 'v2' ? formOfV2(descriptor) : formOfV3alpha1(descriptor));
}

function formOfV2(descriptor: ComponentDescriptor) {
  const { name, version, provider, labels, creationTime, resources, references } = descriptor;
  const withNull = <Form extends { readonly extraIdentity: unknown }>(form: Form) => ({
    ...form,
    extraIdentity: form.extraIdentity ?? null,
  });
  return {
    meta: { schemaVersion: 'v2' },
    component: {
      name,
      version,
      provider: provider.labels.length > 0 ? { ...provider, labels: signingLabels(provider.labels) } : provider.name,
      labels: signingLabels(labels),
      creationTime: creationTime && roundToSecond(creationTime),
      resources: withLegacyIdentities(resources).map((it) => withNull(formOfResource(it))),
      componentReferences: references.map((it) => withNull(formOfReference(it))),
    },
  };
}

function formOfV3alpha1(descriptor: ComponentDescriptor) {
  const { apiVersion, name, version, provider, labels, creationTime, resources, sources, references } = descriptor;
  return {
    apiVersion,
    kind: 'ComponentVersion',
    metadata: {
      name,
      version,
      // All labels, signing or not: the rule that filters them looks for the provider in another place.
      provider: { name: provider.name, labels: provider.labels.length > 0 ? provider.labels : undefined },
      labels: signingLabels(labels),
      creationTime: creationTime && roundToSecond(creationTime),
    },
    spec: {
      resources: listOrAbsent(withLegacyIdentities(resources).map(formOfResource)),
      sources: listOrAbsent(sources.map(formOfSource)),
      references: listOrAbsent(references.map(formOfReference)),
    },
  };
}

function formOfResource(resource: Resource) {
  const { relation, digest } = resource;
  return { ...formOfSource(resource), relation, digest: hasNoContent(resource) ? undefined : digest };
}

function formOfSource({ name, version, type, extraIdentity, labels }: Resource | Source) {
  return { name, version, type, extraIdentity: orAbsent(extraIdentity), labels: signingLabels(labels) };
}

function formOfReference({ name, version, componentName, extraIdentity, labels, digest }: ComponentReference) {
  return {
    name,
    version,
    componentName,
    extraIdentity: orAbsent(extraIdentity),
    labels: signingLabels(labels),
    digest,
  };
}

function signingLabels(labels: readonly Label[]): unknown {
  const signing = labels.filter((label) => label.signing);
  return listOrAbsent(signing.map(({ name, value, version }) => ({ name, value, version, signing: true })));
}

function listOrAbsent(list: readonly unknown[]): readonly unknown[] | undefined {
  return list.length > 0 ? list : undefined;
}

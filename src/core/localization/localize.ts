import { readAccess } from '../component/access.ts';
import type { Access, ContentDigest } from '../component/component-descriptor.ts';
import { isMapping } from '../component/mapping.ts';
import { nodeHashOf } from '../trust/component-digest.ts';
import type { ResourceEvidence } from '../trust/evidence.ts';
import { readDigestRule } from '../trust/resource-digest.ts';
import type { LocalizationRule, SubstitutedField } from '../values/config-rules.ts';
import { type ImageReference, parseImageReference } from './image-reference.ts';
import { type FileNames, inFile, type Outcome, type Placement } from './placement.ts';

/** What of a resource matters for where its content is found. The access is not signed. */
export interface AddressedResource {
  readonly name: string;
  readonly access: Access;
  readonly digest?: ContentDigest;
  readonly proof?: ResourceEvidence['proof'];
}

/** An image, a chart or another artifact whose address goes into manifests. */
export interface LocalizedImage {
  readonly resource: string;
  /** The whole reference as the cluster will have it; absent when there is none that can be used. */
  readonly reference?: string;
  /** As it is signed: `sha256:…`. */
  readonly signedDigest?: string;
  readonly proof?: ResourceEvidence['proof'];
  /** Whether the reference names the signed digest, names another one, or only a tag that can be moved. */
  readonly pinned?: 'signed' | 'other' | 'tag';
}

/** One substitution of localization. */
export interface LocalizedValue extends Placement {
  readonly field: SubstitutedField | 'mapping' | 'expression';
  readonly image?: LocalizedImage;
}

/**
 * Works out what the rules of localization put in place, as ocm-controller does with the same component descriptor (ocm-domain.md
 * 5.2).
 */
export function localize(
  rules: readonly LocalizationRule[],
  resources: readonly AddressedResource[],
  files: FileNames,
): readonly LocalizedValue[] {
  return rules.flatMap((rule) => {
    const { file } = rule;
    if (rule.kind === 'mapping') {
      return [
        { file, path: rule.path, field: 'mapping', outcome: inFile(file, files, { kind: 'computed', by: 'CUE' }) },
      ];
    }
    const found = findAddress(rule.resource, resources);
    const image = imageOf(rule.resource, found.resource, found.kind === 'address' ? found.address : undefined);
    return rule.paths.map(({ field, path }): LocalizedValue => {
      const outcome = found.kind === 'address' ? substitute(found.address, field) : found.outcome;
      return { file, path, field, image, outcome: inFile(file, files, outcome) };
    });
  });
}

type Found =
  | { readonly kind: 'address'; readonly address: ImageReference; readonly resource: AddressedResource }
  | { readonly kind: 'none'; readonly outcome: Outcome; readonly resource?: AddressedResource };

/** Identities beside the name are ignored by the controller, so of resources that share it nobody knows which is meant. */
function findAddress(name: string, resources: readonly AddressedResource[]): Found {
  const [resource, second] = resources.filter((it) => it.name === name);
  if (!resource) return { kind: 'none', outcome: fails(`the component has no resource ${name}`) };
  if (second) return { kind: 'none', outcome: fails(`several resources are named ${name}`) };
  const text = addressText(resource.access);
  if (typeof text !== 'string') return { kind: 'none', resource, outcome: text };
  const address = parseImageReference(text);
  if (address) return { kind: 'address', address, resource };
  const why = text.includes('://') ? 'has a scheme' : 'is no image reference';
  return { kind: 'none', resource, outcome: fails(`its address ${text} ${why}`) };
}

const fails = (why: string): Outcome => ({ kind: 'fails', why });

/** @returns The reference as written, or why there is none. */
function addressText(access: Access): string | Outcome {
  const target = readAccess(access);
  switch (target.kind) {
    case 'artifact':
      return target.reference.kind === 'absolute'
        ? target.reference.text
        : fails(`its access of type ${access.type} names no registry`);
    case 'local':
      return isMapping(access.globalAccess) && typeof access.globalAccess.type === 'string'
        ? addressText({ ...access.globalAccess, type: access.globalAccess.type })
        : { kind: 'no-address', why: 'it lies inside the component version (localBlob without globalAccess)' };
    case 'broken':
      return fails(target.message);
    case 'none':
      return fails('it has no content');
    case 'elsewhere':
      return blobAddress(access) ?? fails(`an access of type ${access.type} names no image`);
  }
}

function blobAddress({ type, ref, reference = ref, digest }: Access): string | undefined {
  const isBlob = /^(?:ociblob|ociimagelayer)(?:\/v1)?$/i.test(type);
  return isBlob && typeof reference === 'string' && typeof digest === 'string' ? `${reference}@${digest}` : undefined;
}

function substitute({ registry, repository, identifier, name }: ImageReference, field: SubstitutedField): Outcome {
  const values = {
    registry,
    repository,
    fullyQualifiedRepository: `${registry}/${repository}`,
    image: name,
    tag: identifier,
  } satisfies Record<SubstitutedField, string>;
  return { kind: 'value', value: values[field] };
}

/** @param address What the resource's access comes to, where it can be used. */
export function imageOf(
  name: string,
  resource: AddressedResource | undefined,
  address: Pick<ImageReference, 'name' | 'digest'> | undefined,
): LocalizedImage {
  const rule = readDigestRule(resource?.digest);
  const signedDigest = rule.kind === 'rule' ? `${nodeHashOf(rule.hash)}:${rule.value}` : undefined;
  return {
    resource: name,
    ...(address && { reference: address.name, pinned: pinOf(address, signedDigest) }),
    ...(signedDigest !== undefined && { signedDigest }),
    ...(resource?.proof && { proof: resource.proof }),
  };
}

function pinOf(
  { digest }: Pick<ImageReference, 'digest'>,
  signed: string | undefined,
): NonNullable<LocalizedImage['pinned']> {
  if (digest === undefined) return 'tag';
  return digest === signed ? 'signed' : 'other';
}

import { type ComponentName, parseComponentName } from '../component/component-name.ts';
import { isMapping, type Mapping } from '../component/mapping.ts';
import { readDocuments } from '../document/read-documents.ts';

/** What a manifest of people says about deliveries. */
export interface FoundInManifest {
  readonly deployed: readonly DeployedComponent[];
  readonly fluxPaths: readonly FluxPath[];
}

/** A component that an object of `delivery.ocm.software` deploys or subscribes to. */
export interface DeployedComponent {
  readonly component: ComponentName;
  readonly kind: DeliveryKind;
  readonly file: string;
  /** The consumer's registry, where the object names it. */
  readonly registry: string | undefined;
  /** The range of versions, as written. */
  readonly versions: string | undefined;
  readonly signatures: readonly FoundSignature[];
}

export interface FoundSignature {
  readonly name: string;
  /** In PEM, where the object holds the key itself. */
  readonly publicKey: string | undefined;
  /** The cluster's secret with the key. */
  readonly secret: string | undefined;
}

/** A folder of the repository that Flux applies. */
export interface FluxPath {
  /** From the root, `.` for all of it. */
  readonly path: string;
  readonly file: string;
}

const deliveryKinds = ['ComponentVersion', 'ComponentSubscription', 'Component'] as const;
type DeliveryKind = (typeof deliveryKinds)[number];

/** More is no manifest of people. */
const maxLength = 1024 * 1024;

/**
 * Reads the objects in a file that say what is delivered, and which folders Flux applies.
 *
 * @returns Nothing for what is no YAML, or not about that: what it is is for others to say.
 * @see ocm-domain.md 2 for the fields; Flux, kustomize.toolkit.fluxcd.io/v1, `Kustomization`
 */
export function readManifest(file: string, text: string): FoundInManifest {
  const objects = dataOf(text).flatMap(itemsOf);
  return {
    deployed: objects.flatMap((it) => deployedBy(it, file)),
    fluxPaths: objects.flatMap((it) => fluxPathOf(it, file)),
  };
}

function dataOf(text: string): readonly unknown[] {
  if (text.length > maxLength || !/delivery\.ocm\.software|kustomize\.toolkit\.fluxcd\.io/.test(text)) return [];
  try {
    const documents = readDocuments(text).filter(({ errors }) => errors.length === 0);
    return documents.map((it): unknown => it.toJS({ maxAliasCount: 100 }));
  } catch {
    // Nested too deeply, or more aliases than anybody writes.
    return [];
  }
}

function itemsOf(document: unknown): readonly Mapping[] {
  if (!isMapping(document)) return [];
  if (document.kind !== 'List' || !Array.isArray(document.items)) return [document];
  return document.items.filter((it) => isMapping(it));
}

function deployedBy({ apiVersion, kind, spec }: Mapping, file: string): readonly DeployedComponent[] {
  const known = deliveryKinds.find((it) => it === kind);
  if (!known || typeof apiVersion !== 'string' || !apiVersion.startsWith('delivery.ocm.software/')) return [];
  if (!isMapping(spec)) return [];
  const component = parseComponentName(textAt(spec, 'component') ?? '');
  if (!component) return [];
  const signatures = Array.isArray(spec.verify) ? spec.verify.flatMap(signatureOf) : [];
  const versions = known === 'ComponentVersion' ? textAt(spec, 'version', 'semver') : textAt(spec, 'semver');
  return [{ component, kind: known, file, registry: registryOf(known, spec), versions, signatures }];
}

/** What is replicated is read where it arrives. */
function registryOf(kind: DeliveryKind, spec: Mapping): string | undefined {
  const arrives = textAt(spec, 'destination', 'url');
  const url = arrives ?? (kind === 'ComponentVersion' ? textAt(spec, 'repository', 'url') : undefined);
  return url?.replace(/^[a-z+]+:\/\//, '').replace(/\/+$/, '');
}

/** The two generations name the parts differently. */
function signatureOf(entry: unknown): readonly FoundSignature[] {
  if (!isMapping(entry)) return [];
  const name = textAt(entry, 'name') ?? textAt(entry, 'signature');
  const holder = isMapping(entry.publicKey) ? entry.publicKey : entry;
  if (name === undefined) return [];
  return [{ name, publicKey: decodeKey(textAt(holder, 'value')), secret: textAt(holder, 'secretRef', 'name') }];
}

function decodeKey(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  try {
    const text = value.includes('-----BEGIN') ? value : atob(value.replaceAll(/\s/g, ''));
    return text.includes('-----BEGIN') ? `${text.trimEnd()}\n` : undefined;
  } catch {
    return undefined;
  }
}

/** Others than those of a GitRepository apply what lies elsewhere. */
function fluxPathOf({ apiVersion, kind, spec }: Mapping, file: string): readonly FluxPath[] {
  const isFlux = typeof apiVersion === 'string' && apiVersion.startsWith('kustomize.toolkit.fluxcd.io/');
  if (!isFlux || kind !== 'Kustomization' || !isMapping(spec)) return [];
  if (textAt(spec, 'sourceRef', 'kind') !== 'GitRepository') return [];
  const parts = (textAt(spec, 'path') ?? '').split('/').filter((it) => it !== '' && it !== '.');
  return parts.includes('..') ? [] : [{ path: parts.join('/') || '.', file }];
}

function textAt(from: Mapping, ...path: readonly string[]): string | undefined {
  let found: unknown = from;
  for (const key of path) found = isMapping(found) ? found[key] : undefined;
  return typeof found === 'string' && found !== '' ? found : undefined;
}

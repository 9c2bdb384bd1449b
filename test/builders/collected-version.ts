import type { CollectedVersion } from '../../src/core/component/collected-version.ts';
import type { ComponentDescriptor } from '../../src/core/component/component-descriptor.ts';
import type { Evidence } from '../../src/core/trust/evidence.ts';
import { descriptorData, genericDigest, parseData } from './component-version.ts';

interface Content {
  readonly name?: string;
  readonly version?: string;
  /** Content by resource name. */
  readonly resources?: Readonly<Record<string, string>>;
  /** By name of the reference. */
  readonly references?: Readonly<Record<string, CollectedVersion>>;
}

/** @returns A component version as it is collected for rendering, with a resource `note` besides; it is not signed. */
export function collectedVersion({ name, version, resources = {}, references = {} }: Content = {}): CollectedVersion {
  const descriptor = parseData(
    descriptorData({
      ...(name && { name }),
      ...(version && { version }),
      resources: Object.entries(resources).map(([resource, text]) => resourceOf(resource, text)),
      references: Object.entries(references).map(([reference, to]) => ({
        name: reference,
        componentName: to.component,
        version: to.version,
        digest: { ...genericDigest(Buffer.from(reference)), normalisationAlgorithm: 'jsonNormalisation/v3' },
      })),
    }),
  );
  return {
    component: descriptor.name,
    version: descriptor.version,
    descriptor,
    problems: [],
    resources: [],
    references: Object.values(references).map((it) => ({ kind: 'collected', version: it })),
    contents: new Map(Object.entries(resources).map(([resource, text]) => [resource, Buffer.from(text)])),
  };
}

function resourceOf(name: string, text: string) {
  const digest = genericDigest(Buffer.from(text));
  const access = { type: 'localBlob', localReference: `sha256:${digest.value}`, mediaType: 'text/plain' };
  return { name, version: 'v1.0.0', type: 'blob', relation: 'local', access, digest };
}

/** @returns The same with another component descriptor. */
export function withDescriptor(
  collected: CollectedVersion,
  change: (descriptor: ComponentDescriptor) => Partial<ComponentDescriptor>,
): CollectedVersion {
  const { descriptor } = collected;
  return descriptor ? { ...collected, descriptor: { ...descriptor, ...change(descriptor) } } : collected;
}

/** Evidence of a component version that was verified without a signature. */
export function evidenceOf({ component, version }: CollectedVersion): Evidence {
  return {
    ...{ component, version, signatures: [], resources: [], references: [] },
    ...{ verdict: 'verified', reasons: [], warnings: [] },
  };
}

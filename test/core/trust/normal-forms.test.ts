import { fc, test as property } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { ComponentDescriptor, Label } from '../../../src/core/component/component-descriptor.ts';
import { parseDescriptor } from '../../../src/core/component/parse-descriptor.ts';
import { type NormalisationAlgorithm, normalisationAlgorithms, normalise } from '../../../src/core/trust/normalise.ts';
import { anyDescriptor, printDescriptor } from '../../builders/any-descriptor.ts';

const algorithm = fc.constantFrom(...normalisationAlgorithms);
const v1 = 'jsonNormalisation/v1';
const v4 = 'jsonNormalisation/v4alpha1';

/** One change of a component descriptor. */
interface Change {
  readonly what: string;
  /** @returns `undefined` when there is nothing to change. */
  readonly make: (descriptor: ComponentDescriptor) => ComponentDescriptor | undefined;
  /** Where the change has the other effect. */
  readonly exception?: (algorithm: NormalisationAlgorithm, scheme: ComponentDescriptor['scheme']) => boolean;
}

type Elements = 'resources' | 'sources' | 'references';

/** Changes the first element of a list. */
function inFirst<Kind extends Elements>(
  kind: Kind,
  change: (element: ComponentDescriptor[Kind][number]) => ComponentDescriptor[Kind][number] | undefined,
): Change['make'] {
  return (descriptor) => {
    const [first, ...others] = descriptor[kind];
    const changed = first && change(first);
    return changed && { ...descriptor, [kind]: [changed, ...others] };
  };
}

function inLabels(labels: readonly Label[], signing: boolean, change: (label: Label) => Label) {
  const index = labels.findIndex((it) => (it.signing ?? false) === signing);
  return index < 0 ? undefined : labels.map((it, at) => (at === index ? change(it) : it));
}

const withValue = (label: Label): Label => ({ ...label, value: { changed: true } });
const sourcesOfV2: Change['exception'] = (name, scheme) => name === v1 && scheme === 'v2';

function inLabelsOf(kind: Elements, signing: boolean, change: (label: Label) => Label): Change['make'] {
  return inFirst(kind, (it) => {
    const labels = inLabels(it.labels, signing, change);
    return labels && { ...it, labels };
  });
}

function inOwnLabels(signing: boolean, change: (label: Label) => Label): Change['make'] {
  return (it) => {
    const labels = inLabels(it.labels, signing, change);
    return labels && { ...it, labels };
  };
}

function inProviderLabels(signing: boolean): Change['make'] {
  return (it) => {
    const labels = inLabels(it.provider.labels, signing, withValue);
    return labels && { ...it, provider: { ...it.provider, labels } };
  };
}

const element = (kind: Elements): readonly Change[] => {
  const exception = kind === 'sources' ? { exception: sourcesOfV2 } : {};
  return [
    { what: `name of ${kind}`, make: inFirst(kind, (it) => ({ ...it, name: 'changed.name' })), ...exception },
    { what: `version of ${kind}`, make: inFirst(kind, (it) => ({ ...it, version: `${it.version}x` })), ...exception },
    {
      what: `extra identity of ${kind}`,
      make: inFirst(kind, (it) => ({ ...it, extraIdentity: { ...it.extraIdentity, more: 'x' } })),
      ...exception,
    },
    { what: `signing label of ${kind}`, make: inLabelsOf(kind, true, withValue), ...exception },
    {
      what: `order of ${kind}`,
      make: (it) => (it[kind].length > 1 ? { ...it, [kind]: it[kind].toReversed() } : undefined),
      ...exception,
    },
    { what: `number of ${kind}`, make: (it) => ({ ...it, [kind]: it[kind].slice(1) }), ...exception },
  ];
};

const value = 'ffffffffff';
const signedChanges: readonly Change[] = [
  { what: 'name', make: (it) => ({ ...it, name: `${it.name}x` as never }) },
  { what: 'version', make: (it) => ({ ...it, version: `${it.version}1` as never }) },
  { what: 'provider', make: (it) => ({ ...it, provider: { ...it.provider, name: `${it.provider.name}x` } }) },
  { what: 'signing label of the provider', make: inProviderLabels(true) },
  { what: 'creation time', make: (it) => ({ ...it, creationTime: '2101-01-01T00:00:00Z' }) },
  { what: 'signing label', make: inOwnLabels(true, withValue) },
  { what: 'name of a signing label', make: inOwnLabels(true, (it) => ({ ...it, name: 'changed.name' })) },
  { what: 'signing mark of a label', make: inOwnLabels(true, ({ signing: _, ...it }) => it) },
  { what: 'missing signing mark of a label', make: inOwnLabels(false, (it) => ({ ...it, signing: true })) },
  {
    what: 'version of a signing label',
    make: inOwnLabels(true, (it) => ({ ...it, version: 'v9' })),
    exception: (name) => name === v4,
  },
  ...(['resources', 'sources', 'references'] as const).flatMap(element),
  { what: 'type of a resource', make: inFirst('resources', (it) => ({ ...it, type: `${it.type}x` })) },
  {
    what: 'relation of a resource',
    make: inFirst('resources', (it) => ({ ...it, relation: it.relation === 'local' ? 'external' : 'local' })),
  },
  {
    what: 'digest of a resource',
    make: inFirst('resources', (it) => it.digest && { ...it, digest: { ...it.digest, value } }),
  },
  {
    what: 'removed digest of a resource',
    make: inFirst('resources', ({ digest, ...it }) => digest && it),
  },
  {
    what: 'hash algorithm of the digest of a resource',
    make: inFirst('resources', (it) => it.digest && { ...it, digest: { ...it.digest, hashAlgorithm: 'other' } }),
  },
  {
    what: 'content of a resource that was taken away',
    make: inFirst('resources', (it) => it.digest && { ...it, access: { type: 'none' } }),
  },
  {
    what: 'type of a source',
    make: inFirst('sources', (it) => ({ ...it, type: `${it.type}x` })),
    exception: sourcesOfV2,
  },
  {
    what: 'component of a reference',
    make: inFirst('references', (it) => ({ ...it, componentName: `${it.componentName}x` as never })),
  },
  {
    what: 'digest of a reference',
    make: inFirst('references', (it) => it.digest && { ...it, digest: { ...it.digest, value } }),
  },
  {
    what: 'removed digest of a reference',
    make: inFirst('references', ({ digest, ...it }) => digest && it),
  },
];

const unsignedChanges: readonly Change[] = [
  { what: 'access of a resource', make: inFirst('resources', (it) => ({ ...it, access: { type: 'other', x: 1 } })) },
  { what: 'access of a source', make: inFirst('sources', (it) => ({ ...it, access: { type: 'other', x: 1 } })) },
  { what: 'label', make: inOwnLabels(false, withValue) },
  { what: 'merge rule of a signing label', make: inOwnLabels(true, (it) => ({ ...it, merge: { algorithm: 'x' } })) },
  { what: 'label of a resource', make: inLabelsOf('resources', false, withValue) },
  { what: 'label of a source', make: inLabelsOf('sources', false, withValue) },
  {
    // The rule that filters them misses its key in both libraries; the oldest normal form has the right one.
    what: 'label of a reference',
    make: inLabelsOf('references', false, withValue),
    exception: (name) => name !== v1,
  },
  {
    what: 'label of the provider',
    make: inProviderLabels(false),
    exception: (name, scheme) => name === v1 && scheme === 'v3alpha1',
  },
  { what: 'signatures', make: (it) => ({ ...it, signatures: [{ name: 'a' }] as never }) },
];

describe('the digest', () => {
  const laws = [
    ...signedChanges.map((it) => ({ ...it, signed: true })),
    ...unsignedChanges.map((it) => ({ ...it, signed: false })),
  ];
  for (const { what, make, exception, signed } of laws) {
    property.prop([anyDescriptor, algorithm], { numRuns: 60 })(
      `${signed ? 'changes with' : 'does not depend on'} ${what}`,
      (descriptor, name) => {
        const changed = make(descriptor);
        fc.pre(changed !== undefined);
        const covers = signed !== (exception?.(name, descriptor.scheme) ?? false);
        expect(normalise(changed, name) !== normalise(descriptor, name)).toBe(covers);
      },
    );
  }
});

property.prop([anyDescriptor])('a component descriptor is read as it was printed', (descriptor) => {
  expect(parseDescriptor(printDescriptor(descriptor))).toEqual(descriptor);
});

property.prop([anyDescriptor, algorithm])('reading and printing keep the normal form', (descriptor, name) => {
  expect(normalise(parseDescriptor(printDescriptor(descriptor)), name)).toBe(normalise(descriptor, name));
});

property.prop([anyDescriptor, fc.constantFrom('jsonNormalisation/v2', 'jsonNormalisation/v3', v4)])(
  'the newer normal forms are the same in either scheme',
  ({ apiVersion: _, ...descriptor }, name) => {
    const other = { ...descriptor, scheme: descriptor.scheme === 'v2' ? 'v3alpha1' : 'v2' } as const;
    expect(normalise(other, name)).toBe(normalise(descriptor, name));
    expect(normalise(other, v1)).not.toBe(normalise(descriptor, v1));
  },
);

import { describe, expect, test } from 'vitest';
import type { CollectedVersion } from '../../../src/core/component/collected-version.ts';
import type { ComponentDescriptor } from '../../../src/core/component/component-descriptor.ts';
import { refuseUnfit } from '../../../src/core/controllers/check-target.ts';
import type { Target } from '../../../src/core/controllers/target.ts';
import type { Installation } from '../../../src/core/installation/installation.ts';
import { collectedVersion, evidenceOf, withDescriptor } from '../../builders/collected-version.ts';
import { podinfoInstallation } from '../../builders/render-input.ts';

const part = collectedVersion({ name: 'example.org/part', resources: { web: '' } });
const root = collectedVersion({ references: { part } });

interface Changes {
  readonly target?: Partial<Target>;
  readonly settings?: Partial<Installation>;
}

const check =
  (generation: Target['generation'], collected: CollectedVersion, { target, settings }: Changes = {}) =>
  () =>
    refuseUnfit({
      target: { generation, deployments: [], definition: undefined, required: true, ...target },
      installation: { ...podinfoInstallation, ...settings },
      collected,
      evidence: evidenceOf(collected),
    });

const localized = { deployments: [{ resource: 'note', configuration: 'config', as: 'kustomize' as const }] };
const plainHttp = { registry: { url: 'localhost:5000', inCluster: 'http://registry:5000/base' } };

describe('generation 1', () => {
  test('cannot localize from a registry without TLS', () => {
    expect(check(1, root, { target: localized, settings: plainHttp })).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringContaining('http://registry:5000/base') }),
    );
    const asItIs = { deployments: [{ ...localized.deployments[0], resource: 'note', configuration: undefined }] };
    expect(check(1, root, { target: asItIs as Partial<Target>, settings: plainHttp })).not.toThrow();
    expect(check(2, root, { target: localized, settings: plainHttp })).not.toThrow();
  });

  test('does not know the digest of a reference over v4alpha1, and only looks at it when it verifies', () => {
    const newer = withDescriptor(root, ({ references, signatures }) => ({
      references: references.map((it) => ({ ...it, digest: digestOver('jsonNormalisation/v4alpha1') })),
      signatures: [...signatures, signature],
    }));
    expect(check(1, newer)).toThrow('the digest of its reference part is over jsonNormalisation/v4alpha1');
    expect(check(1, newer, { settings: { verify: [] } })).not.toThrow();
  });

  test('reads component descriptors without a digest for everything', () => {
    expect(check(1, withDescriptor(root, withoutDigests))).not.toThrow();
  });
});

describe('generation 2', () => {
  test.each<[string, (descriptor: ComponentDescriptor) => Partial<ComponentDescriptor>, string]>([
    ['a resource without a digest', withoutDigests, 'the resource note has no digest'],
    [
      'a reference with half a digest',
      ({ references }) => ({
        references: references.map((it) => ({ ...it, digest: { ...digestOver('jsonNormalisation/v3'), value: '' } })),
      }),
      'the reference part has no digest',
    ],
    [
      'a digest of nothing',
      ({ resources }) => ({ resources: resources.map((it) => ({ ...it, access: { type: 'none' } })) }),
      'the resource note has a digest and no content',
    ],
  ])('would deploy %s without verifying it', (_, change, message) => {
    expect(check(2, withDescriptor(root, change))).toThrow(
      expect.objectContaining({ code: 'content', message: expect.stringContaining(message) }),
    );
  });

  test('is held to it where something of a referenced component is deployed, and not elsewhere', () => {
    const loose = collectedVersion({ references: { part: withDescriptor(part, withoutDigests) } });
    expect(check(2, loose)).not.toThrow();
    expect(check(2, loose, { target: { definition: 'part/web' } })).toThrow('in example.org/part, the resource note');
  });

  test('is not held to it where nothing is verified', () => {
    expect(check(2, withDescriptor(root, withoutDigests), { settings: { verify: [] } })).not.toThrow();
  });

  test('takes a version with fewer than three numbers for itself', () => {
    const short = collectedVersion({ version: 'v1.2' });
    expect(check(2, short)).not.toThrow();
    expect(check(1, short)).toThrow('cannot be pinned');
    expect(check(1, collectedVersion({ version: '1.0.0+a' }))).toThrow('differs from it after the + only');
    expect(check(2, collectedVersion({ version: '1.0.0+a' }))).not.toThrow();
  });
});

test('a set for neither generation is not checked', () => {
  expect(check(undefined, collectedVersion({ version: 'v1.2' }))).not.toThrow();
  expect(
    check(
      undefined,
      withDescriptor(root, () => ({ scheme: 'v3alpha1' })),
    ),
  ).not.toThrow();
});

function withoutDigests({ resources }: ComponentDescriptor): Partial<ComponentDescriptor> {
  return { resources: resources.map(({ digest: _, ...it }) => it) };
}

function digestOver(normalisationAlgorithm: string) {
  return { hashAlgorithm: 'SHA-256', normalisationAlgorithm, value: '00' };
}

const signature = {
  name: 'ocm-signing',
  digest: digestOver('jsonNormalisation/v3'),
  algorithm: 'RSASSA-PKCS1-V1_5',
  mediaType: 'application/vnd.ocm.signature.rsa',
  value: '00',
};

import { expect, test } from 'vitest';
import type { CollectedVersion } from '../../src/core/component/collected-version.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { RenderInput } from '../../src/core/template/template-set.ts';
import type { Evidence, SignatureEvidence } from '../../src/core/trust/evidence.ts';
import { parsePublicKey } from '../../src/core/trust/public-key.ts';
import type { TrustAnchor } from '../../src/core/trust/trust-policy.ts';
import type { Version } from '../../src/core/version/version.ts';
import type { Evaluator } from '../../src/ports/evaluator.ts';
import { renderInstallation } from '../../src/workflows/render-installation.ts';
import { createKeyPair, descriptorData, parseData } from '../builders/component-version.ts';
import { podinfoInstallation, templateSet } from '../builders/render-input.ts';

const digest = digestOf('');
const keys = createKeyPair();
const otherKeys = createKeyPair();
const key: TrustAnchor = { pem: keys.publicKey, source: 'release.pub' };
const other: TrustAnchor = { pem: otherKeys.publicKey, source: 'other.pub' };

/** @returns The public key that the templates are given. */
async function keyInManifests(signature: Partial<SignatureEvidence>, anyOf: readonly TrustAnchor[]) {
  const descriptor = parseData(descriptorData());
  const { name: component, version } = descriptor;
  const seen: RenderInput[] = [];
  const evaluator: Pick<Evaluator, 'render'> = {
    render: async (input: RenderInput) => {
      seen.push(input);
      return { files: new Map(), initialValues: undefined };
    },
  };
  const verify = [{ signature: 'release', secret: undefined, anyOf: [] }];
  const collected: CollectedVersion = {
    component,
    version,
    descriptor,
    problems: [],
    resources: [],
    references: [],
    contents: new Map(),
  };
  const evidence: Evidence = {
    component,
    version,
    digest: { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'jsonNormalisation/v3', value: '00' },
    signatures: [{ name: 'release', verdict: 'verified', ...signature }],
    resources: [],
    references: [],
    verdict: 'verified',
    reasons: [],
    warnings: [],
  };
  await renderInstallation({
    installation: { ...podinfoInstallation, verify },
    version: version as Version,
    manifest: digest,
    installed: undefined,
    templates: { set: templateSet({}), label: 'test@1', own: [], definitions: [] },
    target: { generation: undefined, deployments: [], definition: undefined, required: false },
    policy: { signatures: [{ name: 'release', anyOf }], allowUnsigned: false },
    policyDigest: undefined,
    collected,
    evidence,
    inputs: digest,
    values: { text: undefined, unreadable: false },
    evaluator,
    like: '0'.repeat(40),
  });
  const [given] = (seen[0]?.variables.verify ?? []) as readonly { readonly publicKey: string }[];
  return Buffer.from(given?.publicKey ?? '', 'base64').toString();
}

const fingerprint = parsePublicKey(keys.publicKey, '').fingerprint;

test('manifests carry the pinned key that verified the version', async () => {
  expect(await keyInManifests({ keyFingerprint: fingerprint }, [other, key])).toBe(keys.publicKey);
});

test('manifests carry the key of the certificate when a root admitted it', async () => {
  const certificate = { subject: '', issuer: '', serialNumber: '', notAfter: '', publicKey: keys.publicKey };
  const roots: TrustAnchor = { roots: '', source: 'root.pem' };
  expect(await keyInManifests({ keyFingerprint: fingerprint, certificate }, [other, roots])).toBe(keys.publicKey);
});

test('a key that did not verify the version is in no manifest', async () => {
  await expect(keyInManifests({ keyFingerprint: fingerprint }, [other])).rejects.toThrow(
    'have no key for the signature',
  );
});

import { describe, expect, test } from 'vitest';
import { openArchive } from '../../src/adapters/ctf/open-archive.ts';
import { componentDigest, parseHashAlgorithm } from '../../src/core/trust/component-digest.ts';
import { normalise, parseNormalisationAlgorithm } from '../../src/core/trust/normalise.ts';
import { collectAndVerify } from '../../src/workflows/verify-component-version.ts';
import { componentName } from '../builders/component-version.ts';
import { casePath, caseText, caseTime, type OcmCase, ocmCases, policyOfCase } from '../support/ocm-cases.ts';

function verifyCase(it: OcmCase) {
  const component = componentName(it.component);
  const path = casePath(it.archive);
  const { repository = '' } = it;
  const open = () =>
    repository ? openArchive(path, repository.slice(repository.indexOf('/') + 1), repository) : openArchive(path, '');
  const trust = { policy: policyOfCase(it), now: caseTime, installed: false };
  return collectAndVerify(open, { component, version: it.version }, trust);
}

test('the cases were found', () => {
  expect(ocmCases.length).toBeGreaterThan(200);
});

describe('verifying', () => {
  test.each(ocmCases)('$id: $expected ($tests)', async (it) => {
    const { evidence } = await verifyCase(it);
    const codes = evidence.reasons.map(({ code }) => code);
    expect({ verdict: evidence.verdict, codes }).toMatchObject({ verdict: it.expected });
    if (it.reason) expect(codes).toContain(it.reason);
    else expect(codes).toEqual([]);
  });
});

describe('the digest is that of the reference implementations', () => {
  // A descriptor that is not taken here has no digest here.
  const withDigests = ocmCases.filter(({ digests, reason }) => digests && reason !== 'number-out-of-range');

  test('for many cases', () => {
    expect(withDigests.length).toBeGreaterThan(60);
  });

  test.each(withDigests)('$id', async (it) => {
    const { collected, evidence } = await verifyCase(it);
    const { descriptor } = collected;
    for (const { normalisation, hash, value, text } of it.digests ?? []) {
      const algorithm = parseNormalisationAlgorithm(normalisation);
      const hashAlgorithm = parseHashAlgorithm(hash);
      if (!descriptor || !algorithm || !hashAlgorithm) throw new Error(`${normalisation}, ${hash}`);
      if (text) expect(normalise(descriptor, algorithm)).toBe(caseText(text));
      expect(componentDigest(descriptor, algorithm, hashAlgorithm).value).toBe(value);
      if (normalisation === 'jsonNormalisation/v3' && hash === 'SHA-256') expect(evidence.digest?.value).toBe(value);
    }
  });
});

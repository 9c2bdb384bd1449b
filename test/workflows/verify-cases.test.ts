import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openArchive } from '../../src/adapters/ctf/open-archive.ts';
import { parseComponentName } from '../../src/core/component/component-name.ts';
import { componentDigest, parseHashAlgorithm } from '../../src/core/trust/component-digest.ts';
import { normalise, parseNormalisationAlgorithm } from '../../src/core/trust/normalise.ts';
import type { TrustPolicy } from '../../src/core/trust/trust-policy.ts';
import { collectAndVerify } from '../../src/workflows/verify-component-version.ts';

const folder = join(import.meta.dirname, '../fixtures/ocm');

interface Case {
  readonly id: string;
  readonly tests: string;
  readonly archive: string;
  readonly form: 'directory' | 'tar' | 'tgz' | 'registry-dump';
  readonly component: string;
  readonly version: string;
  readonly repository?: string;
  readonly verify: {
    readonly signatures: readonly string[];
    readonly publicKeys?: Readonly<Record<string, string>>;
    readonly rootCertificates?: readonly string[];
    readonly issuer?: string;
    readonly policy?: { readonly normalisations: readonly string[] };
  };
  readonly expected: 'verified' | 'refused';
  readonly reason?: string;
  readonly digests?: readonly {
    readonly normalisation: string;
    readonly hash: string;
    readonly value: string;
    readonly text?: string;
  }[];
}

const cases: readonly Case[] = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));

const textOf = (file: string) => readFileSync(join(folder, file), 'utf8');

function policyOf({ verify }: Case): TrustPolicy {
  const { signatures, publicKeys = {}, rootCertificates = [], issuer, policy } = verify;
  const roots = rootCertificates.map((source) => ({ roots: textOf(source), source, ...(issuer && { issuer }) }));
  return {
    signatures: signatures.map((name) => {
      const source = publicKeys[name];
      return { name, anyOf: [...(source ? [{ pem: textOf(source), source }] : []), ...roots] };
    }),
    allowUnsigned: false,
    ...(policy && { normalisations: policy.normalisations }),
  };
}

function verifyCase(it: Case) {
  const component = parseComponentName(it.component);
  if (!component) throw new Error(it.component);
  const path = join(folder, it.archive);
  const { repository = '' } = it;
  const open = () =>
    repository ? openArchive(path, repository.slice(repository.indexOf('/') + 1), repository) : openArchive(path, '');
  const trust = { policy: policyOf(it), now: new Date('2026-11-21T12:00:00Z'), installed: false };
  return collectAndVerify(open, { component, version: it.version }, trust);
}

test('the cases were found', () => {
  expect(cases.length).toBeGreaterThan(200);
});

describe('verifying', () => {
  test.each(cases)('$id: $expected ($tests)', async (it) => {
    const { evidence } = await verifyCase(it);
    const codes = evidence.reasons.map(({ code }) => code);
    expect({ verdict: evidence.verdict, codes }).toMatchObject({ verdict: it.expected });
    if (it.reason) expect(codes).toContain(it.reason);
    else expect(codes).toEqual([]);
  });
});

describe('the digest is that of the reference implementations', () => {
  // A descriptor that is not taken here has no digest here.
  const withDigests = cases.filter(({ digests, reason }) => digests && reason !== 'number-out-of-range');

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
      if (text) expect(normalise(descriptor, algorithm)).toBe(readFileSync(join(folder, text), 'utf8'));
      expect(componentDigest(descriptor, algorithm, hashAlgorithm).value).toBe(value);
      if (normalisation === 'jsonNormalisation/v3' && hash === 'SHA-256') expect(evidence.digest?.value).toBe(value);
    }
  });
});

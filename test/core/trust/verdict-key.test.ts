import { describe, expect, test } from 'vitest';
import { type AnchorTerm, policyDigestOf, type TrustPolicy } from '../../../src/core/trust/trust-policy.ts';
import { verdictKeyOf } from '../../../src/core/trust/verdict-key.ts';

const before = new Date('2026-11-21T11:00:00Z');
const now = new Date('2026-11-21T12:00:00Z');
const after = new Date('2026-11-21T13:00:00Z');

function policyOf(...terms: readonly Partial<AnchorTerm>[]): TrustPolicy {
  const anyOf = terms.map((term, index) => ({ pem: `key ${index}`, source: `${index}.pub`, ...term }));
  return { signatures: [{ name: 'release', anyOf }], allowUnsigned: false };
}

const key = (policy: TrustPolicy, at: Date, installed = false) => verdictKeyOf(policy, { now: at, installed });

describe('what a verdict is kept by', () => {
  test('is found again by later versions of the program', () => {
    const policy = policyOf({ retired: before }, { retired: after });
    expect([key(policy, now), key(policy, now, true), policyDigestOf(policy)]).toEqual([
      'sha256:50fb5d1d4eb8a8985a5693c0b012bb965040851319f35a3918fe04d7956f3996',
      'sha256:ace91b4076ca7806ae9e2afee119173a5a3a14a2d9b13f9633b25099655b7530',
      'sha256:958dfb1c511ca1a36fcc5e3afbcce80e8059009fbf1eb59f1273ff085328ff6c',
    ]);
  });

  test('is the policy, and whether the version is installed', () => {
    expect(key(policyOf({}), now)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(key(policyOf({}), now)).toBe(key(policyOf({}), after));
    expect(key(policyOf({}), now)).not.toBe(key(policyOf({}, {}), now));
    expect(key(policyOf({}), now)).not.toBe(key(policyOf({}), now, true));
    const allowing = { ...policyOf({}), allowUnsigned: true };
    expect(key(policyOf({}), now)).not.toBe(key(allowing, now));
  });

  test.each([
    ['retired', false],
    ['revoked', false],
    ['revoked', true],
  ] as const)('changes with the moment at which an anchor is %s (installed: %s)', (field, installed) => {
    const policy = policyOf({ [field]: now });
    expect(key(policy, before, installed)).not.toBe(key(policy, now, installed));
    expect(key(policy, now, installed)).toBe(key(policy, after, installed));
  });

  test.each([
    ['retired, for what is installed', { retired: now }, true],
    ['revoked for good', { revoked: true }, false],
  ] as const)('does not change when an anchor is %s', (_what, term, installed) => {
    expect(key(policyOf(term), before, installed)).toBe(key(policyOf(term), after, installed));
  });

  test('changes with each of several moments, in whatever order the anchors stand', () => {
    const policy = policyOf({ retired: before }, { revoked: now });
    const keys = [new Date(0), before, now].map((at) => key(policy, at));
    expect(new Set(keys).size).toBe(3);

    const [first, second] = policyOf({ retired: before }, { revoked: now }).signatures[0]?.anyOf ?? [];
    const turned = { ...policy, signatures: [{ name: 'release', anyOf: [second, first] }] } as TrustPolicy;
    expect(key(turned, now)).toBe(key(policy, now));
  });
});

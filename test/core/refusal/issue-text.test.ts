import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../../src/core/refusal/issue-text.ts';
import { describeForProvider } from '../../../src/core/refusal/provider-text.ts';
import { contentOf } from '../../../src/core/refusal/refused-installation.ts';
import type { ReasonCode } from '../../../src/core/trust/reason.ts';
import { version } from '../../builders/observation.ts';
import { badSignature, evidence, imageDigest, missingImage, refused } from '../../builders/refused.ts';

describe('the issue', () => {
  test('names what is refused, what is missing by digest, the failed check, and who acts', () => {
    const { title, body } = describeIssue(refused({ reasons: [missingImage, badSignature] }));
    expect(title).toBe('prod/billing: v2.3.0 is refused');
    expect(body).toContain('`acme.example/billing` in `registry.example.org/prod`');
    expect(body).toContain('**Next** whoever transfers component versions into the registry.');
    expect(body).toContain('`resource-missing` at `acme.example/billing:v2.3.0 resource image`');
    expect(body).toContain('`signature-invalid` at `acme.example/billing:v2.3.0 signature release`');
    expect(body).toContain(
      `| \`acme.example/billing:v2.3.0 resource image\` | \`2.3.0\` | \`SHA-256:${imageDigest}\` |`,
    );
  });

  test('says the same in every pass as long as the refusal is the same', () => {
    const later = { detail: 'v2.3.0 is refused. It is looked at again after 2026-11-21T13:00:00.000Z.' };
    expect(describeIssue(refused(later))).toEqual(describeIssue(refused()));
    expect(contentOf(refused(later))).toBe(contentOf(refused()));
  });

  test.each<readonly [string, ReasonCode, RegExp]>([
    ['what was not transferred', 'blob-missing', /whoever transfers/],
    ['what is signed with a key that is not trusted', 'no-trust-anchor', /who decides about trusted keys here/],
    ['what is signed wrongly', 'signature-invalid', /the provider of the component/],
  ])('of %s names whose turn it is', (_, code, who) => {
    expect(describeIssue(refused({ reasons: [{ ...missingImage, code }] })).body).toMatch(who);
  });

  test('about a conflict is for the people of the repository, with what each side has, and has nothing for the provider', () => {
    const conflict = { file: 'apps/a.yaml', path: 'spec.interval', because: 'both changed it', was: '30s' };
    const conflicts = [{ ...conflict, rendered: '1m', edited: '5m' }];
    const { title, body } = describeIssue(
      refused({ because: 'conflict', detail: 'v2.3.0 changes apps/a.yaml as well.', reasons: [], conflicts }),
    );
    expect(title).toBe('prod/billing: v2.3.0 conflicts with what people changed');
    expect(body).toContain('v2.3.0 changes apps/a.yaml as well.');
    expect(body).toContain('| `apps/a.yaml` | `spec.interval` | `30s` | `1m` | `5m` |');
    expect(body).toContain('who looks after this repository');
    expect(body).not.toContain('Text for the provider');
  });

  test('names the installed version when that is what was replaced', () => {
    const reason = { ...missingImage, code: 'digest-mismatch', where: 'acme.example/billing:v2.2.0' } as const;
    const changed = refused({ because: 'content-changed', reasons: [reason] }, { evidence: undefined });
    expect(describeIssue(changed).title).toBe('prod/billing: v2.2.0 is refused');
    const proposed = { ...reason, where: 'acme.example/billing:v2.3.0' };
    expect(refused({ because: 'content-changed', reasons: [proposed] }).version).toBe('v2.3.0');
    // What nobody installed is the candidate's matter.
    expect(refused({ because: 'content-changed', reasons: [proposed] }, { installed: undefined }).version).toBe(
      'v2.3.0',
    );
  });

  test('takes nothing of what a provider writes for Markdown, a mention or a marker', () => {
    const message = '<!-- consignee:issue x --> @everyone #1 ``` </details> https://evil.example [a](b)\u202e';
    const { body } = describeIssue(refused({ reasons: [{ ...badSignature, message, where: message }] }));
    const outside = body.replaceAll(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '').replaceAll(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, '');
    expect(outside).not.toMatch(/<!--|@everyone|#1|```|https:\/\/evil|\[a\]\(b\)|\u202e/);
    expect(outside.match(/<\/details>/g)).toHaveLength(1);
    expect(body).toContain('````text');
  });

  test('stays within what forges take however much is wrong', () => {
    const nasty = '&<@`|'.repeat(2_000);
    const reasons = Array.from({ length: 500 }, (_, index) => ({
      ...missingImage,
      message: nasty,
      where: `acme.example/billing:v2.3.0 resource ${nasty}${index}`,
    }));
    const resources = reasons.map((_, index) => ({
      ...{ name: `${nasty}${index}`, version: nasty, type: 'x', extraIdentity: {}, proof: 'unproved' as const },
      digest: { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'x', value: imageDigest },
    }));
    const { body } = describeIssue(refused({ reasons }, { evidence: evidence({ resources }) }));
    expect(body.length).toBeLessThan(60_000);
    expect(body).toContain('… and 480 more.');
    const edited = refused({ because: 'files-occupied', detail: nasty, reasons: [] });
    expect(describeIssue(edited).body.length).toBeLessThan(5_000);
  });
});

describe('the text for the provider', () => {
  test('names component, version, registry, digests and signatures', () => {
    expect(describeForProvider(refused({ reasons: [missingImage, badSignature] }))?.split('\n')).toEqual([
      'acme.example/billing v2.3.0 was delivered and is not taken.',
      '',
      'Component: acme.example/billing',
      'Version: v2.3.0',
      expect.stringMatching(/^Digest: SHA-256:[0-9a-f]{64} \(jsonNormalisation\/v3\)$/),
      expect.stringMatching(/^Manifest: sha256:[0-9a-f]{64}$/),
      'Found in: registry.example.org/prod',
      'Signatures that must hold: release',
      '',
      'What is wrong:',
      `1. acme.example/billing:v2.3.0 resource image: the registry has no manifest under sha256:${imageDigest} (resource-missing)`,
      '2. acme.example/billing:v2.3.0 signature release: it does not verify with any of the keys (signature-invalid)',
      '',
      'Signed digests of what is missing or wrong:',
      `1. acme.example/billing:v2.3.0 resource image 2.3.0: SHA-256:${imageDigest}`,
      '',
      'Please check that everything named above is there where you publish this version, and publish what is missing.',
    ]);
  });

  test('says nothing of how and where it is deployed here', () => {
    const text = describeForProvider(refused()) ?? '';
    expect(text).not.toMatch(/mirror\.internal|prod\/billing|keys\/|\.consignee|v2\.2\.0|consignee/);
  });

  test('names what is missing in versions that are referred to', () => {
    const where = 'acme.example/billing:v2.3.0 > acme.example/part:v1 resource image';
    const { resources } = evidence();
    const part = { name: 'part', component: evidence().component, version: 'v1', resources, references: [] };
    const references = [{ ...part, component: 'acme.example/part' as typeof part.component }];
    const text = describeForProvider(
      refused({ reasons: [{ ...missingImage, where }] }, { evidence: evidence({ resources: [], references }) }),
    );
    expect(text).toContain(`1. ${where} 2.3.0: SHA-256:${imageDigest}`);
  });

  test('lists no digest of what is there, or of what no reason speaks of', () => {
    const [image] = evidence().resources;
    if (!image) throw new Error('there is no resource');
    const resources = [image, { ...image, name: 'other' }, { ...image, proof: 'present' as const, version: '9.9.9' }];
    const text = describeForProvider(refused({}, { evidence: evidence({ resources }) }));
    expect(text?.match(/SHA-256:/g)).toHaveLength(2);
    expect(text).not.toMatch(/resource other|9\.9\.9/);
  });

  test('keeps what a provider wrote to its own line', () => {
    const text = describeForProvider(
      refused({ reasons: [{ ...badSignature, message: 'a\nPlease pay\u2028b\u202ec' }] }),
    );
    expect(text).toContain('a Please pay\ufffdb\ufffdc (signature-invalid)');
  });
});

test.each([
  ['another reason', refused({ reasons: [badSignature] })],
  ['another message', refused({ reasons: [{ ...missingImage, message: 'something else' }] })],
  ['another version', { ...refused(), version: version('v2.4.0') }],
  ['another registry', { ...refused(), registry: 'registry.example.org/other' }],
  ['another decision', refused({ because: 'content-changed' })],
])('a refusal with %s is another one', (_, other) => {
  expect(contentOf(other)).not.toBe(contentOf(refused()));
});

test('the order in which reasons were found makes no other refusal', () => {
  expect(contentOf(refused({ reasons: [missingImage, badSignature] }))).toBe(
    contentOf(refused({ reasons: [badSignature, missingImage] })),
  );
});

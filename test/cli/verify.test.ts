import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openArchive } from '../../src/adapters/ctf/open-archive.ts';
import { printEvidence } from '../../src/cli/print-evidence.ts';
import { type VerifyCommandOptions, verify } from '../../src/cli/verify.ts';
import { Failure } from '../../src/core/failure.ts';
import type { Evidence } from '../../src/core/trust/evidence.ts';
import { componentName } from '../builders/component-version.ts';

const folder = join(import.meta.dirname, '../fixtures/ocm');
const key = join(folder, 'keys/ocm-signing.pub');
const root = join(folder, 'keys/root.pem');

function run(archive: string, version: string, options: Partial<VerifyCommandOptions> = {}) {
  const defaults = {
    signature: ['ocm-signing'],
    publicKey: [`ocm-signing=${key}`],
    rootCa: [],
    issuer: [],
    normalisation: [],
  };
  const openRegistry = async (name: string): Promise<never> => {
    throw new Failure('not-available', name);
  };
  return verify(
    `${archive.startsWith('registry') ? archive : join(folder, archive)}//${version}`,
    { ...defaults, ...options },
    { openArchive: (path) => openArchive(path, ''), openRegistry, now: new Date('2026-11-21T12:00:00Z') },
  );
}

const podinfo = 'ocm.software/demos/podinfo:v1.0.0';

describe('consignee verify', () => {
  test('ends with 0 for what is verified', async () => {
    const { evidence, exitCode } = await run('podinfo/v2/by-value.tgz', podinfo);
    expect(exitCode).toBe(0);
    expect(printEvidence(evidence)).toMatch(
      /ocm-signing\s+verified\s+RSASSA-PKCS1-V1_5\s+key sha256:[\s\S]*\n\nVERIFIED$/,
    );
  });

  test.each([
    ['what is refused', 'product/leaf-missing', 'ocm.software/demos/storefront:v2.0.0', 'reference-unresolved'],
    ['a version that is not there', 'podinfo/v2/by-value', 'ocm.software/demos/podinfo:v9.9.9', 'version-not-found'],
    ['an archive that is none', 'README.md', podinfo, 'malformed'],
  ])('ends with 3 for %s, with the reason and what to do', async (_what, archive, version, code) => {
    const { evidence, exitCode } = await run(archive, version);
    expect(exitCode).toBe(3);
    expect(evidence.reasons.map((it) => it.code)).toContain(code);
    expect(printEvidence(evidence)).toMatch(
      new RegExp(`\\n\\nREFUSED\\n[\\s\\S]*\\n {4}${code}: .+\\n {4}[A-Z].+\\.(?:\\n|$)`),
    );
  });

  test('ends with 3 without a signature to require', async () => {
    const { evidence, exitCode } = await run('podinfo/v2/by-value', podinfo, { signature: [], publicKey: [] });
    expect(exitCode).toBe(3);
    expect(evidence.reasons.map(({ code }) => code)).toEqual(['no-trust-anchor']);
  });

  test.each<[string, Partial<VerifyCommandOptions>, string]>([
    ['a key without a name', { publicKey: [key] }, 'usage'],
    ['a key that is not there', { publicKey: ['ocm-signing=nothing.pub'] }, 'usage'],
    ['a key that is none', { publicKey: [`ocm-signing=${join(folder, 'README.md')}`] }, 'configuration'],
    ['a key of a signature that is not asked for', { signature: [] }, 'usage'],
    ['a time that is none', { at: 'yesterday' }, 'usage'],
    ['an unknown normalisation', { normalisation: ['v3'] }, 'usage'],
    ['a root certificate that is not there', { rootCa: ['ocm-signing=root.pem'] }, 'usage'],
    ['a root certificate that is none', { rootCa: [`ocm-signing=${key}`] }, 'configuration'],
    [
      'an intermediate certificate as a root',
      { rootCa: [`ocm-signing=${join(folder, 'keys/leaf.pem')}`] },
      'configuration',
    ],
    ['a certificate as a key', { publicKey: [`ocm-signing=${join(folder, 'keys/leaf.pem')}`] }, 'configuration'],
    ['a key twice', { publicKey: [`ocm-signing=${key}`, `ocm-signing=${key}`] }, 'configuration'],
    ['a root of a signature that is not asked for', { rootCa: [`other=${root}`] }, 'usage'],
    ['an issuer without a root', { issuer: ['ocm-signing=CN=x'] }, 'usage'],
    ['an issuer that is no name', { rootCa: [`ocm-signing=${root}`], issuer: ['ocm-signing=x'] }, 'usage'],
    ['two issuers', { rootCa: [`ocm-signing=${root}`], issuer: ['ocm-signing=CN=x', 'ocm-signing=CN=y'] }, 'usage'],
    ['an issuer without a signature', { issuer: ['CN'] }, 'usage'],
  ])('stops with 2 for %s', async (_what, options, code) => {
    await expect(run('podinfo/v2/by-value', podinfo, options)).rejects.toMatchObject({
      name: 'Failure',
      code,
      exitCode: 2,
    });
  });

  test('takes a root certificate and the wanted name in place of a key, or beside it', async () => {
    const greeter = 'example.org/greeter:v1.0.0';
    const chain = { signature: ['chain'], publicKey: [], rootCa: [`chain=${root}`] };
    const name = (issuer: string) => ({ ...chain, issuer: [`chain=${issuer}`] });
    const { evidence, exitCode } = await run('certificates/pkcs1', greeter, name('O=Example Works, CN=chain'));
    expect(exitCode).toBe(0);
    expect(printEvidence(evidence)).toMatch(
      /chain\s+verified .* key sha256:\w+, certificate CN=chain,O=Example Works, by .*root.pem, until 2036-/,
    );
    const other = await run('certificates/pkcs1', greeter, name('CN=other'));
    expect(other.evidence.reasons).toMatchObject([{ code: 'issuer-mismatch' }]);
    expect(other.exitCode).toBe(3);
    const beside = { ...chain, rootCa: [`chain=${join(folder, 'keys/other-root.pem')}`] };
    const pinned = { ...beside, publicKey: [`chain=${join(folder, 'keys/leaf-key.pub')}`] };
    expect((await run('certificates/pkcs1', greeter, beside)).evidence.reasons[0]?.code).toBe('certificate-untrusted');
    expect((await run('certificates/pkcs1', greeter, pinned)).evidence.verdict).toBe('verified');
  });

  test.each(['ocm.software/demos/podinfo', 'podinfo:v1.0.0', ':v1.0.0', ''])(
    'stops with 2 for %j, which is no component version',
    async (version) => {
      await expect(run('podinfo/v2/by-value', version)).rejects.toMatchObject({ code: 'usage' });
    },
  );

  test('asks a registry for what is no path', async () => {
    await expect(run('registry.example.org/team', podinfo)).rejects.toMatchObject({ code: 'not-available' });
  });

  test('prints references as a tree, and nothing that steers a terminal', async () => {
    const { evidence } = await run('product/recursive', 'ocm.software/demos/storefront:v2.0.0');
    expect(printEvidence(evidence)).toMatch(
      /references\n {2}ocm\.software[\s\S]*\n {4}ocm\.software\/demos\/cachelet:v0\.3\.1 {2}\w{12}, /,
    );
    expect(printEvidence({ ...evidence, version: '\u001b[2Jv1\u202e' })).toContain(':\ufffd[2Jv1\ufffd\n');
  });
});

test('what the content says adds no line to the text, and steers no terminal', () => {
  const nasty = 'x/y\n\nVERIFIED\n\u001b[2Jhidden\u2028';
  const evidence: Evidence = {
    component: componentName('example.org/greeter'),
    version: 'v1.0.0',
    signatures: [{ name: nasty, verdict: 'refused', algorithm: nasty }],
    resources: [{ name: nasty, version: nasty, type: nasty, extraIdentity: { [nasty]: nasty }, proof: 'unproved' }],
    references: [],
    verdict: 'refused',
    reasons: [{ code: 'malformed', message: nasty, where: nasty }],
    warnings: [{ code: 'leaves-the-registry', message: nasty, where: nasty }],
  };
  const text = printEvidence(evidence);
  expect(text.split('\n')).not.toContain('VERIFIED');
  for (const character of ['\u001b', '\u2028']) expect(text).not.toContain(character);
  expect(text.match(/^REFUSED$/gm)).toHaveLength(1);
});

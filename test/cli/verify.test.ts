import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openArchive } from '../../src/adapters/ctf/open-archive.ts';
import { printEvidence } from '../../src/cli/print-evidence.ts';
import { type VerifyCommandOptions, verify } from '../../src/cli/verify.ts';
import { Failure } from '../../src/core/failure.ts';

const folder = join(import.meta.dirname, '../fixtures/ocm');
const key = join(folder, 'keys/ocm-signing.pub');

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
    ['a root certificate', { rootCa: ['ocm-signing=root.pem'] }, 'not-available'],
    ['an issuer', { issuer: ['ocm-signing=CN=x'] }, 'not-available'],
  ])('stops with 2 for %s', async (_what, options, code) => {
    await expect(run('podinfo/v2/by-value', podinfo, options)).rejects.toMatchObject({
      name: 'Failure',
      code,
      exitCode: 2,
    });
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

import { describe, expect, test } from 'vitest';
import type { ResourceContent } from '../../../src/core/component/collected-version.ts';
import type { Resource } from '../../../src/core/component/component-descriptor.ts';
import type { Digest } from '../../../src/core/digest.ts';
import { judgeResource, readDigestRule } from '../../../src/core/trust/resource-digest.ts';

const value = 'a'.repeat(64);
const other = 'b'.repeat(64);
const blobDigest = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'genericBlobDigest/v1', value };
const artifactDigest = { ...blobDigest, normalisationAlgorithm: 'ociArtifactDigest/v1' };
const sha256 = (digits: string) => `sha256:${digits}` as Digest;

describe('the rule for recomputing a digest', () => {
  test.each([
    ['genericBlobDigest/v1', 'blob'],
    ['ociArtifactDigest/v1', 'artifact'],
    ['ociArtefactDigest/v1', 'artifact'],
  ])('%s is over the %s', (normalisationAlgorithm, over) => {
    for (const hash of ['SHA-256', 'SHA-512']) {
      const digest = { hashAlgorithm: hash, normalisationAlgorithm, value };
      expect(readDigestRule(digest)).toEqual({ kind: 'rule', over, hash, value });
    }
  });

  const excluded = 'it is excluded from what is signed, so its content could be replaced at will';
  test.each([
    [undefined, 'digest-missing', 'it has no digest, so its content could be replaced at will'],
    [{ ...blobDigest, hashAlgorithm: 'NO-DIGEST' }, 'digest-missing', excluded],
    [{ ...blobDigest, normalisationAlgorithm: 'EXCLUDE-FROM-SIGNATURE' }, 'digest-missing', excluded],
    [
      { ...blobDigest, hashAlgorithm: 'sha256' },
      'unsupported-algorithm',
      'its digest is of the kind ["sha256","genericBlobDigest/v1"]',
    ],
    [
      { ...blobDigest, normalisationAlgorithm: 'ociArtifactDigest/v2' },
      'unsupported-algorithm',
      'its digest is of the kind ["SHA-256","ociArtifactDigest/v2"]',
    ],
    [{ ...blobDigest, value: 'A0' }, 'malformed', 'its digest is not written in lower-case hexadecimal digits'],
  ])('there is none for %j', (digest, code, message) => {
    expect(readDigestRule(digest)).toEqual({ kind: 'problem', problem: { code, message } });
  });
});

describe('a resource', () => {
  function judge(content: ResourceContent, changes: Partial<Resource> = {}) {
    const resource = { name: 'a', version: '1', type: 't', relation: 'local', extraIdentity: {}, labels: [] } as const;
    return judgeResource({ ...resource, access: { type: 'localBlob' }, digest: blobDigest, ...changes }, content);
  }

  const proved = { proof: 'content', problems: [] };
  const mismatch = (found: string) => ({
    proof: 'unproved',
    problems: [{ code: 'digest-mismatch', message: `its digest is sha256:${value}, and its content has ${found}` }],
  });
  const asArtifact = { digest: artifactDigest };
  const broken = { code: 'blob-missing', message: 'a part is gone' } as const;

  test.each<[string, ResourceContent, Partial<Resource>, object]>([
    ['whose bytes were read', { kind: 'blob', hash: value, read: true }, {}, proved],
    ['that the registry has', { kind: 'blob', hash: value, read: false }, {}, { ...proved, proof: 'present' }],
    ['of other bytes', { kind: 'blob', hash: other, read: true }, {}, mismatch(sha256(other))],
    ['that is an archive', { kind: 'blob', hash: other, artifact: sha256(value), read: false }, asArtifact, proved],
    [
      'that is another archive',
      { kind: 'blob', hash: value, artifact: sha256(other), read: true },
      asArtifact,
      mismatch(sha256(other)),
    ],
    [
      'that is another archive, under the name of the blob digest',
      { kind: 'blob', hash: 'cc', artifact: sha256(other), read: true },
      {},
      mismatch('sha256:cc'),
    ],
    ['that is no archive', { kind: 'blob', hash: value, read: true }, asArtifact, mismatch(sha256(value))],
    [
      'that is a broken archive',
      { kind: 'blob', hash: value, artifact: broken, read: true },
      asArtifact,
      { proof: 'unproved', problems: [broken] },
    ],
    [
      'that is a broken archive of other bytes',
      { kind: 'blob', hash: other, artifact: broken, read: true },
      {},
      mismatch(sha256(other)),
    ],
    [
      'that is a broken archive with the right bytes',
      { kind: 'blob', hash: value, artifact: broken, read: true },
      {},
      proved,
    ],
    ['that is an artifact', { kind: 'artifact', digest: sha256(value), read: true }, asArtifact, proved],
    [
      'that is another artifact',
      { kind: 'artifact', digest: sha256(other), read: true },
      asArtifact,
      mismatch(sha256(other)),
    ],
    [
      'with problems',
      { kind: 'problems', problems: [broken, broken] },
      {},
      { proof: 'unproved', problems: [broken, broken] },
    ],
    [
      'that nobody looked for',
      { kind: 'not-read' },
      {},
      { proof: 'unproved', problems: [{ code: 'resource-unreachable', message: 'its content was not looked for' }] },
    ],
    [
      'without a digest',
      { kind: 'not-read' },
      { digest: undefined as never },
      {
        proof: 'unproved',
        problems: [{ code: 'digest-missing', message: expect.stringContaining('it has no digest') }],
      },
    ],
    [
      'without content',
      { kind: 'not-read' },
      { access: { type: 'none' }, digest: undefined as never },
      { proof: 'none', problems: [] },
    ],
    [
      'without content, yet with its digest',
      { kind: 'not-read' },
      { access: { type: 'None' } },
      {
        proof: 'unproved',
        problems: [{ code: 'malformed', message: 'its access is none, and yet it has a digest of content' }],
      },
    ],
  ])('%s', (_what, content, changes, judgement) => {
    expect(judge(content, changes)).toEqual(judgement);
  });

  test.each([
    ['resource-unreachable', undefined, 'unproved'],
    ['resource-unreachable', sha256(value), 'pinned'],
    ['leaves-the-registry', undefined, 'unproved'],
    ['leaves-the-registry', sha256(value), 'pinned'],
  ] as const)('that lies elsewhere (%s), pinned to %s, is %s', (code, pinned, proof) => {
    const where = 'far.example/x';
    const judged = judge({ kind: 'unreachable', code, where, ...(pinned && { pinned }) });
    const inside = { code, message: 'its content lies outside of the component repository: far.example/x' };
    const outside = {
      code,
      message: 'its content lies outside of the configured registries, where this site may not reach it: far.example/x',
    };
    const found = code === 'resource-unreachable' ? { problems: [inside] } : { problems: [], warning: outside };
    expect(judged).toEqual({ proof, ...found });
    expect(judge({ kind: 'unreachable', code, where, pinned: sha256(other) })).toEqual(mismatch(sha256(other)));
  });
});

import { describe, expect, test } from 'vitest';
import { describeBody, type PullRequestContent } from '../../../src/core/pull-request/describe.ts';
import type { ResourceEvidence, SignatureEvidence } from '../../../src/core/trust/evidence.ts';
import { version } from '../../builders/observation.ts';
import { evidence, pullRequestContent } from '../../builders/pull-request-content.ts';
import { versionDifference } from '../../builders/version-difference.ts';

const bodyOf = (changes: Partial<PullRequestContent> = {}, difference = versionDifference()) =>
  describeBody(pullRequestContent(changes), difference);

const many = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
const versions = (count: number) => many(count, 'v1.0.').map(version);
const resource = (name: string): ResourceEvidence => ({
  name,
  version: '1.0.0',
  type: 't',
  extraIdentity: {},
  proof: 'none',
});

describe('the first line says what is proposed, not what is done', () => {
  test.each([
    [undefined, '**podinfo** v1.0.0 to be installed in `default`'],
    ['v1.0.0', '**podinfo** v1.0.0 to be written anew in `default`'],
    ['v0.9.0', '**podinfo** v0.9.0 → v1.0.0 in `default`'],
  ])('with %s installed', (installed, line) => {
    expect(bodyOf({ installed: installed === undefined ? undefined : version(installed) })).toContain(`\n${line}`);
  });
});

test('a note is words only, whatever its names hold', () => {
  const body = bodyOf({ notes: ['New would be: a\n\n@everyone <img src=x> [x](y), `b`.', 'x'.repeat(100_000)] });
  expect(body).toContain('> New would be: a @\u200beveryone &lt;img src=x&gt; \\[x\\]\\(y\\), \\`b\\`.\n');
  expect(body).toContain('consignee diff');
});

test.each<[string, Partial<PullRequestContent>, string]>([
  ['new values', { valuesAdded: { path: 'values.yaml', names: many(32, 'v1.0.') } }, '`v1.0.20`, … and 12 more.'],
  ['versions between', { between: versions(32) }, '`v1.0.20`, … and 12 more.'],
  ['superseded versions', { supersedes: versions(32) }, '`v1.0.20`, … and 12 more.'],
  [
    'versions that are not taken',
    { skipped: versions(32).map((it) => ({ version: it, because: 'skip-list', detail: 'it is refused' })) },
    'Not taken: `v1.0.20`, it is refused.\n* Not taken either: 12 more.',
  ],
])('of many %s twenty are shown', (_, changes, shown) => {
  const body = bodyOf(changes);
  expect(body).toContain(shown);
  expect(bodyOf({ valuesAdded: { path: 'values.yaml', names: many(20, 'v') } })).toContain('`v19`, `v20`.  \n');
});

test('says of a signature who is trusted for it, and until when', () => {
  const signature = {
    name: 'release',
    verdict: 'verified',
    algorithm: 'RSASSA-PSS',
    keyFingerprint: `sha256:${'ab'.repeat(32)}`,
    anchor: '.consignee/keys/root.pem',
    certificate: {
      subject: 'CN=release,O=Example Works',
      issuer: 'CN=ca',
      serialNumber: '1',
      notAfter: '',
      publicKey: '',
    },
    validUntil: '2027-01-01T00:00:00.000Z',
  } as SignatureEvidence;
  const body = bodyOf({ evidence: { ...evidence([]), signatures: [signature] } });
  expect(body).toContain(
    `verified, \`RSASSA-PSS\`, key \`sha256:${'ab'.repeat(32)}\`, certificate of \`CN=release,O=Example Works\`,` +
      ' trusted by `.consignee/keys/root.pem`, until `2027-01-01T00:00:00.000Z`',
  );
});

test('says of content outside of the registries that it was not looked at', () => {
  const outside: ResourceEvidence = { ...resource('image'), proof: 'pinned' };
  const body = bodyOf({ evidence: evidence([outside]) });
  expect(body).toContain('0 of 1 resources in the registry');
  expect(body).toContain('outside of the configured registries');
});

test('commands are those that work where the pull request is', () => {
  expect(bodyOf()).toContain('| `consignee pull merge <number>` |');
  expect(bodyOf()).not.toContain('/hold');
  const inComments = bodyOf({ commands: 'comments' });
  expect(inComments).toMatch(/\| `\/hold 3d reason` \|.*\n\| `\/skip` \|/);
  expect(inComments).not.toContain('consignee pull');
});

test('of many changed resources twenty are named', () => {
  const difference = versionDifference({ gained: many(32, 'v1.0.') });
  expect(bodyOf({ installed: version('v0.9.0') }, difference)).toContain('`v1.0.20`, … and 12 more change.');
});

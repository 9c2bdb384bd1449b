import { createPublicKey } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { defaultTrustFloor, operatorFloorOf, type TrustFloor } from '../../src/config/trust-floor.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { PublishedVersion } from '../../src/ports/archive-writer.ts';
import { mergePullRequest } from '../../src/workflows/merge-pull-request.ts';
import { createAuthority, createLeaf, createRsaKeys } from '../builders/certificate.ts';
import { certified } from '../builders/certified-version.ts';
import { createKeyPair, parseData, signatureOf } from '../builders/component-version.ts';
import { podinfoVersion } from '../builders/podinfo-version.ts';
import { rewritten } from '../builders/rewritten-version.ts';
import { inMinutes, type RegistryWorld } from '../support/registry-world.ts';
import { copyWatch, startWatch, type Watch } from '../support/watch.ts';
import { branch, configPath, configText, keys, type PassChanges } from '../support/world.ts';

const newKeys = createKeyPair();
const root = createAuthority('root');
const leafKeys = createRsaKeys();
const leaf = createLeaf(root, { keys: leafKeys, to: '2026-11-22T00:00:00Z' });
const renewedLeaf = createLeaf(root, { keys: leafKeys, to: '2027-11-22T00:00:00Z' });

/** Past midnight, before what was found out counts no more for its age. */
const nextDay = 13 * 60;

/** What is trusted, by whom it is said, and when. */
interface Policy {
  /** In the repository configuration. */
  readonly verify?: string;
  /** What the operator demands. */
  readonly floor?: Partial<TrustFloor>;
  /** Minutes after the begin. */
  readonly at?: number;
}

/** A policy under which a version holds, and one under which it does not. */
interface Change {
  readonly before?: Policy;
  readonly after: Policy;
  /** What makes it hold again; otherwise the policy from before. */
  readonly lifted?: Policy;
  readonly sign?: (version: string) => PublishedVersion;
  /** What is delivered to make it hold again. */
  readonly renewed?: PublishedVersion;
  readonly code: string;
  /** What becomes of it where it is installed. */
  readonly installed: 'leave in-sync' | 'refuse not-verified';
}

const release = 'publicKey: keys/release.pub';
const onlyRelease = `[{ signature: release, ${release} }]`;
/** The key of before, on certain terms, or its successor. */
const either = (term: string) =>
  `[{ signature: release, anyOf: [{ ${release}, ${term} }, { publicKey: keys/new.pub }] }]`;
const anyOf = `anyOf: [{ ${release} }, { publicKey: keys/new.pub }]`;
const twoSignatures = `[{ signature: release, ${anyOf} }, { signature: second, ${anyOf} }]`;
const byCertificate = '[{ signature: release, rootCertificate: keys/root.pem }]';
const fingerprint = digestOf(createPublicKey(keys().publicKey).export({ type: 'spki', format: 'der' }));

const refused = 'refuse not-verified';

const changes: Readonly<Record<string, Change>> = {
  'its key is replaced by another': {
    after: { verify: '[{ signature: release, publicKey: keys/new.pub }]' },
    code: 'signature-invalid',
    installed: refused,
  },
  'its key retires': {
    before: { verify: either('retired: 2026-11-22') },
    after: { verify: either('retired: 2026-11-22'), at: nextDay },
    lifted: { verify: either('retired: 2027-01-01'), at: nextDay },
    code: 'key-retired',
    installed: 'leave in-sync',
  },
  'its key is retired since long': {
    before: { verify: either('retired: 2027-01-01') },
    after: { verify: either('retired: 2026-01-01') },
    code: 'key-retired',
    installed: 'leave in-sync',
  },
  'its key is revoked from a day on': {
    before: { verify: either('revoked: 2026-11-22') },
    after: { verify: either('revoked: 2026-11-22'), at: nextDay },
    lifted: { verify: either('revoked: 2027-01-01'), at: nextDay },
    code: 'key-revoked',
    installed: refused,
  },
  'its key is revoked at once': {
    before: { verify: either('retired: 2027-01-01') },
    after: { verify: either('revoked: true') },
    code: 'key-revoked',
    installed: refused,
  },
  'its key is revoked by the operator': {
    after: { floor: { revokedKeys: [fingerprint] } },
    code: 'key-revoked',
    installed: refused,
  },
  'the operator requires another signer': {
    before: { verify: twoSignatures },
    after: { verify: twoSignatures, floor: { minimumSignatures: 2 } },
    sign: (version) =>
      rewritten(plain(version), (data) => ({
        ...data,
        signatures: [...data.signatures, signatureOf(parseData(data), 'second', keys())],
      })),
    code: 'too-few-signers',
    installed: refused,
  },
  'its algorithm counts no more': {
    after: { floor: { algorithms: ['RSASSA-PSS'] } },
    code: 'policy-algorithm',
    installed: refused,
  },
  'its normal form counts no more': {
    after: { floor: { normalisations: ['jsonNormalisation/v4alpha1'] } },
    code: 'policy-normalisation',
    installed: refused,
  },
  'its certificate expires': {
    before: { verify: byCertificate },
    after: { verify: byCertificate, at: nextDay },
    lifted: { verify: byCertificate, at: nextDay + 2 },
    sign: (version) => certified(plain(version), leaf),
    renewed: certified(plain('v1.1.0'), renewedLeaf),
    code: 'certificate-expired',
    installed: 'leave in-sync',
  },
};

function plain(version: string): PublishedVersion {
  return podinfoVersion(version, {}, keys());
}

/** Has a policy hold from now on. @returns The pass that is made under it. */
async function put(world: RegistryWorld, { verify = onlyRelease, floor = {}, at = 0 }: Policy, more = '') {
  const text = configText(more).replace(/^verify: .*$/m, `verify: ${verify}`);
  if ((await world.read('main', configPath)) !== text) await world.person.commit('main', { [configPath]: text });
  return { ...inMinutes(at), floor: operatorFloorOf({ ...defaultTrustFloor, ...floor }) } satisfies PassChanges;
}

type Beginning = Pick<Change, 'before' | 'sign'>;

const prepared = new Map<string, Promise<Watch>>();

afterAll(async () => {
  for (const watch of prepared.values()) await (await watch)[Symbol.asyncDispose]();
});

/** v1.0.0 is installed, v1.1.0 is proposed in pull request #2. What begins alike is made once. */
async function startUnder({ before = {}, sign: signed }: Beginning): Promise<Watch> {
  const key = JSON.stringify(before);
  const made = prepared.get(key) ?? makeUnder({ before, ...(signed && { sign: signed }) });
  prepared.set(key, made);
  return await copyWatch(await made);
}

async function makeUnder({ before = {}, sign: signed = plain }: Beginning): Promise<Watch> {
  const watch = await startWatch();
  const { world } = watch;
  const files = { 'keys/new.pub': newKeys.publicKey, 'keys/root.pem': root.pem };
  for (const [path, text] of Object.entries(files)) await world.person.commit('main', { [`.consignee/${path}`]: text });
  const pass = await put(world, before);
  await world.deliver(signed('v1.0.0'));
  await watch.ask('open', pass);
  await world.merge();
  await world.deliver(signed('v1.1.0'));
  await watch.ask('open', pass);
  return watch;
}

const oneRequest = ['GET tags'];

async function expectUnmergeable(world: RegistryWorld, code: string) {
  const [, open] = await world.pullRequests();
  expect(open).toMatchObject({ state: 'open', body: expect.stringMatching(/refused -->\n\n> \*\*Do not merge\.\*\*/) });
  expect(open?.body).toContain(code);
  expect(await world.comments(2)).toMatchObject([{ body: expect.stringContaining(code) }]);
  const { headSha: expectedHead } = open ?? {};
  if (!expectedHead) throw new Error('The pull request has no head.');
  const merge = { number: 2, expectedHead, message: 'Merge', by: world.person };
  await expect(world.onForge((forge) => mergePullRequest({ ...merge, forge }))).rejects.toMatchObject({
    code: 'content',
  });
}

describe.concurrent('what is proposed is refused and must not be merged, while', () => {
  test.for(Object.entries(changes))('%s', async ([, change]) => {
    await using watch = await startUnder(change);
    const { world } = watch;
    const text = (await world.pullRequests())[1]?.body;
    const head = await world.git.tip(`refs/heads/${branch}`);
    const tightened = await put(world, change.after);
    const main = await world.git.tip('refs/heads/main');
    expect((await watch.ask(refused, tightened)).length).toBeGreaterThan(1);
    await expectUnmergeable(world, change.code);
    expect(await watch.askOnly(refused, tightened)).toEqual(oneRequest);
    expect(await world.git.tip('refs/heads/main')).toBe(main);
    const automatic = await put(world, change.after, 'merge: automatic\n');
    await watch.askOnly(refused, automatic);
    await expectUnmergeable(world, change.code);

    const lifted = await put(world, change.lifted ?? { ...change.before, at: change.after.at ?? 0 });
    if (change.renewed) await world.deliver(change.renewed);
    await watch.ask('update', lifted);
    expect((await world.pullRequests())[1]?.body).not.toContain('Do not merge');
    expect(await world.comments(2)).toHaveLength(1);
    expect(await watch.askOnly('leave waiting-for-merge', lifted)).toEqual(oneRequest);
    if (change.lifted) return;
    expect((await world.pullRequests())[1]?.body).toBe(text);
    expect(await world.git.tip(`refs/heads/${branch}`)).toBe(head);
  });
});

describe.concurrent('what is proposed cannot be judged and must not be merged, while', () => {
  const release = '.consignee/keys/release.pub';
  const mistakes: Readonly<Record<string, (world: RegistryWorld) => Promise<PassChanges>>> = {
    'the operator requires more signers than there are keys': (world) =>
      put(world, { floor: { minimumSignatures: 2 } }),
    'its key is gone': async ({ person }) => {
      await person.commit('main', { [release]: undefined });
      return {};
    },
    'its key is none': async ({ person }) => {
      await person.commit('main', { [release]: 'hello\n' });
      return {};
    },
  };

  test.for(Object.entries(mistakes))('%s', async ([, make]) => {
    await using watch = await startUnder({});
    const { world } = watch;
    const mistaken = await make(world);
    await watch.askOnly('failed configuration', { ...mistaken, mode: 'plan' });
    await watch.ask('failed configuration', mistaken);
    await expectUnmergeable(world, 'release');
    await watch.askOnly('failed configuration', mistaken);
    await world.person.commit('main', { [release]: keys().publicKey });
    await watch.ask('update');
    expect((await world.pullRequests())[1]?.body).not.toContain('Do not merge');
  });
});

describe.concurrent('what is installed is judged by what counts for it, when', () => {
  test.for(Object.entries(changes))('%s', async ([, change]) => {
    await using watch = await startUnder(change);
    const { world } = watch;
    const skip = 'skip: [v1.1.0]\n';
    await watch.ask('close', await put(world, change.before ?? {}, skip));
    await watch.askOnly('leave in-sync', await put(world, change.before ?? {}, skip));
    const tightened = await put(world, change.after, skip);
    await watch.askOnly(change.installed, tightened);
    expect(await watch.askOnly(change.installed, tightened)).toEqual(oneRequest);
  });
});

test('what was proved as installed is judged anew from the day on which its key is revoked', async () => {
  await using watch = await startWatch();
  const { world } = watch;
  await world.person.commit('main', { '.consignee/keys/new.pub': newKeys.publicKey });
  await world.publish('v1.0.0');
  await watch.ask('open', await put(world, { verify: either('revoked: 2027-01-01') }));
  await world.merge();
  const sooner = { verify: either('revoked: 2026-11-22') };
  expect((await watch.askOnly('leave in-sync', await put(world, sooner))).length).toBeGreaterThan(1);
  expect(await watch.askOnly('leave in-sync', await put(world, sooner))).toEqual(oneRequest);
  await watch.askOnly(refused, await put(world, { ...sooner, at: nextDay }));
});

test('what is installed under a revoked key is replaced by what another key signed', async () => {
  const before = { verify: either('revoked: 2026-11-22') };
  await using watch = await startWatch();
  const { world } = watch;
  await world.person.commit('main', { '.consignee/keys/new.pub': newKeys.publicKey });
  const pass = await put(world, before);
  await world.publish('v1.0.0');
  await watch.ask('open', pass);
  await world.merge();
  const revoked = await put(world, { ...before, at: nextDay });
  await watch.askOnly(refused, revoked);
  await world.deliver(podinfoVersion('v1.1.0', {}, newKeys));
  await watch.ask('open', revoked);
  await world.merge();
  await watch.askOnly('leave in-sync', revoked);
});

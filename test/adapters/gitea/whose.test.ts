import { describe, expect, test } from 'vitest';
import { createChecks } from '../../../src/adapters/gitea/checks.ts';
import { createPeople } from '../../../src/adapters/gitea/people.ts';
import { pullRequestRowOf } from '../../../src/adapters/gitea/pull-request-row.ts';
import { parseCommitSha } from '../../../src/core/repository/commit.ts';
import { readRecording } from '../../support/gitea-recordings.ts';
import { startLyingServer } from './lying-server.ts';

describe('a pull request', () => {
  const bot = { id: '2', name: 'consignee' };
  const open: unknown = readRecording('pull-open').body;
  const changed = (change: object) => ({ ...Object(open), ...change });
  const head = { label: 'consignee/dev/podinfo', ref: 'consignee/dev/podinfo', sha: 'a'.repeat(40), repo_id: 1 };

  test('of the bot from a branch of the bot is its own', () => {
    expect(pullRequestRowOf(open, bot)).toMatchObject({ ours: true, byBot: true });
  });

  test.each([
    ['by somebody else', changed({ user: { id: 3, login: 'consignee' } })],
    ['by an account that was deleted', changed({ user: null })],
    ['from a fork, with the same branch', changed({ head: { ...head, repo_id: 7 } })],
    ['from a fork that is gone', changed({ head: { ...head, repo_id: -1 } })],
    ['as recorded from a fork', readRecording('pull-from-fork').body],
  ])('%s is not', (_, row) => {
    expect(pullRequestRowOf(row, bot)).toMatchObject({ ours: false, byBot: false });
  });

  test('of the bot from another branch is none that it keeps', () => {
    const row = pullRequestRowOf(changed({ head: { ...head, label: 'topic' } }), bot);
    expect(row).toMatchObject({ ours: false, byBot: true });
  });

  test.each(['WIP: a', '[WIP] a', 'wip: a'])('with the title %s is a draft, whatever the server says', (title) => {
    expect(pullRequestRowOf(changed({ title, draft: undefined }), bot).pullRequest.draft).toBe(true);
    expect(pullRequestRowOf(changed({ title: `a ${title}`, draft: false }), bot).pullRequest.draft).toBe(false);
  });

  test('keeps the name of a branch that is gone, and has no head while it is open', () => {
    const gone = { ...head, ref: 'refs/pull/1/head' };
    const { pullRequest } = pullRequestRowOf(changed({ head: gone }), bot);
    expect(pullRequest).toMatchObject({ head: head.label, headSha: undefined });
    expect(pullRequestRowOf(changed({ head: gone, state: 'closed' }), bot).pullRequest.headSha).toBe(head.sha);
  });
});

describe('the rights of somebody', () => {
  const mira = { id: '3', name: 'mira' };
  const answers = (permissions: Readonly<Record<string, object>>, found: readonly object[]) =>
    startLyingServer(({ url }) => {
      const name = /\/collaborators\/([^/]+)\/permission$/.exec(url)?.[1];
      if (name !== undefined && permissions[name]) return { body: permissions[name] };
      return url.includes('/users/search') ? { body: { ok: true, data: found } } : undefined;
    });

  test('are those of the account, not of whoever has its name now', async () => {
    const admin = { permission: 'admin', user: { id: 9, login: 'mira' } };
    await using taken = await answers({ mira: admin }, []);
    expect(await createPeople(taken.site).permissionOf(mira)).toBe('unknown');
    const write = { permission: 'write', user: { id: 3, login: 'mira2' } };
    await using renamed = await answers({ mira: admin, mira2: write }, [{ id: 3, login: 'mira2' }]);
    expect(await createPeople(renamed.site).permissionOf(mira)).toBe('write');
    await using givenUp = await answers({ mira2: write }, [{ id: 3, login: 'mira2' }]);
    expect(await createPeople(givenUp.site).permissionOf(mira)).toBe('write');
  });

  test.each([
    ['owner', undefined, 'admin'],
    ['admin', 'read', 'admin'],
    ['write', 'none', 'write'],
    ['none', 'admin', 'none'],
    ['read', 'write', 'write'],
    ['read', undefined, 'read'],
    ['emperor', undefined, 'unknown'],
  ] as const)('that are told as %s, and signed as %s, are %s', async (permission, hint, given) => {
    await using server = await answers({ mira: { permission, user: { id: 3, login: 'mira' } } }, []);
    expect(await createPeople(server.site).permissionOf(mira, hint)).toBe(given);
  });
});

test('a check that somebody else covered is set again, and one that stands is not', async () => {
  const sha = parseCommitSha('a'.repeat(40));
  if (!sha) throw new Error('that is a commit');
  const status = { id: 1, context: 'consignee/verified', status: 'failure', description: 'no', target_url: '' };
  const own = { ...status, creator: { id: 2, login: 'consignee' } };
  const forged = { ...status, id: 2, status: 'success', creator: { id: 3, login: 'mira' } };
  const same = { ...status, id: 2, creator: { id: 3, login: 'mira' } };
  const sendings = async (statuses: readonly object[]) => {
    await using server = await startLyingServer(({ method, url }) => {
      if (url.endsWith('/user')) return { body: { id: 2, login: 'consignee' } };
      if (!url.includes('/statuses')) return undefined;
      const headers = { 'x-total-count': `${statuses.length}` };
      return method === 'GET' ? { headers, body: statuses } : { status: 201, body: {} };
    });
    const wanted = { context: 'consignee/verified', state: 'failure', description: 'no' } as const;
    await createChecks(server.site).set(sha, wanted);
    return server.asked.filter((it) => it.startsWith('POST')).length;
  };
  expect(await sendings([own])).toBe(0);
  expect(await sendings([])).toBe(1);
  expect(await sendings([own, forged])).toBe(1);
  expect(await sendings([own, same])).toBe(1);
  expect(await sendings([forged, { ...own, id: 3 }])).toBe(0);
});

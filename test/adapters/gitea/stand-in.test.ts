import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGitWorld, type GitWorld } from '../../support/git-world.ts';
import { compareShapes, readDelivery, readRecording } from '../../support/gitea-recordings.ts';
import { type GiteaStandIn, startGiteaStandIn } from '../../support/gitea-stand-in.ts';
import { giteaAccounts } from '../../support/gitea-stand-in-state.ts';

const repo = '/api/v1/repos/software-consumer/ocm-applications';
let world: GitWorld;
let standIn: GiteaStandIn;

beforeEach(async () => {
  world = await createGitWorld();
  await world.person.commit('consignee/a', { a: 'a' }, 'main');
  standIn = await startGiteaStandIn(world.bare);
});
afterEach(async () => {
  await standIn[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const accountOf = (login: string) => {
  const account = giteaAccounts.find((it) => it.login === login);
  if (!account) throw new Error(`there is no account ${login}`);
  return account;
};

async function ask(who: string, method: string, path: string, body?: object, signal?: AbortSignal) {
  const answer = await fetch(`${standIn.url}${path}`, {
    method,
    headers: { authorization: `token ${accountOf(who).token}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...(signal ? { signal } : {}),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text };
}

const openPull = () => ask('consignee', 'POST', `${repo}/pulls`, { head: 'consignee/a', base: 'main', title: 'A' });

describe('deliveries', () => {
  let receiver: Server;
  let received: { headers: IncomingMessage['headers']; body: Buffer }[];
  let status: number;

  beforeEach(async () => {
    received = [];
    status = 202;
    receiver = createServer(async (request, response) => {
      received.push({ headers: request.headers, body: await buffer(request) });
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const address = receiver.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const config = { url: `http://127.0.0.1:${port}/hooks`, content_type: 'json', secret: 'fixture-secret' };
    const events = ['push', 'create', 'delete', 'pull_request', 'issues', 'status'];
    await ask('harbourmaster', 'POST', `${repo}/hooks`, { type: 'gitea', active: true, config, events });
  });
  afterEach(async () => {
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
  });

  const typesOf = () => received.map(({ headers }) => headers['x-gitea-event-type']);

  test('what happens is told with the headers and the shape that were recorded', async () => {
    const by = accountOf('consignee');
    await openPull();
    await ask('mira', 'POST', `${repo}/issues/1/comments`, { body: '/promote' });
    const [comment] = standIn.state.comments;
    await ask('mira', 'PATCH', `${repo}/issues/comments/${comment?.id}`, { body: '/hold' });
    await ask('mira', 'POST', `${repo}/pulls/1/reviews`, { event: 'APPROVED', body: 'ok' });
    const sha = await world.person.commit('consignee/a', { b: 'b' });
    await standIn.notice(by);
    await ask('consignee', 'POST', `${repo}/statuses/${sha}`, { state: 'success', context: 'c' });
    await ask('consignee', 'PATCH', `${repo}/pulls/1`, { title: 'B' });
    await ask('consignee', 'POST', `${repo}/pulls/1/merge`, { Do: 'merge' });
    await world.person.commit('consignee/new', { new: 'n' }, 'main');
    await standIn.notice(by);
    await world.person.deleteBranch('consignee/new');
    await standIn.notice(by);
    await ask('mira', 'POST', `${repo}/issues`, { title: 'I', body: '' });
    await ask('mira', 'POST', `${repo}/issues/2/comments`, { body: 'x' });
    await standIn.deliveries.settled();

    const recorded = [
      'pull_request-opened',
      'issue_comment-created-command',
      'issue_comment-edited-by-author',
      'pull_request_review-approved',
      'push-bot-branch-updated-by-bot',
      'pull_request-synchronized-by-bot',
      'status-success',
      'pull_request-edited-title',
      'pull_request-closed-merged',
      'push-main-merge-by-bot',
      'create-branch-bot',
      'push-bot-branch-created-by-bot',
      'delete-branch-bot',
      'issues-opened',
      'issue_comment-created-on-issue',
    ].map(readDelivery);
    expect(typesOf()).toEqual(recorded.map(({ headers }) => headers['X-Gitea-Event-Type']));
    for (const [index, delivery] of recorded.entries()) {
      const { headers, body } = received[index] ?? { headers: {}, body: Buffer.of() };
      const names = Object.keys(delivery.headers).filter((it) => it.startsWith('X-'));
      expect(names.filter((it) => !(it.toLowerCase() in headers))).toEqual([]);
      expect(headers['x-gitea-event']).toBe(delivery.headers['X-Gitea-Event']);
      expect(compareShapes(JSON.parse(delivery.body), JSON.parse(body.toString()))).toEqual([]);
    }
  });

  test('each is signed over its very bytes, as recorded ones are', async () => {
    await openPull();
    await standIn.deliveries.settled();
    const sign = (body: Buffer | string) => createHmac('sha256', 'fixture-secret').update(body).digest('hex');
    const recorded = readDelivery('pull_request-opened');
    expect(sign(recorded.body)).toBe(recorded.headers['X-Gitea-Signature']);
    const [delivery] = received;
    expect(delivery?.headers['x-gitea-signature']).toBe(sign(delivery?.body ?? ''));
    expect(delivery?.headers['x-hub-signature-256']).toBe(`sha256=${delivery?.headers['x-gitea-signature']}`);
  });

  test('what is refused is not sent again', async () => {
    status = 500;
    await openPull();
    await standIn.deliveries.settled();
    status = 202;
    await ask('consignee', 'PATCH', `${repo}/pulls/1`, { title: 'B' });
    await standIn.deliveries.settled();
    expect(typesOf()).toEqual(['pull_request', 'pull_request']);
    expect(standIn.deliveries.sent.map((it) => it.status)).toEqual([500, 202]);
  });

  test('only the sender of a comment shows what he may do', async () => {
    await openPull();
    await ask('olav', 'POST', `${repo}/issues/1/comments`, { body: '/promote' });
    await standIn.deliveries.settled();
    const { repository } = JSON.parse(received[1]?.body.toString() ?? '{}');
    expect(repository.permissions).toEqual({ admin: false, push: false, pull: true });
  });
});

describe('faults', () => {
  const strike = (fault: Parameters<GiteaStandIn['faults']['add']>[0]['fault']) =>
    standIn.faults.add({ method: 'POST', path: /\/pulls$/, fault, times: 1 });

  test('an answer that is lost is lost after the thing was done', async () => {
    strike('error-500-after');
    expect((await openPull()).status).toBe(500);
    expect(standIn.counts().pullRequests).toBe(1);
    expect((await openPull()).status).toBe(409);
  });

  test('a connection that breaks, breaks after the thing was done or before', async () => {
    strike('reset-before');
    await expect(openPull()).rejects.toThrow();
    expect(standIn.counts().pullRequests).toBe(0);
    strike('reset-after');
    await expect(openPull()).rejects.toThrow();
    expect(standIn.counts().pullRequests).toBe(1);
  });

  test('a page instead of an answer, a request to wait, and silence', async () => {
    strike('html-200');
    expect((await openPull()).text).toContain('<html>');
    strike({ status: 429, headers: { 'retry-after': '7' } });
    const busy = await openPull();
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '7']);
    strike('hang');
    const asking = ask('consignee', 'POST', `${repo}/pulls`, {}, AbortSignal.timeout(50));
    await expect(asking).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(standIn.counts().pullRequests).toBe(0);
    expect(standIn.requests.filter((it) => it === `POST ${repo}/pulls`)).toHaveLength(3);
  });
});

describe('what a forge does by itself', () => {
  const read = async () => JSON.parse((await ask('consignee', 'GET', `${repo}/pulls/1`)).text);

  test('a deleted branch closes its pull request, and a push moves its head', async () => {
    await openPull();
    const sha = await world.person.commit('consignee/a', { b: 'b' });
    await standIn.notice(accountOf('mira'));
    expect(await read()).toMatchObject({ state: 'open', head: { ref: 'consignee/a', sha } });
    await world.person.deleteBranch('consignee/a');
    await standIn.notice(accountOf('mira'));
    expect(await read()).toMatchObject({ state: 'closed', merged: false, head: { ref: 'refs/pull/1/head', sha } });
  });

  test('twins come of requests at once', async () => {
    const answers = await Promise.all([openPull(), openPull(), openPull(), openPull()]);
    expect(answers.map((it) => it.status)).toEqual([201, 201, 201, 201]);
  });

  test('of merges at once one is made, the others are told that the base moved, or nothing', async () => {
    await world.person.commit('consignee/b', { b: 'b' }, 'main');
    await standIn.notice(accountOf('mira'));
    await openPull();
    await ask('consignee', 'POST', `${repo}/pulls`, { head: 'consignee/b', base: 'main', title: 'B' });
    const merge = (number: number) => ask('consignee', 'POST', `${repo}/pulls/${number}/merge`, { Do: 'merge' });
    const [one, two, again] = await Promise.all([merge(1), merge(2), merge(1)]);
    expect([one.status, two.status].sort()).toEqual([200, 409]);
    expect([one, two].find((it) => it.status === 409)?.text).toMatch(
      /cannot lock ref 'refs\/heads\/main': is at \w+ but expected \w+/,
    );
    expect(again.status).toBe(500);
    expect(standIn.counts().merges).toBe(1);
  });

  test('a conflict that is not known yet is told with the words of git, one that is known only by asking to wait', async () => {
    await world.person.commit('consignee/b', { 'apps/one.yaml': 'b' }, 'main');
    await world.person.commit('main', { 'apps/one.yaml': 'main' });
    await standIn.notice(accountOf('mira'));
    await ask('consignee', 'POST', `${repo}/pulls`, { head: 'consignee/b', base: 'main', title: 'B' });
    const merge = async () => {
      const { status, text } = await ask('consignee', 'POST', `${repo}/pulls/1/merge`, { Do: 'merge' });
      return { status, body: JSON.parse(text) };
    };
    for (const [late, name] of [
      [true, 'merge-409-conflict'],
      [false, 'merge-405-conflict-known'],
    ] as const) {
      standIn.state.checksAreLate = late;
      const recorded = readRecording(name);
      const given = await merge();
      expect(given.status).toBe(recorded.status);
      expect(compareShapes(recorded.body, given.body)).toEqual([]);
      if (late) expect(given.body.StdOut).toContain('CONFLICT (content): Merge conflict in apps/one.yaml');
    }
  });

  test('git is served with the rights of the account', async () => {
    const push = (who: string) => {
      const credentials = Buffer.from(`${who}:${accountOf(who).token}`).toString('base64');
      const config = ['-c', `http.extraHeader=Authorization: Basic ${credentials}`];
      return world.person.git(
        ...config,
        'push',
        '-q',
        `${standIn.url}/software-consumer/ocm-applications.git`,
        'HEAD:refs/heads/pushed',
      );
    };
    await expect(push('olav')).rejects.toThrow('403');
    await push('mira');
    expect(standIn.state.branches.has('pushed')).toBe(true);
  });
});

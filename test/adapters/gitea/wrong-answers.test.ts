import { describe, expect, test } from 'vitest';
import { mappingOf, textAt } from '../../../src/adapters/gitea/fields.ts';
import type { GiteaLimits } from '../../../src/adapters/gitea/gitea-limits.ts';
import { type Liar, type Lie, startLyingServer } from './lying-server.ts';

/** Reads the repository from a server that lies about it. */
async function readFrom(lie: Lie | Liar, limits: Partial<GiteaLimits> = {}) {
  const about: Liar = typeof lie === 'function' ? lie : () => lie;
  await using server = await startLyingServer((it) => (it.url.endsWith('/version') ? undefined : about(it)), limits);
  const outcome = await server.client
    .read((api) => api.repos.repoGet('team', 'apps'))
    .then(({ parse }) => parse((value) => textAt(mappingOf(value, 'it'), 'name')))
    .catch((error: unknown) => error);
  return { outcome, asked: server.asked.length };
}

const html = { headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' };

describe('a read', () => {
  test('gives what is there', async () => {
    expect(await readFrom({ body: { name: 'apps' } })).toEqual({ outcome: 'apps', asked: 1 });
  });

  test.each([502, 503, 504, 429])('is asked again after %s', async (status) => {
    const lie: Liar = ({ count }) => (count < 3 ? { status } : { body: { name: 'apps' } });
    expect(await readFrom(lie)).toEqual({ outcome: 'apps', asked: 3 });
  });

  test.each(['reset', 'cut'] as const)('is asked again after a connection was %s', async (fate) => {
    const lie: Liar = ({ count }) => (count < 3 ? { fate, body: {} } : { body: { name: 'apps' } });
    expect(await readFrom(lie)).toEqual({ outcome: 'apps', asked: 3 });
  });

  test.each<[string, Lie, string, number]>([
    ['a server that is busy for long', { status: 503 }, 'forge-unreachable', 3],
    ['a server that hangs up', { fate: 'reset' }, 'forge-unreachable', 3],
    ['an error of the server', { status: 500, body: { message: '' } }, 'forge-unreachable', 1],
    ['a page instead of an answer', html, 'forge-unreachable', 1],
    ['a page that says that there is nothing', { status: 404, ...html }, 'forge-unreachable', 1],
    ['an answer of another shape', { body: { name: 1 } }, 'forge-unreachable', 1],
    ['an answer of nothing', {}, 'forge-unreachable', 1],
    ['half an answer', { headers: { 'content-type': 'application/json' }, body: '{"name":' }, 'forge-unreachable', 1],
    ['a token that is not taken', { status: 401, body: { message: 'token is required' } }, 'forge-denied', 1],
    ['a scope that is missing', { status: 403, body: { message: 'token does not have' } }, 'forge-denied', 1],
    ['nothing there', { status: 404, body: { message: 'not found' } }, 'forge-denied', 1],
    ['an archived repository', { status: 423, body: { message: 'archived' } }, 'forge-denied', 1],
  ])('says what is wrong: %s', async (_, lie, code, asked) => {
    const remedy = expect.any(String);
    expect(await readFrom(lie)).toMatchObject({ outcome: { code, remedy }, asked });
  });

  test('quotes the server, in one line and cut', async () => {
    const message = `no\n\u001b[31m${'x'.repeat(1000)}`;
    const { outcome } = await readFrom({ status: 403, body: { message } });
    expect(outcome).toMatchObject({ message: expect.stringMatching(/403: no \[31mx{100,300} …/) });
  });

  test('does not wait for what takes too long', async () => {
    const { outcome, asked } = await readFrom({ fate: 'hang' }, { readSeconds: 0.03 });
    expect(outcome).toMatchObject({
      code: 'forge-unreachable',
      message: expect.stringMatching(/took too long.*3 times/),
    });
    expect(asked).toBe(3);
  });

  test.each(['86400', 'Fri, 31 Dec 9999 23:59:59 GMT'])('does not wait until %s', async (after) => {
    const { outcome, asked } = await readFrom({ status: 429, headers: { 'retry-after': after } });
    expect(outcome).toMatchObject({ code: 'forge-unreachable', message: expect.stringMatching(/for \d{5,} s/) });
    expect(asked).toBe(1);
  });

  test('does not read on and on', async () => {
    const { outcome, asked } = await readFrom({ body: { name: 'x'.repeat(5000) } }, { answerBytes: 4096 });
    expect(outcome).toMatchObject({ message: expect.stringMatching(/more than 4096 bytes/) });
    expect(asked).toBe(1);
  });

  test.each([301, 302, 307, 308])('does not follow %s, and names the new place', async (status) => {
    const headers = { location: '/api/v1/repos/team/renamed?x' };
    const { outcome, asked } = await readFrom({ status, headers });
    expect(outcome).toMatchObject({ code: 'configuration', message: expect.stringContaining('team/renamed ') });
    expect(asked).toBe(1);
  });

  test('lets at most so many through at the same time', async () => {
    let open = 0;
    let most = 0;
    await using server = await startLyingServer(
      ({ url }) => {
        if (url.endsWith('/version')) return undefined;
        most = Math.max(most, ++open);
        setImmediate(() => open--);
        return { body: { name: 'apps' } };
      },
      { concurrency: 2 },
    );
    await Promise.all(Array.from({ length: 20 }, () => server.client.read((api) => api.repos.repoGet('team', 'apps'))));
    expect(most).toBeLessThanOrEqual(2);
    expect(server.client.requests).toBeGreaterThanOrEqual(21);
  });
});

describe('a write', () => {
  const write = async (lie: Lie, limits: Partial<GiteaLimits> = {}) => {
    await using server = await startLyingServer(({ method }) => (method === 'GET' ? undefined : lie), limits);
    const written = await server.client
      .write((api) => api.repos.issueCreateLabel('team', 'apps', { name: 'a', color: '#000000' }))
      .catch((error: unknown) => error);
    return { written, sent: server.asked.length };
  };

  test.each<[string, Lie, Partial<GiteaLimits>]>([
    ['500', { status: 500 }, {}],
    ['502', { status: 502 }, {}],
    ['503', { status: 503 }, {}],
    ['a broken connection', { fate: 'reset' }, {}],
    ['half an answer', { fate: 'cut', body: {} }, {}],
    ['a page', html, {}],
    ['no answer', { fate: 'hang' }, { writeSeconds: 0.03 }],
  ])('is sent once, and it is open what came of it after %s', async (_, lie, limits) => {
    expect(await write(lie, limits)).toMatchObject({ written: { kind: 'unclear', failure: {} }, sent: 1 });
  });

  test.each([400, 403, 404, 405, 409, 422, 423, 429])('is sent once, and refused with %s', async (status) => {
    const lie = { status, body: { message: 'no' } };
    expect(await write(lie)).toMatchObject({ written: { kind: 'refused', answer: { status } }, sent: 1 });
  });

  test.each([301, 307])('does not follow %s', async (status) => {
    const headers = { location: 'http://elsewhere.test/api/v1/repos/team/renamed/labels' };
    expect(await write({ status, headers })).toMatchObject({ written: { code: 'configuration' }, sent: 1 });
  });
});

describe('an address', () => {
  test('has each name as one segment, below the path of the server', async () => {
    await using server = await startLyingServer(() => undefined, { path: '/git' });
    await server.client.read((api) => api.repos.repoListGitRefs('a/b', 'c#d?e', 'heads/f g%2F'), [404]).catch(() => {});
    expect(server.asked).toEqual(['GET /git/api/v1/repos/a%2Fb/c%23d%3Fe/git/refs/heads%2Ff%20g%252F']);
  });

  test.each(['', '.', '..', '\ud800'])('has no segment %j', async (name) => {
    await using server = await startLyingServer(() => undefined);
    const read = server.client.read((api) => api.repos.repoGet('team', name));
    await expect(read).rejects.toMatchObject({ code: 'usage' });
    expect(server.asked).toEqual([]);
  });
});

test('a version that is too old is found before anything is asked, once for all', async () => {
  await using server = await startLyingServer(({ url }) =>
    url.endsWith('/version') ? { body: { version: '1.20.0' } } : undefined,
  );
  await expect(server.client.read((api) => api.repos.repoGet('team', 'apps'))).rejects.toMatchObject({
    code: 'not-available',
  });
  expect(server.asked).toEqual([]);
});

test('the version is asked for once', async () => {
  await using server = await startLyingServer(() => undefined);
  await Promise.all([server.client.version(), server.client.version()]);
  expect(await server.client.version()).toMatchObject({ kind: 'gitea', number: [1, 26] });
  expect(server.client.requests).toBe(1);
});

test('a thing that is not there is told apart from a repository that does not show', async () => {
  await using server = await startLyingServer(({ url }) => (url.endsWith('/apps') ? { body: {} } : undefined));
  expect(await server.site.find((api) => api.repos.repoGetPullRequest('team', 'apps', 1))).toBeUndefined();
  await using empty = await startLyingServer(() => undefined);
  const found = empty.site.find((api) => api.repos.repoGetPullRequest('team', 'apps', 1));
  await expect(found).rejects.toMatchObject({ code: 'forge-denied', message: expect.stringMatching(/team\/apps/) });
});

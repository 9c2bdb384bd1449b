import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  apiOf,
  createGitHubClient,
  type GitHubClient,
  type GitHubPace,
} from '../../../src/adapters/github/github-client.ts';
import { createSpacing } from '../../../src/adapters/github/spacing.ts';
import { refuse } from '../../support/github-routes.ts';
import { type Fault, type GitHubStandIn, startGitHub } from '../../support/github-stand-in.ts';

let gitHub: GitHubStandIn;
beforeEach(async () => {
  gitHub = await startGitHub();
});
afterEach(() => gitHub[Symbol.asyncDispose]());

const now = new Date('2026-03-01T10:00:00Z');
const fast = { writeSpacing: 0, notificationSpacing: 0, retryPause: 1, readLimit: 10_000, writeLimit: 30_000 };

function createClient(pace: Partial<GitHubPace> = {}, token = gitHub.token): GitHubClient {
  const { owner, name } = gitHub.state;
  const place = { address: gitHub.address, owner, name, clock: { now: () => now }, pace: { ...fast, ...pace } };
  return createGitHubClient(place, { token: async () => token });
}

const at = () => ({ owner: gitHub.state.owner, repo: gitHub.state.name });
const read = (client = createClient()) => client.rest.issues.listForRepo(at());
const write = (client = createClient()) => client.rest.issues.create({ ...at(), title: 'x' });
const fail = (...faults: readonly Fault[]) => gitHub.faults.push(...faults);
const error = (status: number, headers: Readonly<Record<string, string>> = {}) => ({
  ...refuse(status, 'Sorry'),
  headers,
});

describe('reads', () => {
  test.each([
    ['a broken connection', {}],
    ['a 502', { answer: error(502) }],
    ['an answer that breaks off', { done: true, torn: true }],
    [
      'an answer that is no JSON',
      { answer: { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } } },
    ],
  ] satisfies readonly [string, Partial<Fault>][])('%s is tried again', async (_, fault) => {
    fail({ on: 'GET /issues', ...fault });
    expect((await read()).data).toEqual([]);
    expect(gitHub.requests).toHaveLength(2);
  });

  test('but not for ever', async () => {
    fail({ on: 'GET /issues', answer: error(503), times: 9 });
    await expect(read()).rejects.toMatchObject({ name: 'Failure', code: 'forge-unreachable' });
    expect(gitHub.requests).toHaveLength(3);
  });

  // A limit of another kind would let it end as well, only later.
  test('what is slow has its time limit, each attempt its own', async () => {
    fail({ on: 'GET /issues', silent: true });
    expect((await read(createClient({ readLimit: 50 }))).data).toEqual([]);
    expect(gitHub.requests).toHaveLength(2);
  }, 10_000);

  test.each([401, 403, 404, 405, 409, 410, 422, 451])('a %i is not tried again', async (status) => {
    fail({ on: 'GET /issues', answer: error(status), times: 2 });
    await expect(read()).rejects.toMatchObject({ name: 'Failure' });
    expect(gitHub.requests).toHaveLength(1);
  });
});

describe('writes are sent once', () => {
  test.each([
    ['a broken connection', {}],
    ['a 500', { answer: error(500) }],
    ['a 502', { answer: error(502) }],
    ['an answer that breaks off', { done: true, torn: true }],
    ['no answer', { silent: true }],
    ['a 429', { answer: error(429, { 'retry-after': '0' }) }],
    [
      'a limit of the second kind',
      { answer: { ...refuse(403, 'a secondary rate limit'), headers: { 'retry-after': '0' } } },
    ],
  ] satisfies readonly [string, Partial<Fault>][])('after %s', async (_, fault) => {
    fail({ on: 'POST /issues', ...fault });
    const client = createClient({ writeLimit: 50 });
    await expect(write(client)).rejects.toMatchObject({ name: 'Failure', code: 'forge-unreachable' });
    expect(gitHub.requests).toEqual([expect.stringMatching(/^POST/)]);
  });
});

describe('limits', () => {
  const resetsIn = (seconds: number) => {
    const reset = String(Math.floor(Date.now() / 1000) + seconds);
    return { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
  };

  test('a short wait is waited for', async () => {
    fail({ on: 'GET /issues', answer: error(403, resetsIn(-1)) });
    expect((await read()).data).toEqual([]);
    expect(gitHub.requests).toHaveLength(2);
  });

  test('a long one is not, and says until when', async () => {
    const headers = resetsIn(600);
    fail({ on: 'GET /issues', answer: error(403, headers) });
    const until = new Date(Number(headers['x-ratelimit-reset']) * 1000).toISOString();
    await expect(read()).rejects.toMatchObject({
      code: 'forge-unreachable',
      message: expect.stringContaining(until),
      remedy: expect.stringMatching(/./),
    });
    expect(gitHub.requests).toHaveLength(1);
  });

  test('writes are no more than one a while', async () => {
    const spacing = createSpacing(30);
    const began: number[] = [];
    const task = async () => void began.push(performance.now());
    await Promise.all([1, 2, 3].map(() => spacing.key().schedule({}, task)));
    const [first = 0, , third = 0] = began;
    expect(third - first).toBeGreaterThan(55);
  });
});

describe('failures', () => {
  test.each([
    [401, 'forge-denied'],
    [403, 'forge-denied'],
    [404, 'forge-denied'],
    [409, 'forge-conflict'],
    [422, 'forge-denied'],
    [500, 'forge-unreachable'],
  ])('a %i is %s, in the words of the forge', async (status, code) => {
    fail({ on: 'POST /issues', answer: refuse(status, 'No\u001b[31m way\nout') });
    const path = `/api/v3/repos/${gitHub.state.owner}/${gitHub.state.name}/issues`;
    await expect(write()).rejects.toMatchObject({
      name: 'Failure',
      code,
      message: expect.stringMatching(new RegExp(`^127.*${status}.*No \\[31m way out \\(POST ${path}\\)$`)),
    });
  });

  test('a token that is not taken is a denial, and stands in no message', async () => {
    const reading = read(createClient({}, 'ghp_wrong'));
    await expect(reading).rejects.toMatchObject({ code: 'forge-denied', remedy: expect.stringContaining('token') });
    await expect(reading).rejects.not.toMatchObject({ message: expect.stringContaining('ghp_wrong') });
  });

  test('a forge that is not there cannot be reached', async () => {
    const client = createClient();
    await gitHub[Symbol.asyncDispose]();
    await expect(read(client)).rejects.toMatchObject({ code: 'forge-unreachable' });
    gitHub = await startGitHub();
  });

  test('a mistake of ours stays what it is', async () => {
    const { owner, name } = gitHub.state;
    const place = { address: gitHub.address, owner, name, clock: { now: () => now }, pace: fast };
    const mistake = new TypeError('a bug');
    const client = createGitHubClient(place, { token: async () => Promise.reject(mistake) });
    await expect(read(client)).rejects.toBe(mistake);
  });
});

test.each([
  ['https://github.com', 'https://api.github.com'],
  ['https://consumer.ghe.com/', 'https://api.consumer.ghe.com'],
  ['https://github.example.org', 'https://github.example.org/api/v3'],
  ['https://example.org:8443/git/', 'https://example.org:8443/git/api/v3'],
])('the API of %s is at %s', (address, api) => {
  expect(apiOf(address)).toBe(api);
});

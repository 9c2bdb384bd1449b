import { afterEach, beforeEach, expect, test } from 'vitest';
import { gitHubDescription, type Json } from '../../support/github-description.ts';
import { createGitHubWorld, type GitHubWorld } from '../../support/github-world.ts';

let world: GitHubWorld;
let place: string;
beforeEach(async () => {
  world = await createGitHubWorld();
  place = `/repos/${world.gitHub.state.owner}/${world.gitHub.state.name}`;
});
afterEach(() => world[Symbol.asyncDispose]());

/** As GitHub describes its answers, with what counts here. */
const described = (schema: string, known: Json) => gitHubDescription().complete(schema, known);

interface Answers {
  readonly repository?: Json;
  readonly headers?: Readonly<Record<string, string>>;
  readonly branch?: Json;
  readonly rules?: readonly Json[];
}

async function examine({ repository = {}, headers = {}, branch, rules = [] }: Answers) {
  const permissions = { admin: false, push: true, pull: true };
  const known = { full_name: 'acme/apps', archived: false, default_branch: 'main', has_issues: true, permissions };
  const { faults } = world.gitHub;
  const answer = (on: string, status: number, body: unknown) =>
    faults.push({ on: `GET ${place}${on}`, answer: { status, body, headers } });
  answer('', 200, described('full-repository', { ...known, ...repository }));
  if (branch) answer('/branches/main', 200, described('branch-with-protection', { name: 'main', ...branch }));
  else answer('/branches/main', 404, { message: 'Branch not found' });
  if (branch) answer('/rules/branches/main', 200, rules);
  return await world.forge.condition?.examine('main');
}

test('account, place and version are told', async () => {
  const headers = { 'x-github-enterprise-version': '3.15.0', 'x-oauth-scopes': 'read:org, repo' };
  expect(await examine({ headers })).toMatchObject({
    server: 'GitHub Enterprise Server 3.15.0',
    account: { name: 'consignee-bot' },
    clockAheadSeconds: 0,
    name: 'acme/apps',
    archived: false,
    missing: [],
    rules: undefined,
  });
});

test('a token without the scope, and an account that may only read, lack what the bot needs', async () => {
  const permissions = { admin: false, push: false, pull: true };
  const found = await examine({ repository: { permissions }, headers: { 'x-oauth-scopes': 'gist' } });
  expect(found?.missing.map(({ right }) => right)).toEqual(['push', 'pull-requests']);
});

test('what rule sets and classic protection ask for is told together', async () => {
  const classic = { enabled: true, required_status_checks: { contexts: ['ci/build'], checks: [] } };
  const found = await examine({
    branch: { protected: true, protection: classic },
    rules: [
      { type: 'pull_request', parameters: { required_approving_review_count: 2 } },
      { type: 'required_status_checks', parameters: { required_status_checks: [{ context: 'scan' }] } },
      { type: 'deletion' },
    ],
  });
  expect(found?.rules).toEqual({ botMayMerge: true, approvals: 2, checks: ['ci/build', 'scan'] });
});

test('a branch that nothing protects has no rules', async () => {
  const found = await examine({ branch: { protected: false } });
  expect(found?.rules).toBeUndefined();
  // Nothing is told of the scopes of an App, nor of those of a fine-grained token.
  expect(found?.missing).toEqual([]);
});

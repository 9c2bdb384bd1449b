import { clockAhead } from '../../core/clock-ahead.ts';
import type { Condition, ForgeCondition, MergeRules, MissingRight } from '../../ports/forge.ts';
import type { GitHubPlace } from './github-client.ts';
import { isForbidden, unlessGone } from './github-failure.ts';
import { type GitHubRepository, per_page } from './github-repository.ts';

export function createCondition(repository: GitHubRepository, { address, clock }: GitHubPlace): Condition {
  const { client, at } = repository;
  return {
    async examine(branch): Promise<ForgeCondition> {
      const account = await repository.self();
      const sentAt = clock.now();
      const { data, headers } = await client.rest.repos.get(at);
      return {
        server: serverOf(address, headers['x-github-enterprise-version']),
        account,
        clockAheadSeconds: clockAhead(headers.date, sentAt, clock.now()),
        name: data.full_name,
        archived: data.archived,
        hasIssues: data.has_issues,
        hasPullRequests: true,
        missing: findMissing(data.permissions?.push ?? true, headers['x-oauth-scopes']),
        rules: await readRules(repository, branch),
      };
    },
  };
}

function serverOf(address: string, version: string | number | undefined): string {
  return version === undefined ? `GitHub at ${new URL(address).host}` : `GitHub Enterprise Server ${version}`;
}

/** Scopes are told of classic tokens only; other tokens and Apps show in what the repository lets them do. */
function findMissing(canPush: boolean, scopes: string | number | undefined): readonly MissingRight[] {
  const missing: MissingRight[] = [];
  if (!canPush) missing.push({ right: 'push', words: 'the account may only read' });
  const told = String(scopes ?? '')
    .split(',')
    .map((it) => it.trim())
    .filter((it) => it !== '');
  const enough = told.length === 0 || told.includes('repo') || told.includes('public_repo');
  if (!enough) missing.push({ right: 'pull-requests', words: 'the token lacks the scope repo' });
  return missing;
}

/** Rule sets and classic protection alike: what either asks for counts. */
async function readRules(repository: GitHubRepository, branch: string): Promise<MergeRules | undefined> {
  const { client, at } = repository;
  const found = await unlessGone(client.rest.repos.getBranch({ ...at, branch }));
  const sets = found ? await readRuleSets(repository, branch) : [];
  if (!found?.data.protected && sets.length === 0) return undefined;
  const classic = found?.data.protection?.required_status_checks?.contexts ?? [];
  const ofSets = sets.flatMap((it) =>
    it.type === 'required_status_checks' ? (it.parameters?.required_status_checks ?? []) : [],
  );
  const approvals = sets.map((it) =>
    it.type === 'pull_request' ? (it.parameters?.required_approving_review_count ?? 0) : 0,
  );
  return {
    botMayMerge: true,
    approvals: Math.max(0, ...approvals),
    checks: [...new Set([...classic, ...ofSets.map(({ context }) => context)])],
  };
}

/** None, too, where the account is not told. */
async function readRuleSets({ client, at }: GitHubRepository, branch: string) {
  const reading = client.rest.repos.getBranchRules({ ...at, branch, per_page });
  return (await unlessForbidden(unlessGone(reading)))?.data ?? [];
}

async function unlessForbidden<Result>(asking: Promise<Result>): Promise<Result | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

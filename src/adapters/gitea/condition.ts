import { clockAhead } from '../../core/clock-ahead.ts';
import type { Mapping } from '../../core/component/mapping.ts';
import type { Condition, ForgeCondition, MergeRules, MissingRight } from '../../ports/forge.ts';
import type { Operation } from './api.ts';
import { flagAt, integerAt, listOf, mappingOf, objectAt, textAt, WrongShape } from './fields.ts';
import { type Answer, quote } from './gitea-failure.ts';
import type { Site } from './site.ts';

export function createCondition(site: Site): Condition {
  return { examine: (branch) => examine(site, branch) };
}

async function examine(site: Site, branch: string): Promise<ForgeCondition> {
  const { client, clock, owner, name } = site;
  const { kind, text } = await client.version();
  const account = await site.self();
  const sentAt = clock.now();
  const { answer, parse } = await client.read((api) => api.repos.repoGet(owner, name));
  const clockAheadSeconds = clockAhead(answer.header('date'), sentAt, clock.now());
  const { canPush, ...repository } = parse((value) => repositoryOf(mappingOf(value, 'the repository')));
  return {
    server: `${kind === 'forgejo' ? 'Forgejo' : 'Gitea'} ${text}`,
    account,
    clockAheadSeconds,
    ...repository,
    missing: await findMissingRights(site, canPush),
    rules: await readRules(site, branch),
  };
}

function repositoryOf(row: Mapping) {
  return {
    name: quote(textAt(row, 'full_name')),
    archived: flagAt(row, 'archived'),
    canPush: flagAt(objectAt(row, 'permissions'), 'push'),
    hasIssues: flagAt(row, 'has_issues'),
    hasPullRequests: flagAt(row, 'has_pull_requests'),
  };
}

/** Changes of what cannot be there: the number 0 is never given. Scopes of a token are looked at before anything else. */
const probes: readonly { readonly right: MissingRight['right']; readonly ask: (site: Site) => Operation }[] = [
  {
    right: 'pull-requests',
    ask:
      ({ owner, name }) =>
      (api) =>
        api.repos.repoEditPullRequest(owner, name, 0, {}),
  },
  {
    right: 'comments',
    ask:
      ({ owner, name }) =>
      (api) =>
        api.repos.issueEditComment(owner, name, 0, { body: '' }),
  },
];

async function findMissingRights(site: Site, canPush: boolean): Promise<readonly MissingRight[]> {
  const missing: MissingRight[] = [];
  if (!canPush) missing.push({ right: 'push', words: 'the account may only read' });
  for (const { right, ask } of probes) {
    const written = await site.client.write(ask(site));
    if (written.kind !== 'refused' || written.answer.status !== 403) continue;
    missing.push({ right, words: wordsOf(written.answer) });
  }
  return missing;
}

function wordsOf({ bytes }: Answer): string {
  const [, required] = /required=\[([a-z:, ]+)\]/.exec(Buffer.from(bytes).toString()) ?? [];
  return required === undefined ? 'the server refuses it' : `the token lacks the scope ${required}`;
}

/** What a branch says of its rule to everybody who may read; the rule itself is for administrators (forge.md 2.11). */
async function readRules(site: Site, branch: string): Promise<MergeRules | undefined> {
  const { owner, name } = site;
  const read = await site.find((api) => api.repos.repoGetBranch(owner, name, branch));
  return read?.parse((value) => {
    const row = mappingOf(value, 'the branch');
    if (!flagAt(row, 'protected')) return undefined;
    const checks = flagAt(row, 'enable_status_check') ? listOf(row.status_check_contexts ?? null, 'contexts') : [];
    return {
      botMayMerge: flagAt(row, 'user_can_merge'),
      approvals: integerAt(row, 'required_approvals'),
      checks: checks.map((it) => {
        if (typeof it !== 'string') throw new WrongShape('a context is not a text');
        return it;
      }),
    };
  });
}

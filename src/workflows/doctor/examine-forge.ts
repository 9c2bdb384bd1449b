import { gatesCheck, verifiedCheck } from '../../core/pull-request/checks.ts';
import type { CommitSha } from '../../core/repository/commit.ts';
import type { Checks, ForgeCondition, MergeRules, MissingRight } from '../../ports/forge.ts';
import { about, type Examination } from './examination.ts';

/** Beyond the first, deliveries and commands are dated wrongly; beyond the second, tokens and signatures of time do not hold. */
const skewSeconds = { warning: 30, failed: 300 };

/** Looks after server, account, clock and repository, where the forge has an API. */
export function examineForge(found: ForgeCondition, where: string): readonly Examination[] {
  const { server, account } = found;
  return [
    about({ check: 'forge', where }).ok(`${server}, as ${account.name}.`),
    examineClock(found, where),
    ...examinePlace(found, where),
    ...examineRights(found, where),
  ];
}

function examineClock({ clockAheadSeconds: ahead }: ForgeCondition, where: string): Examination {
  const clock = about({ check: 'clock', where });
  if (ahead === undefined) return clock.warning('The forge does not tell its time.', 'Compare both clocks yourself.');
  const off = Math.abs(ahead);
  if (off <= skewSeconds.warning) return clock.ok(off === 0 ? 'Both clocks agree.' : `Both clocks agree to ${off} s.`);
  const message = `The clock of the forge is ${off} s ${ahead > 0 ? 'ahead of' : 'behind'} that of this machine.`;
  const remedy = 'Set both clocks by NTP.';
  return off > skewSeconds.failed ? clock.failed(message, remedy) : clock.warning(message, remedy);
}

function examinePlace(found: ForgeCondition, where: string): readonly Examination[] {
  const { name, archived, hasIssues, hasPullRequests } = found;
  const repository = about({ check: 'repository', where });
  const all: Examination[] = [];
  if (name.toLowerCase() !== where.toLowerCase()) {
    all.push(repository.failed(`It is called ${name} now.`, 'Write its new address in the server configuration.'));
  }
  if (archived) all.push(repository.failed('It is archived: nothing can be written.', 'Take it out of the archive.'));
  if (!hasPullRequests) {
    all.push(repository.failed('It has no pull requests.', 'Turn pull requests on in its settings.'));
  }
  if (!hasIssues) {
    const message = 'It has no issues: refusals are told in pull requests and notifications only.';
    all.push(repository.warning(message, 'Turn issues on in its settings.'));
  }
  return all.length > 0 ? all : [repository.ok('It is where it should be, and not archived.')];
}

const deeds: Readonly<Record<MissingRight['right'], string>> = {
  push: 'push branches',
  'pull-requests': 'open, change and merge pull requests, and set statuses',
  comments: 'comment and keep issues',
};

function examineRights({ missing, account }: ForgeCondition, where: string): readonly Examination[] {
  const rights = about({ check: 'rights', where });
  if (missing.length === 0) {
    return [rights.ok(`${account.name} may push, open and merge pull requests, comment and set statuses.`)];
  }
  return missing.map(({ right, words }) => {
    const remedy = `Give ${account.name} the right to write, and its token the scopes for it.`;
    return rights.failed(`${account.name} may not ${deeds[right]}: ${words}.`, remedy);
  });
}

export interface MergeView {
  readonly rules: MergeRules | undefined;
  /** Contexts of statuses that somebody reports. */
  readonly reported: ReadonlySet<string>;
  /** Whether the bot is to merge something by itself. */
  readonly automatic: boolean;
  readonly branch: string;
  readonly where: string;
}

/**
 * Finds the contexts of statuses that somebody reports; the bot's own are, wherever there is something to merge.
 *
 * @param heads Commits that are to be merged, or were.
 */
export async function findReported(
  checks: Checks | undefined,
  heads: readonly CommitSha[],
): Promise<ReadonlySet<string>> {
  const found = new Set([verifiedCheck, gatesCheck]);
  for (const head of heads) for (const { context } of (await checks?.list(head)) ?? []) found.add(context);
  return found;
}

/** @returns What stands in the way; one line when nothing does. */
export function judgeRules({ rules, reported, automatic, branch, where }: MergeView): readonly Examination[] {
  const protection = about({ check: 'protection', where });
  if (!rules) {
    const remedy = `Protect ${branch}, so that nothing gets there past a pull request: Flux applies it, and the bot reads its configuration there.`;
    return [protection.warning(`The branch ${branch} is not protected.`, remedy)];
  }
  const all: Examination[] = [];
  if (!rules.botMayMerge) {
    const message = `The rule of ${branch} does not let the bot merge${automatic ? ', and an installation has merge: automatic' : ''}.`;
    const remedy = 'Put its account on the list of those who may merge, or merge by hand.';
    all.push(automatic ? protection.failed(message, remedy) : protection.warning(message, remedy));
  }
  if (rules.approvals > 0) {
    const message = `The rule of ${branch} wants ${rules.approvals} approvals on the forge before a merge.`;
    if (automatic)
      all.push(protection.warning(message, 'The bot waits for them: give them, or leave that to "approvals".'));
  }
  const silent = rules.checks.filter((it) => ![...reported].some((context) => matches(it, context)));
  if (silent.length > 0) {
    const message = `The rule of ${branch} wants the status ${silent.join(', ')}, which nobody reported on the commits looked at.`;
    const remedy = 'Take it out of the rule, or have it reported on the branches of the bot.';
    all.push(protection.warning(message, remedy));
  }
  return all.length > 0 ? all : [protection.ok(`The branch ${branch} is protected, and the bot may merge.`)];
}

/** Gitea takes patterns, in which `*` stands for anything. */
function matches(pattern: string, context: string): boolean {
  const source = pattern
    .split('*')
    .map((it) => it.replaceAll(/[^\w/ -]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`).test(context);
}

import { tellOfPull } from './gitea-stand-in-events.ts';
import { isDraft, type PullRequestIssue } from './gitea-stand-in-json.ts';
import { type Answer, type Call, notFound, refuse, textIn } from './gitea-stand-in-routes.ts';
import { note } from './gitea-stand-in-state.ts';

const styles = ['merge', 'rebase', 'rebase-merge', 'squash', 'fast-forward-only', 'manually-merged'];

/** Merges, or refuses with the code and the words that Gitea has for it, in Gitea's order of looking. */
export async function mergePull(call: Call, issue: PullRequestIssue): Promise<Answer> {
  const { pull } = issue;
  if (!styles.includes(textIn(call.body, 'Do') ?? '')) return refuse(call, 422, '[Do]: In');
  if (pull.merging) return refuse(call, 500, '');
  pull.merging = true;
  try {
    return (await refusalOf(call, issue)) ?? (await merge(call, issue));
  } finally {
    pull.merging = false;
  }
}

async function refusalOf(call: Call, issue: PullRequestIssue): Promise<Answer | undefined> {
  const { state, git, account, body } = call;
  const { pull } = issue;
  if (pull.merged) return refuse(call, 405, 'The PR is already merged');
  if (issue.state === 'closed') return notFound(call);
  if (account.right === 'read') return refuse(call, 405, 'User not allowed to merge PR');
  if (isDraft(issue.title)) return refuse(call, 405, 'Work in progress PRs cannot be merged');
  const facts = await git.factsOf(pull, state.branches.get(pull.base) ?? pull.baseSha);
  const mergeable = facts.mergeable || state.checksAreLate;
  if (!mergeable || facts.mergeBase === pull.headSha) return refuse(call, 405, 'Please try again later');
  const missing = missingBy(call, issue);
  if (missing && body.force_merge !== true) return refuse(call, 405, missing);
  const expected = textIn(body, 'head_commit_id');
  return expected !== undefined && expected !== pull.headSha ? refuse(call, 409, 'head out of date') : undefined;
}

/** What the rule of the base branch still asks for: statuses are looked at before approvals. */
function missingBy({ state }: Call, { number, pull }: PullRequestIssue): string | undefined {
  const rule = state.protections.get(pull.base);
  if (!rule) return undefined;
  const newest = new Map<string, string>();
  for (const it of state.statuses.filter(({ sha }) => sha === pull.headSha)) newest.set(it.context, it.state);
  const passed = (context: string) => ['success', 'warning', 'skipped'].includes(newest.get(context) ?? '');
  const required = rule.contexts?.length === 0 ? [...newest.keys()] : (rule.contexts ?? []);
  if (!required.every(passed)) return 'Not all required status checks successful';
  const approvals = state.reviews.filter(
    (it) => it.number === number && it.state === 'APPROVED' && !it.dismissed && it.by.right !== 'read',
  );
  return approvals.length < rule.approvals ? 'Does not have enough approvals' : undefined;
}

async function merge(call: Call, issue: PullRequestIssue): Promise<Answer> {
  const { state, git, account, body, notice } = call;
  const { pull, number } = issue;
  const from = state.branches.get(pull.base) ?? pull.baseSha;
  const merged = await git.mergeTree(from, pull.headSha);
  if ('conflict' in merged) {
    return { status: 409, body: { Style: 'merge', StdOut: merged.conflict, StdErr: '', Err: { Stderr: null } } };
  }
  const title =
    textIn(body, 'MergeTitleField') ||
    `Merge pull request '${issue.title}' (#${number}) from ${pull.head} into ${pull.base}`;
  const message = [title, textIn(body, 'MergeMessageField') ?? ''].filter((it) => it !== '').join('\n\n');
  const made = await git.merge({ base: pull.base, from, head: pull.headSha, tree: merged.tree, by: account, message });
  if ('refused' in made) return refuse(call, 409, `PushRejected with remote message: ${made.refused}`);
  pull.baseSha = made.commit;
  pull.merged = { at: state.now(), by: account, commit: made.commit };
  issue.state = 'closed';
  issue.closedAt = state.now();
  issue.updatedAt = state.now();
  note(state, { number, type: 'merge_pull', by: account });
  tellOfPull(call, account, issue, { action: 'closed' });
  await notice(account);
  if (body.delete_branch_after_merge === true) {
    await git.deleteBranch(pull.head);
    await notice(account);
  }
  return { status: 200 };
}

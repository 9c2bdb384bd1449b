import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../core/failure.ts';
import type { PullRequest } from '../../core/pull-request/pull-request.ts';
import type { CommitSha } from '../../core/repository/commit.ts';
import type { PullRequests } from '../../ports/forge.ts';
import type { Written } from './client.ts';
import { type Answer, messageOf, quote } from './gitea-failure.ts';
import type { PullRequestRow } from './pull-request-row.ts';
import type { Site } from './site.ts';

type Merge = Parameters<PullRequests['merge']>[1];
type Outcome = Awaited<ReturnType<PullRequests['merge']>>;

/** Whether two commits can be merged, by git itself: the forge does not tell a conflict from a state that it has not worked out yet. */
export type MergeTrees = (base: CommitSha, head: CommitSha) => Promise<'clean' | 'conflict'>;

export interface MergeTools {
  readonly site: Site;
  readonly mergeTrees: MergeTrees;
  readonly readRow: () => Promise<PullRequestRow>;
  readonly show: (row: PullRequestRow) => Promise<PullRequest>;
}

/** How often one that the forge asks to try again is tried, each time after a look at what is there. */
const attempts = 6;

/**
 * Whatever the forge answers, what it shows afterwards counts: it says 200 for merged, 201 for promised, 405 for "wait" and for "never",
 * and 500 to all but one of those who merge the same at once.
 */
export async function mergePullRequest(number: number, merge: Merge, tools: MergeTools): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const before = await tools.readRow();
    const settled = await settle(before, merge, tools);
    if (settled) return settled;
    const written = await sendMerge(number, merge, tools.site);
    const outcome = await judge(written, merge, tools);
    if (outcome.kind !== 'again') return outcome;
    if (attempt === attempts) return giveUp(outcome, before.pullRequest);
    // The state of a pull request is worked out in the background, in a tenth of a second up to some seconds.
    await sleep(Math.random() * tools.site.client.limits.backoffSeconds * attempt ** 2 * 1000);
  }
}

/** Something that is safe to try again, for the forge has said that it did nothing. */
interface Again {
  readonly kind: 'again';
  readonly why: string;
  readonly baseMoves: boolean;
}

function giveUp({ why, baseMoves }: Again, { base }: PullRequest): Outcome {
  if (!baseMoves) return { kind: 'not-ready', why };
  throw new Failure('forge-conflict', `${base} keeps moving while a pull request is merged into it: ${why}`);
}

/** @returns What is the case without merging anything; `undefined` when it can be tried. */
async function settle(
  row: PullRequestRow,
  { expectedHead, expectedBase }: Merge,
  { show }: MergeTools,
): Promise<Outcome | undefined> {
  const { state, headSha } = row.pullRequest;
  if (state === 'closed') return { kind: 'closed' };
  if (state === 'merged') return settleMerged(await show(row), expectedHead);
  if (headSha !== expectedHead) return { kind: 'head-moved' };
  if (expectedBase !== undefined && row.baseSha !== expectedBase) return { kind: 'base-moved' };
  return undefined;
}

function settleMerged({ number, headSha, mergeCommit }: PullRequest, expectedHead: CommitSha): Outcome {
  if (headSha !== expectedHead) return { kind: 'head-moved' };
  if (mergeCommit) return { kind: 'merged', commit: mergeCommit };
  throw new Failure('forge-unreachable', `The forge does not tell the commit that merged pull request ${number}`);
}

function sendMerge(number: number, { expectedHead, message }: Merge, { client, owner, name }: Site): Promise<Written> {
  const [title = '', ...rest] = message.trim().split('\n');
  return client.write((api) =>
    api.repos.repoMergePullRequest(owner, name, number, {
      Do: 'merge',
      head_commit_id: expectedHead,
      MergeTitleField: title,
      MergeMessageField: rest.join('\n').trim(),
    }),
  );
}

async function judge(written: Written, merge: Merge, tools: MergeTools): Promise<Outcome | Again> {
  const after = await readAfter(written, tools);
  const settled = await settle(after, merge, tools);
  // Merged, closed, moved: then it does not matter what the forge said.
  if (settled) return settled;
  if (written.kind === 'unclear') throw written.failure;
  if (written.kind === 'done') return { kind: 'not-ready', why: 'the forge said that it was merged, and it is not' };
  return judgeRefusal(written, after, tools);
}

/** Looks again, a few times when nobody knows what was done: it may still be going on. */
async function readAfter(written: Written, { readRow, site }: MergeTools): Promise<PullRequestRow> {
  let row = await readRow();
  for (let look = 1; look < 3 && written.kind === 'unclear' && row.pullRequest.state === 'open'; look++) {
    await sleep(site.client.limits.backoffSeconds * look * 1000);
    row = await readRow();
  }
  return row;
}

/** What the forge says when another merge or push won the race for the base branch. */
const baseMovedWords = /cannot lock ref|merge push out of date|push out of date|base branch was modified/i;

async function judgeRefusal(
  { answer, failure }: Extract<Written, { kind: 'refused' }>,
  row: PullRequestRow,
  { mergeTrees }: MergeTools,
): Promise<Outcome | Again> {
  const why = messageOf(answer) || quote(`${answer.status} ${gitTextOf(answer)}`);
  const known = judgeWords(why, answer);
  if (known === undefined) throw failure;
  const open = known.kind === 'again' && !known.baseMoves;
  return open && (await isConflict(row, mergeTrees)) ? { kind: 'conflict' } : known;
}

async function isConflict({ baseSha, pullRequest }: PullRequestRow, mergeTrees: MergeTrees): Promise<boolean> {
  if (!baseSha || !pullRequest.headSha) return false;
  return (await mergeTrees(baseSha, pullRequest.headSha)) === 'conflict';
}

/** @returns `undefined` for what is no answer about the state of the pull request. */
function judgeWords(why: string, answer: Answer): Outcome | Again | undefined {
  if (answer.status === 405) return judge405(why);
  return answer.status === 409 ? judge409(why, answer) : undefined;
}

function judge405(why: string): Outcome | Again {
  if (/not an allowed merge style/i.test(why)) {
    throw new Failure('forge-denied', `The repository does not allow merge commits: ${why}`, {
      remedy: 'Allow merge commits in the settings of the repository.',
    });
  }
  // Said of a conflict that is known, and of a state that is not worked out yet.
  return /try again later/i.test(why) ? { kind: 'again', why, baseMoves: false } : { kind: 'not-ready', why };
}

function judge409(why: string, answer: Answer): Outcome | Again {
  if (/head out of date/i.test(why)) return { kind: 'head-moved' };
  if (baseMovedWords.test(why)) return { kind: 'again', why, baseMoves: true };
  if (gitTextOf(answer) !== '') return { kind: 'again', why, baseMoves: false };
  if (!/PushRejected/i.test(why)) return { kind: 'not-ready', why };
  throw new Failure('forge-denied', `A rule of the repository refused the merge: ${why}`, {
    remedy: 'Let the account of the token merge, or merge it yourself.',
  });
}

/** @returns What git said on the server, when that is what the forge answers with instead of a message. */
function gitTextOf({ bytes }: Answer): string {
  const text = Buffer.from(bytes).toString();
  return /^\s*\{"Style":/.test(text) ? text : '';
}

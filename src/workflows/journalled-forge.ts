import { Failure } from '../core/failure.ts';
import { type Intent, intentKey, printIntent, textDigest } from '../core/journal/intent.ts';
import type { Clock } from '../ports/clock.ts';
import type { Checks, Comments, Forge, Issues, PullRequests } from '../ports/forge.ts';
import type { GitWriter } from '../ports/git-writer.ts';
import type { EffectOutcome, Journal } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';

interface Journalling {
  readonly journal: Journal;
  /** Of the server configuration. */
  readonly repository: string;
  readonly clock: Clock;
  readonly log: Log;
}

type Outcome = Omit<EffectOutcome, 'at'>;

/** Does something that others can see, with its intent stored before and its outcome after. */
type Journalled = <Result>(
  intent: Intent,
  act: () => Promise<Result>,
  outcomeOf?: (result: Result) => Outcome,
) => Promise<Result>;

/**
 * The same forge, with a journal of everything that others can see (reliability.md C-06): what cannot be written down beforehand is
 * not done. What cannot be written down afterwards was done all the same, and is found out by whoever reads the journal next.
 *
 * @throws {Failure} Its writes also `store`: then nothing was asked of the forge.
 */
export function journalForge(forge: Forge, journalling: Journalling): Forge {
  const journalled = createJournalled(journalling);
  const { checks, issues } = forge;
  return {
    ...forge,
    writer: journalWriter(forge.writer, journalled),
    pullRequests: journalPullRequests(forge.pullRequests, journalled),
    comments: journalComments(forge.comments, journalled),
    checks: checks && journalChecks(checks, journalled),
    issues: issues && journalIssues(issues, journalled),
  };
}

function createJournalled({ journal, repository, clock, log }: Journalling): Journalled {
  async function end(sequence: number, kind: string, outcome: Outcome): Promise<void> {
    try {
      await journal.end(sequence, { ...outcome, at: clock.now() });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      log.warn('effect.unrecorded', { repository, kind, result: outcome.result, code: error.code });
    }
  }
  return async (intent, act, outcomeOf = () => done) => {
    const { kind } = intent;
    const key = intentKey(repository, intent);
    const sequence = await journal.begin({ repository, kind, key, detail: printIntent(intent), at: clock.now() });
    let result: Awaited<ReturnType<typeof act>>;
    try {
      result = await act();
    } catch (error) {
      await end(sequence, kind, outcomeOfError(error));
      throw error;
    }
    await end(sequence, kind, outcomeOf(result));
    return result;
  };
}

const done: Outcome = { result: 'done' };
const notDone = (detail: string): Outcome => ({ result: 'not-done', detail });

/** Only what a forge says makes sure that nothing was done; when it did not answer, or the program failed, nobody knows. */
function outcomeOfError(error: unknown): Outcome {
  if (!(error instanceof Failure)) return { result: 'unknown', detail: 'internal' };
  const open = error.code === 'forge-unreachable' || error.code === 'internal';
  return open ? { result: 'unknown', detail: error.code } : notDone(error.code);
}

function journalWriter(writer: GitWriter, journalled: Journalled): GitWriter {
  return {
    writeTree: writer.writeTree,
    writeCommit: writer.writeCommit,
    async push(updates) {
      if (updates.length === 0) return 'pushed';
      const intent = { kind: 'push', updates: updates.map(({ ref, expect, to }) => ({ ref, expect, to })) } as const;
      return journalled(
        intent,
        () => writer.push(updates),
        (result) => (result === 'pushed' ? done : notDone(result)),
      );
    },
  };
}

function journalPullRequests(pullRequests: PullRequests, journalled: Journalled): PullRequests {
  return {
    ...pullRequests,
    open: (request) => {
      const { head, base, title, body } = request;
      return journalled(
        { kind: 'open', head, base, text: textDigest(title, body) },
        () => pullRequests.open(request),
        ({ number }) => ({ result: 'done', detail: `#${number}` }),
      );
    },
    update: (number, change) => journalled(updateIntent(number, change), () => pullRequests.update(number, change)),
    close: (number, by) => journalled({ kind: 'close', number }, () => pullRequests.close(number, by)),
    merge: (number, merge) => {
      const { expectedHead: head, expectedBase: base, message } = merge;
      return journalled(
        { kind: 'merge', number, head, base, text: textDigest(message) },
        () => pullRequests.merge(number, merge),
        (result) => (result.kind === 'merged' ? { result: 'done', detail: result.commit } : notDone(result.kind)),
      );
    },
  };
}

function updateIntent(number: number, change: Parameters<PullRequests['update']>[1]): Intent {
  const { title, body, addLabels = [], removeLabels = [] } = change;
  return {
    kind: 'update',
    number,
    title: title === undefined ? undefined : textDigest(title),
    body: body === undefined ? undefined : textDigest(body),
    addLabels,
    removeLabels,
  };
}

function journalComments(comments: Comments, journalled: Journalled): Comments {
  return {
    ...comments,
    add: (number, comment) =>
      journalled({ kind: 'comment', number, marker: undefined, text: textDigest(comment.body) }, () =>
        comments.add(number, comment),
      ),
    ensure: (number, comment) =>
      journalled({ kind: 'comment', number, marker: comment.key, text: textDigest(comment.body) }, () =>
        comments.ensure(number, comment),
      ),
    acknowledge: (id) => journalled({ kind: 'acknowledge', comment: id }, () => comments.acknowledge(id)),
  };
}

function journalChecks(checks: Checks, journalled: Journalled): Checks {
  return {
    ...checks,
    set: (sha, check) => {
      const { context, state, description, link } = check;
      const intent = { kind: 'status', sha, context, state, text: textDigest(description, link) } as const;
      return journalled(intent, () => checks.set(sha, check));
    },
  };
}

function journalIssues(issues: Issues, journalled: Journalled): Issues {
  return {
    ...issues,
    ensure: (issue) => {
      const { key, title, body } = issue;
      const intent = { kind: 'issue', marker: key, title: textDigest(title), text: textDigest(body) } as const;
      return journalled(intent, () => issues.ensure(issue));
    },
    close: (number, why) =>
      journalled({ kind: 'close-issue', number, text: textDigest(why) }, () => issues.close(number, why)),
  };
}

import { type Intent, type RefMove, textDigest } from '../core/journal/intent.ts';
import { commentMarker } from '../core/pull-request/comment-marker.ts';
import type { Comment, PullRequest } from '../core/pull-request/pull-request.ts';
import { type CommitSha, parseCommitSha } from '../core/repository/commit.ts';
import type { Check, Forge, Issue, PullRequests } from '../ports/forge.ts';
import type { EffectOutcome } from '../ports/journal.ts';

/** What the forge shows of an effect; `not-done` is also what somebody undid since. */
export type FoundEffect = Omit<EffectOutcome, 'at'>;

/** What the forge shows. Whatever is asked for, it is read once. */
interface Shown {
  readonly since: Date;
  readonly refs: () => Promise<ReadonlyMap<string, CommitSha>>;
  /** Whether a commit is among the newest that lead to another one. */
  readonly leadsTo: (commit: string, tip: CommitSha) => Promise<boolean>;
  readonly open: () => Promise<readonly PullRequest[]>;
  /** That ended, of those that are asked about. */
  readonly ended: () => Promise<readonly PullRequest[]>;
  /** The bot's own, on all pull requests that are asked about. */
  readonly said: () => Promise<readonly Comment[]>;
  /** The bot's own; `undefined` for more commits than are looked at. */
  readonly statuses: (sha: CommitSha) => Promise<readonly Check[] | undefined>;
  readonly issues: () => Promise<readonly Issue[]>;
}

type Kind<Name extends Intent['kind']> = Extract<Intent, { kind: Name }>;

/** How many commits of a branch are looked through for the one that was pushed. */
const searchedCommits = 100;

/** The statuses of how many commits are read; what was said of others is said again when it matters. */
const readStatusesOf = 20;

const done = (detail?: string): FoundEffect => ({ result: 'done', ...(detail !== undefined && { detail }) });
const notDone = (detail: string): FoundEffect => ({ result: 'not-done', detail });
const shownAs = (shown: boolean, detail: string): FoundEffect => (shown ? done() : notDone(detail));

/**
 * Looks for effects on the forge by what each is known by there (reliability.md C-08). What is read serves all of them, so that many
 * effects cost a listing and not a request each.
 *
 * @param extent.since Nothing of it was done before.
 */
export function createFindEffect(
  forge: Forge,
  extent: { readonly intents: readonly Intent[]; readonly since: Date },
): (intent: Intent) => Promise<FoundEffect> {
  const shown = createShown(forge, extent);
  return async (intent) => {
    switch (intent.kind) {
      case 'push':
        return findPush(intent, shown);
      case 'open':
        return findOpened(intent, shown);
      case 'update':
        return findUpdated(intent, shown);
      case 'close': {
        const found = await findPullRequest(intent.number, shown);
        return shownAs(found !== undefined && found.state !== 'open', found?.state ?? 'no-pull-request');
      }
      case 'merge':
        return findMerged(intent, shown);
      case 'comment':
        return findComment(intent, shown);
      case 'acknowledge':
        // No port reads signs; making one again makes no second one.
        return { result: 'unknown', detail: 'safe-to-repeat' };
      case 'status':
        return findStatus(intent, shown);
      case 'issue': {
        const isMeant = ({ key, title }: Issue) => key === intent.marker && textDigest(title) === intent.title;
        return shownAs((await shown.issues()).some(isMeant), 'no-issue');
      }
      case 'close-issue':
        return shownAs(!(await shown.issues()).some(({ number }) => number === intent.number), 'open');
    }
  };
}

function createShown(
  { content, pullRequests, comments, people, checks, issues }: Forge,
  { intents, since }: { readonly intents: readonly Intent[]; readonly since: Date },
): Shown {
  const self = once(() => people.self());
  const open = once(() => pullRequests.listOpen());
  const [number = 0, ...others] = new Set(intents.flatMap((it) => (it.kind === 'comment' ? it.number : [])));
  const listed = new Map<CommitSha, Promise<readonly Check[]>>();
  return {
    since,
    refs: once(() => content.readRefs()),
    leadsTo: async (commit, tip) =>
      (await content.readCommits({ to: tip, limit: searchedCommits })).some(({ sha }) => sha === commit),
    open,
    ended: once(async () => readEnded(intents, await open(), pullRequests)),
    said: once(async () => {
      const { id } = await self();
      const all = await (others.length === 0 ? comments.list(number) : comments.listSince(since));
      return all.filter(({ author }) => author.id === id);
    }),
    async statuses(sha) {
      if (!checks) return [];
      if (!listed.has(sha) && listed.size === readStatusesOf) return undefined;
      const all = listed.get(sha) ?? checks.list(sha);
      listed.set(sha, all);
      const { id } = await self();
      return (await all).filter(({ by }) => by?.id === id);
    },
    issues: once(async () => (await issues?.listOpen()) ?? []),
  };
}

/** One by itself where that is enough: of those that ended there can be many. */
async function readEnded(
  intents: readonly Intent[],
  open: readonly PullRequest[],
  pullRequests: PullRequests,
): Promise<readonly PullRequest[]> {
  const [head, ...otherHeads] = new Set(intents.flatMap((it) => (it.kind === 'open' ? it.head : [])));
  const numbers = new Set(intents.flatMap((it) => (isOfPullRequest(it) ? it.number : [])));
  for (const it of open) numbers.delete(it.number);
  const [number, ...otherNumbers] = numbers;
  if (otherHeads.length + otherNumbers.length > 0) return pullRequests.listEnded();
  const read = number === undefined ? undefined : await pullRequests.read(number);
  return [...(head === undefined ? [] : await pullRequests.listEnded(head)), ...(read ? [read] : [])];
}

function isOfPullRequest(intent: Intent): intent is Kind<'update' | 'close' | 'merge'> {
  return intent.kind === 'update' || intent.kind === 'close' || intent.kind === 'merge';
}

function once<Result>(read: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => {
    result ??= read();
    return result;
  };
}

async function findPullRequest(number: number, { open, ended }: Shown): Promise<PullRequest | undefined> {
  const isMeant = (it: PullRequest) => it.number === number;
  return (await open()).find(isMeant) ?? (await ended()).find(isMeant);
}

/** A push moves all of its refs or none. */
async function findPush({ updates }: Kind<'push'>, shown: Shown): Promise<FoundEffect> {
  const refs = await shown.refs();
  for (const update of updates) {
    const at = refs.get(update.ref);
    if (await holds(at, update, shown)) continue;
    return notDone(at === update.expect ? 'not-moved' : 'moved-elsewhere');
  }
  return done();
}

/** Whether a ref is where it was to go, or somebody built on that. */
async function holds(at: CommitSha | undefined, { expect, to }: RefMove, { leadsTo }: Shown): Promise<boolean> {
  if (at === to) return true;
  return at !== undefined && to !== undefined && at !== expect && leadsTo(to, at);
}

async function findOpened({ head, base }: Kind<'open'>, { open, ended, since }: Shown): Promise<FoundEffect> {
  const isMeant = (it: PullRequest) => it.head === head && it.base === base;
  const found = (await open()).find(isMeant) ?? (await ended()).findLast((it) => isMeant(it) && it.createdAt >= since);
  return found ? done(`#${found.number}`) : notDone('no-pull-request');
}

async function findUpdated(intent: Kind<'update'>, shown: Shown): Promise<FoundEffect> {
  const { number, title, body, addLabels, removeLabels } = intent;
  const found = await findPullRequest(number, shown);
  if (!found) return notDone('no-pull-request');
  const { labels } = found;
  const same =
    isSame(found.title, title) &&
    isSame(found.body, body) &&
    addLabels.every((it) => labels.includes(it)) &&
    !removeLabels.some((it) => labels.includes(it));
  return shownAs(same, 'differs');
}

function isSame(text: string, wanted: string | undefined): boolean {
  return wanted === undefined || textDigest(text) === wanted;
}

async function findMerged({ number, head }: Kind<'merge'>, shown: Shown): Promise<FoundEffect> {
  const found = await findPullRequest(number, shown);
  if (found?.state !== 'merged') return notDone(found?.state ?? 'no-pull-request');
  return found.headSha === head ? done(found.mergeCommit) : notDone('head-moved');
}

async function findComment({ number, marker, text }: Kind<'comment'>, { said }: Shown): Promise<FoundEffect> {
  const hidden = marker === undefined ? '' : commentMarker(marker);
  const isMeant = ({ number: on, body }: Comment) =>
    on === number && body.includes(hidden) && textDigest(body.replace(hidden, '')) === text;
  return shownAs((await said()).some(isMeant), 'not-said');
}

async function findStatus({ sha, context, state, text }: Kind<'status'>, { statuses }: Shown): Promise<FoundEffect> {
  const commit = parseCommitSha(sha);
  const all = commit && (await statuses(commit));
  if (!all) return { result: 'unknown', detail: 'not-looked-at' };
  const found = all.find((it) => it.context === context);
  return shownAs(found?.state === state && textDigest(found.description, found.link) === text, 'differs');
}

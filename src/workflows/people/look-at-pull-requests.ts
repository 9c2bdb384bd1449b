import { digestOf } from '../../core/digest.ts';
import { Failure } from '../../core/failure.ts';
import { mapLimited } from '../../core/map-limited.ts';
import { commentMarker } from '../../core/pull-request/comment-marker.ts';
import { checksOf, describeReview, describeUnconcerned } from '../../core/pull-request/describe-review.ts';
import { type Review, waitsForApproval } from '../../core/pull-request/review.ts';
import type { CommitSha } from '../../core/repository/commit.ts';
import type { PeoplesPullRequest } from '../../ports/forge.ts';
import { findApprovals } from './find-approvals.ts';
import { type ReviewWorld, reviewPullRequest, valuesPathsOf } from './review-pull-request.ts';
import { parseSaid, printSaid, type SaidOf } from './said-of.ts';
import type { Watched } from './watched.ts';

/** What is left over is looked at in the next pass: other work waits. */
const maxLooked = 10;
/** After a head could not be fetched, or looked at. In milliseconds. */
const pause = 60 * 60 * 1000;
const concurrency = 8;

/**
 * Says on people's open pull requests into the base branch what they would do to values and configuration: by statuses on the head that
 * was looked at, and a comment. Where neither head nor base moved nothing is read. One that cannot be looked at keeps the others from
 * nothing. Safe to repeat.
 *
 * @param doubted Heads whose statuses may say something else by now (reliability.md A-51).
 * @returns Those with statuses of the bot.
 */
export async function lookAtPullRequests(
  world: ReviewWorld,
  doubted: ReadonlySet<string> = new Set(),
): Promise<readonly Watched[]> {
  const { ports, options, view } = world;
  if (!ports.forge.checks || options.mode === 'plan') return [];
  const all = await mapLimited(openOnes(world), concurrency, async (it) => {
    const said = parseSaid(await ports.store.told.last(options.repository, subjectOf(it.pullRequest)));
    const due = await guarded(it, world, () => isDue({ ...it, said }, world));
    return { ...it, said, due: due ?? false };
  });
  const due = all.filter((it) => it.due).slice(0, maxLooked);
  const heads = new Map(due.map(({ pullRequest, head }) => [pullRequest.number, head]));
  const reached = heads.size === 0 ? new Set() : await ports.forge.content.fetchHeads(heads);
  const looked = new Map<number, SaidOf>();
  for (const it of due) {
    const said = await guarded(it, world, () => lookOrPutOff(it, { ...world, reached: reached.has(it.head) }));
    if (said) looked.set(it.pullRequest.number, said);
  }
  for (const it of all) if (!it.due && it.said && doubted.has(it.head)) await guarded(it, world, () => say(it, world));
  if (due.length > 0) {
    const { repository } = options;
    ports.log.info('pull-requests.looked-at', { repository, open: view.others.length, new: due.length });
  }
  return all.flatMap(({ pullRequest: { number }, said }) => watchedOf(number, looked.get(number) ?? said));
}

function watchedOf(number: number, said: SaidOf | undefined): readonly Watched[] {
  if (!said || said.checks.length === 0) return [];
  return [{ number, head: said.head, waits: said.waits !== undefined }];
}

interface Open {
  readonly pullRequest: PeoplesPullRequest;
  readonly head: CommitSha;
}

interface Known extends Open {
  readonly said: SaidOf | undefined;
}

const openOnes = ({ view, options }: ReviewWorld): readonly Open[] =>
  view.others.flatMap((pullRequest) => {
    const { base, headSha: head } = pullRequest;
    return base === options.branch && head ? [{ pullRequest, head }] : [];
  });

const subjectOf = ({ number }: PeoplesPullRequest): string => `pull-request/${number}`;

async function isDue({ pullRequest, head, said }: Known, { view, ports }: ReviewWorld): Promise<boolean> {
  if (!said || said.head !== head) return true;
  if (said.again !== undefined) return ports.clock.now() >= new Date(said.again);
  if (said.against !== (said.checks.length === 0 ? interestOf(view) : view.state.commit)) return true;
  if (said.waits === undefined) return false;
  const { roles } = view.state;
  return approvalsIn(await findApprovals({ pullRequest, head, roles, forge: ports.forge })) !== said.waits;
}

const approvalsIn = ({
  approvedBy,
  uncounted,
}: Pick<Awaited<ReturnType<typeof findApprovals>>, 'approvedBy' | 'uncounted'>) =>
  JSON.stringify([approvedBy, uncounted]);

/** One that touches nothing of this stays so while the base branch goes on: what it changes since it left only becomes less. */
function interestOf({ state }: ReviewWorld['view']): string {
  return digestOf(JSON.stringify(valuesPathsOf(state.installations)));
}

async function guarded<Result>({ pullRequest }: Open, { ports, options }: ReviewWorld, work: () => Promise<Result>) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure && error.code === 'store') throw error;
    const code = error instanceof Failure ? error.code : 'internal';
    const what = code === 'internal' && error instanceof Error ? { stack: error.stack } : { error: String(error) };
    ports.log.warn('pull-request.failed', {
      repository: options.repository,
      number: pullRequest.number,
      code,
      ...what,
    });
    return undefined;
  }
}

interface Looking extends ReviewWorld {
  /** Whether the head could be fetched. */
  readonly reached: boolean;
}

/** What fails and may go on failing is not tried in each pass: it may have taken long. */
async function lookOrPutOff(known: Known, world: Looking): Promise<SaidOf> {
  try {
    return await look(known, world);
  } catch (error) {
    const passes = error instanceof Failure && (error.passing || error.code === 'store');
    if (!passes) await putOff(known, world);
    throw error;
  }
}

function putOff({ pullRequest, head, said }: Known, world: ReviewWorld): Promise<SaidOf> {
  const again = new Date(world.ports.clock.now().getTime() + pause).toISOString();
  const commented = said?.commented;
  return record(pullRequest, { head, against: '', checks: [], again, ...(commented && { commented }) }, world);
}

async function look(known: Known, world: Looking): Promise<SaidOf> {
  const { pullRequest, head, said } = known;
  const { view, ports } = world;
  if (!world.reached) {
    ports.log.warn('pull-request.unreached', { number: pullRequest.number, head });
    return putOff(known, world);
  }
  const review = await reviewPullRequest(pullRequest, head, world);
  if (!review) {
    const commented = said?.commented ?? false;
    const unconcerned = { head, against: interestOf(view), checks: [], commented };
    if (commented) await comment(pullRequest, describeUnconcerned(head), world);
    return record(pullRequest, unconcerned, world);
  }
  return sayReview(known, review, world);
}

/** The status comes last but one: whoever sees it finds the comment. What is recorded was said. */
async function sayReview({ pullRequest, head, said }: Known, review: Review, world: ReviewWorld): Promise<SaidOf> {
  const { view, ports } = world;
  const checks = checksOf(review);
  const commented = hasMuchToSay(review) || (said?.commented ?? (await hasComment(pullRequest, world)));
  if (commented) await comment(pullRequest, describeReview(review), world);
  for (const check of checks) await ports.forge.checks?.set(head, check);
  const { configuration } = review;
  const waits = waitsForApproval(review) && configuration?.kind === 'read' && { waits: approvalsIn(configuration) };
  return record(pullRequest, { head, against: view.state.commit, checks, commented, ...waits }, world);
}

/** Values that are right need no words but those of the status. */
function hasMuchToSay({ conflicts, values = [], configuration }: Review): boolean {
  return conflicts.length > 0 || configuration !== undefined || values.some(({ remarks }) => remarks.length > 0);
}

const commentKey = 'pull-request';

/** Where the store was lost, or a process died before it wrote down what it said. */
async function hasComment({ number }: PeoplesPullRequest, { ports, view }: ReviewWorld): Promise<boolean> {
  const marker = commentMarker(commentKey);
  const all = await ports.forge.comments.list(number);
  return all.some(({ author, body }) => author.id === view.self.id && body.includes(marker));
}

async function comment({ number }: PeoplesPullRequest, body: string, { ports, options }: ReviewWorld): Promise<void> {
  await ports.forge.comments.ensure(number, { key: commentKey, body, by: options.bot });
}

async function record(pullRequest: PeoplesPullRequest, said: SaidOf, { ports, options }: ReviewWorld): Promise<SaidOf> {
  const { store, clock } = ports;
  await store.told.record(options.repository, subjectOf(pullRequest), printSaid(said), clock.now());
  return said;
}

/** Says the statuses once more. They are only written where the forge shows something else. */
async function say({ head, said }: Known, { ports }: ReviewWorld): Promise<void> {
  for (const check of said?.checks ?? []) await ports.forge.checks?.set(head, check);
}

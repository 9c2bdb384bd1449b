import type { Command, CommandPlace } from '../core/command/command.ts';
import { type ParsedComment, parseComment } from '../core/command/parse-command.ts';
import { formatReply, replyToWrong } from '../core/command/reply.ts';
import { digestOf } from '../core/digest.ts';
import { Failure } from '../core/failure.ts';
import { parseBranch } from '../core/installation/places.ts';
import type { Actor } from '../core/pull-request/actor.ts';
import { plain } from '../core/pull-request/markdown.ts';
import type { Comment, PullRequest } from '../core/pull-request/pull-request.ts';
import type { CommandKey, UnfinishedCommand } from '../ports/command-log.ts';
import type { People, Permission } from '../ports/forge.ts';
import { carryOut } from './carry-out-command.ts';
import type { PassOptions, PassPorts } from './pass.ts';
import type { BudgetAnswer, ReplyBudget } from './reply-budget.ts';
import { repositoryIssue } from './repository-issue.ts';

/** A comment as the forge has it now, with what an event said about it. */
export interface FoundComment {
  readonly comment: Comment;
  /** SHA-256 of the text as the event had it, in hexadecimal digits. */
  readonly bodyDigest?: string | undefined;
  readonly permission?: Permission | undefined;
}

export interface CommentWorld {
  readonly ports: PassPorts;
  readonly options: PassOptions;
  /** Of the process; without it nobody's comments are counted. */
  readonly replies?: ReplyBudget | undefined;
  /** Whether events may be under way that say more about comments than the forge does: not when a process begins. */
  readonly eventsMayCome?: boolean | undefined;
}

export type Answered =
  | { readonly kind: 'none' }
  /** `installation` is what the command was about: it is to be looked at next. */
  | { readonly kind: 'answered'; readonly installation?: string }
  /** Carried out, but the reply could not be written: that is to be tried again. */
  | { readonly kind: 'unanswered'; readonly installation?: string; readonly failure: Failure };

/** After this a command is not carried out any more: nobody remembers giving it. In milliseconds. */
const longestWait = 24 * 60 * 60 * 1000;
/** After this a command that cannot be answered is given up. In milliseconds. */
const longestTrying = longestWait + 60 * 60 * 1000;
/** So long the event of a comment may be under way that was found without it; it may say what the forge does not. In milliseconds. */
const eventTime = 60 * 1000;
/** What an event says about rights counts for a minute; the clocks of forge and bot may differ by two (C-32). In milliseconds. */
const hintTime = 3 * 60 * 1000;

/**
 * Carries out the command of a comment, once for ever, and replies. Every part may be repeated: what was received is in the command log,
 * the reply is found again by its key.
 *
 * @throws {Failure} When forge or store fails before the command is carried out: then it is gone on with later.
 */
export async function answerComment(found: FoundComment, world: CommentWorld): Promise<Answered> {
  const { comment } = found;
  const { store, clock, log } = world.ports;
  const key = { repository: world.options.repository, comment: comment.id };
  const isForgotten = clock.now().getTime() - comment.createdAt.getTime() > longestTrying;
  try {
    const answered = await answer(found, key, world);
    if (answered.kind !== 'unanswered' || !isForgotten) return answered;
    log.warn('command.given-up', { ...key, code: answered.failure.code });
  } catch (error) {
    if (!isForgotten) throw error;
    log.warn('command.given-up', { ...key, error: String(error) });
  }
  await store.commands.advance(key, 'ignored', undefined, clock.now());
  return { kind: 'none' };
}

async function answer(found: FoundComment, key: CommandKey, world: CommentWorld): Promise<Answered> {
  const { comment, permission } = found;
  const { author, number } = comment;
  const { forge, store, clock, log } = world.ports;
  const people = rememberPermissions(forge.people);
  if (isMachine(author) || !mayBeCommand(comment) || author.id === (await forge.people.self()).id) return nothing;
  const bodyDigest = found.bodyDigest ?? hexDigestOf(comment);
  // First of all, so that a comment that was dealt with costs no request, and one that is dealt with is never lost.
  const state = await store.commands.receive({ ...key, number, bodyDigest, permission, at: clock.now() });
  if (state === 'answered' || state === 'ignored') return nothing;
  const before = state === 'new' ? undefined : await findUnfinished(key, world);
  if (before?.reply !== undefined) return writeReply(found, { reply: before.reply }, { ...world, key });
  const hint = freshHint(found, clock.now());
  // What is asked for next, beside where it stands.
  people.permissionOf(author, hint).catch(() => undefined);
  const place = await findPlace(comment, world);
  const parsed = place ? parseComment(comment.body, place.at) : nothing;
  if (!place || parsed.kind === 'none') return ignore(key, world);
  const digests = [bodyDigest, ...(before ? [before.bodyDigest] : [])];
  const read: ReadComment = { ...found, permission: hint, place, parsed, digests };
  const ports = { ...world.ports, forge: { ...forge, people } };
  const given = await replyTo(read, { ...world, ports, key });
  if (!given) return ignore(key, world);
  log.info('command.carried-out', { ...key, number, by: author.name });
  return writeReply(found, given, { ...world, key });
}

const nothing = { kind: 'none' } as const;

/** For one command everybody's rights are asked for once. */
function rememberPermissions(people: People): People {
  const known = new Map<string, ReturnType<People['permissionOf']>>();
  return {
    ...people,
    permissionOf(actor, hint) {
      const asked = known.get(actor.id) ?? people.permissionOf(actor, hint);
      known.set(actor.id, asked);
      return asked;
    },
  };
}

/** Programs that the forge itself runs, and apps: two of them must not talk to each other (reliability.md A-56). */
const isMachine = ({ id, name }: Actor): boolean => name.endsWith('[bot]') || /^-\d+$/.test(id);

/** What is no command wherever it stands costs nothing. */
function mayBeCommand({ body }: Comment): boolean {
  const anywhere = { environment: '', application: '' };
  return (
    parseComment(body, { where: 'issue' }).kind !== 'none' ||
    parseComment(body, { where: 'pull-request', installation: anywhere }).kind !== 'none'
  );
}

async function ignore(key: CommandKey, { ports: { store, clock } }: CommentWorld): Promise<Answered> {
  await store.commands.advance(key, 'ignored', undefined, clock.now());
  return nothing;
}

/** Says that a comment could not be dealt with and is tried again; a wait is no trouble. */
export function logUnfinished(comment: string, error: unknown, { ports: { log }, options }: CommentWorld): void {
  const fields = { repository: options.repository, comment, error: String(error) };
  if (error instanceof TooEarly) log.info('comment.waits', fields);
  else log.warn('comment.failed', fields);
}

/** Where a comment stands, when that is somewhere that the bot listens. */
interface FoundPlace {
  readonly at: CommandPlace;
  readonly pullRequest: PullRequest | undefined;
}

async function findPlace({ number }: Comment, { ports }: CommentWorld): Promise<FoundPlace | undefined> {
  const pullRequest = await ports.forge.pullRequests.read(number);
  const installation = pullRequest && parseBranch(pullRequest.head);
  if (installation) return { at: { where: 'pull-request', installation }, pullRequest };
  const open = (await ports.forge.issues?.listOpen()) ?? [];
  const isOurs = open.some((it) => it.number === number && it.key === repositoryIssue.key);
  return isOurs ? { at: { where: 'issue' }, pullRequest: undefined } : undefined;
}

interface ReadComment extends FoundComment {
  readonly place: FoundPlace;
  readonly parsed: Exclude<ParsedComment, { readonly kind: 'none' }>;
  /** Of its text, each time that it was seen. */
  readonly digests: readonly string[];
}

interface Keyed extends CommentWorld {
  readonly key: CommandKey;
}

interface Given {
  readonly reply: string;
  readonly installation?: string;
}

/** @returns `undefined` for what is not answered. */
async function replyTo(read: ReadComment, world: Keyed): Promise<Given | undefined> {
  const { comment } = read;
  const obstacle = findObstacle(read, world.ports.clock.now());
  const budget = await takeBudget(read, obstacle, world);
  if (budget === 'over') return undefined;
  // The sign and the work go side by side.
  const [, given] = await Promise.all([acknowledge(comment, world), giveReply(read, { obstacle, budget }, world)]);
  return given;
}

async function giveReply(
  read: ReadComment,
  { obstacle, budget }: { readonly obstacle: string | undefined; readonly budget: BudgetAnswer },
  world: Keyed,
): Promise<Given> {
  const { comment, parsed } = read;
  const why = budget === 'spent' ? spentText : obstacle;
  if (why !== undefined) return say(read, why);
  if (parsed.kind === 'wrong') return { reply: replyToWrong(comment.author, parsed) };
  return obey({ ...read, command: parsed.command }, world);
}

/** Who may not even read is nobody to talk to. A command of somebody who is not known is refused with the reason. */
async function takeBudget(read: ReadComment, obstacle: string | undefined, world: Keyed): Promise<BudgetAnswer> {
  const { comment, parsed, permission: hint } = read;
  const { author, id } = comment;
  const permission = await world.ports.forge.people.permissionOf(author, hint);
  const isCommand = parsed.kind === 'command' && obstacle === undefined;
  const age = world.ports.clock.now().getTime() - comment.createdAt.getTime();
  const mayBeTold = world.eventsMayCome === true && hint === undefined && age < eventTime;
  if (permission === 'unknown' && isCommand && mayBeTold) throw new TooEarly(comment);
  if (permission === 'none' || (permission === 'unknown' && !isCommand)) return 'over';
  const mayWrite = permission === 'write' || permission === 'admin';
  return world.replies?.take(author, id, { mayWrite, now: world.ports.clock.now() }) ?? 'within';
}

/** What somebody may do is not known yet, and may be a moment later. */
class TooEarly extends Failure {
  constructor({ author, id }: Comment) {
    super('forge-conflict', `What ${author.name} may do is not known yet, for comment ${id}.`, {
      remedy: 'Its webhook may say it. Without one the command is answered with what the forge tells.',
    });
  }
}

async function obey({ place, command, ...read }: ReadComment & { readonly command: Command }, world: Keyed) {
  const { comment, permission: hint } = read;
  try {
    return await carryOut({ ...place, command, comment, hint }, world);
  } catch (error) {
    if (error instanceof Failure && error.passing) throw error;
    return say(read, describeFailure(error, world));
  }
}

const say = ({ comment: { author: to }, parsed }: Pick<ReadComment, 'comment' | 'parsed'>, text: string): Given => ({
  reply: formatReply({ to, line: lineOf(parsed), text }),
});

const lineOf = (parsed: ReadComment['parsed']): string | undefined =>
  parsed.kind === 'command' ? parsed.command.line : parsed.line;

function describeFailure(error: unknown, { ports, key }: Keyed): string {
  if (error instanceof Failure) return `That did not work: ${plain(`${error.message} ${error.remedy ?? ''}`.trim())}`;
  const stack = error instanceof Error ? error.stack : String(error);
  ports.log.warn('command.failed', { ...key, code: 'internal', stack });
  return 'That did not work, by a mistake of Consignee itself, which its log tells of. Some of it may have been done.';
}

/** A sign that it was seen; a command does not wait for it. */
async function acknowledge({ id }: Comment, { ports, key }: Keyed): Promise<void> {
  try {
    await ports.forge.comments.acknowledge(id);
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'store') throw error;
    ports.log.warn('command.unacknowledged', { ...key, code: error.code });
  }
}

async function writeReply({ comment }: FoundComment, given: Given, { ports, options, key }: Keyed): Promise<Answered> {
  const { forge, store, clock, log } = ports;
  const { installation } = given;
  const about = installation === undefined ? {} : { installation };
  await store.commands.advance(key, 'executed', given.reply, clock.now());
  // Of two processes that carry out the same command the first one's words count.
  const stored = await findUnfinished(key, { ports, options });
  if (stored?.reply === undefined) return { kind: 'answered', ...about };
  try {
    const said = { key: `reply/${comment.id}`, body: stored.reply, by: options.bot };
    await forge.comments.ensure(comment.number, said);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { kind: 'unanswered', failure: error, ...about };
  }
  await store.commands.advance(key, 'answered', undefined, clock.now());
  log.info('command.answered', { ...key, installation });
  return { kind: 'answered', ...about };
}

function findObstacle({ comment, digests }: ReadComment, now: Date): string | undefined {
  // Whoever may write can edit anybody's comment (forge.md 2.9): nobody knows whose words these are.
  if (comment.edited || digests.some((it) => it !== hexDigestOf(comment))) return editedText;
  return now.getTime() - comment.createdAt.getTime() > longestWait ? expiredText : undefined;
}

const editedText =
  'The comment was edited, so nobody can tell whose words it holds. Nothing was done. Write a new comment.';
const expiredText = 'The comment is more than a day old, so nothing was done. Write it again if it still holds.';
const spentText =
  'These were too many comments within an hour, so nothing was done. Those that follow get no answer until the hour is over.';

/** Rights may have been taken away since an event that waited for long. */
function freshHint({ comment, permission }: FoundComment, now: Date): Permission | undefined {
  return now.getTime() - comment.createdAt.getTime() <= hintTime ? permission : undefined;
}

async function findUnfinished(key: CommandKey, { ports }: CommentWorld): Promise<UnfinishedCommand | undefined> {
  const unfinished = await ports.store.commands.unfinished(key.repository);
  return unfinished.find(({ comment }) => comment === key.comment);
}

const hexDigestOf = ({ body }: Comment): string => digestOf(body).slice('sha256:'.length);

import type { CommandPlace } from '../core/command/command.ts';
import { parseComment } from '../core/command/parse-command.ts';
import { formatReply, replyToWrong } from '../core/command/reply.ts';
import { digestOf } from '../core/digest.ts';
import { Failure } from '../core/failure.ts';
import { parseBranch } from '../core/installation/places.ts';
import { plain } from '../core/pull-request/markdown.ts';
import type { Comment, PullRequest } from '../core/pull-request/pull-request.ts';
import type { CommandState } from '../ports/command-log.ts';
import type { Permission } from '../ports/forge.ts';
import { carryOut } from './carry-out-command.ts';
import type { PassOptions, PassPorts } from './pass.ts';
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
}

/** The installation that a command was about, to be looked at next. */
export type Answered = { readonly kind: 'none' } | { readonly kind: 'answered'; readonly installation?: string };

/** After this a command is not carried out any more: nobody remembers giving it. In milliseconds. */
const longestWait = 24 * 60 * 60 * 1000;

/**
 * Carries out the command of a comment, once for ever, and replies. Every part may be repeated: what was received is in the command log,
 * the reply is found again by its key.
 *
 * @throws {Failure} When the forge or the registry fails: then the command is gone on with later.
 */
export async function answerComment(found: FoundComment, world: CommentWorld): Promise<Answered> {
  const { comment } = found;
  const { forge, store, clock, log } = world.ports;
  const { repository } = world.options;
  if (comment.author.id === (await forge.people.self()).id || !mayBeCommand(comment)) return { kind: 'none' };
  const place = await findPlace(comment, world);
  if (!place || parseComment(comment.body, place.at).kind === 'none') return { kind: 'none' };
  const key = { repository, comment: comment.id };
  const { number } = comment;
  const bodyDigest = found.bodyDigest ?? hexDigestOf(comment);
  const received = { ...key, number, bodyDigest, permission: found.permission, at: clock.now() };
  const state = await store.commands.receive(received);
  if (state === 'answered' || state === 'ignored') return { kind: 'none' };
  log.info('command.received', { repository, comment: comment.id, number, by: comment.author.name });
  await forge.comments.acknowledge(comment.id);
  const { reply, installation } = await replyTo({ ...found, bodyDigest }, place, { ...world, state, key });
  await store.commands.advance(key, 'executed', reply, clock.now());
  const { bot: by } = world.options;
  await forge.comments.ensure(number, { key: `reply/${comment.id}`, body: reply, by });
  await store.commands.advance(key, 'answered', undefined, clock.now());
  log.info('command.answered', { repository, comment: comment.id, installation });
  return { kind: 'answered', ...(installation !== undefined && { installation }) };
}

/** What is no command wherever it stands costs nothing. */
function mayBeCommand({ body }: Comment): boolean {
  const anywhere = { environment: '', application: '' };
  return (
    parseComment(body, { where: 'issue' }).kind !== 'none' ||
    parseComment(body, { where: 'pull-request', installation: anywhere }).kind !== 'none'
  );
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

interface Replying extends CommentWorld {
  readonly state: 'new' | CommandState;
  readonly key: { readonly repository: string; readonly comment: string };
}

async function replyTo(
  found: FoundComment & { readonly bodyDigest: string },
  place: FoundPlace,
  world: Replying,
): Promise<{ readonly reply: string; readonly installation?: string }> {
  const { comment } = found;
  const known = world.state === 'executed' ? await storedReply(world) : undefined;
  if (known !== undefined) return { reply: known };
  const parsed = parseComment(comment.body, place.at);
  if (parsed.kind === 'wrong') return { reply: replyToWrong(comment.author, parsed) };
  const line = parsed.kind === 'command' ? parsed.command.line : undefined;
  const refusal = findObstacle(found, world.ports.clock.now());
  if (parsed.kind === 'none' || refusal) {
    return { reply: formatReply({ to: comment.author, line, text: refusal ?? editedText }) };
  }
  const placed = { ...place, command: parsed.command, comment, hint: found.permission };
  try {
    return await carryOut(placed, world);
  } catch (error) {
    if (!(error instanceof Failure) || error.passing) throw error;
    const text = `That did not work: ${plain(`${error.message} ${error.remedy ?? ''}`.trim())}`;
    return { reply: formatReply({ to: comment.author, line, text }) };
  }
}

function findObstacle(
  { comment, bodyDigest }: FoundComment & { readonly bodyDigest: string },
  now: Date,
): string | undefined {
  // Whoever may write can edit anybody's comment (forge.md 2.9): nobody knows whose words these are.
  if (comment.edited || bodyDigest !== hexDigestOf(comment)) return editedText;
  return now.getTime() - comment.createdAt.getTime() > longestWait ? expiredText : undefined;
}

const editedText =
  'The comment was edited, so nobody can tell whose words it holds. Nothing was done. Write a new comment.';
const expiredText = 'The comment is more than a day old, so nothing was done. Write it again if it still holds.';

async function storedReply({ ports, key }: Replying): Promise<string | undefined> {
  const unfinished = await ports.store.commands.unfinished(key.repository);
  return unfinished.find(({ comment }) => comment === key.comment)?.reply;
}

const hexDigestOf = ({ body }: Comment): string => digestOf(body).slice('sha256:'.length);

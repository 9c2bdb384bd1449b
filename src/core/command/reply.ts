import type { Actor } from '../pull-request/actor.ts';
import { code, codeBlock, plain } from '../pull-request/markdown.ts';
import type { Authorisation } from './authorise.ts';
import {
  type Command,
  type CommandPlace,
  type CommandVerb,
  commandVerbs,
  usages,
  type WrongCommand,
} from './command.ts';

/**
 * Every command gets one reply. None of the texts here begins a line with a slash, so that no bot, this one included, takes a reply for a
 * command, and none mentions anybody but the person who is answered (reliability.md A-26, Annex A).
 */
interface Reply {
  readonly to: Actor;
  /** What was answered, as written. */
  readonly line: string | undefined;
  /** Markdown. */
  readonly text: string;
}

/** @returns The reply as Markdown: who is answered, the command within a code block, and the answer. */
export function formatReply({ to, line, text }: Reply): string {
  // Quoted with a mark, so that the slash does not stand first in the line.
  const quoted = line === undefined ? [] : [codeBlock(`> ${line.replace(/\s/g, ' ')}`, 'text')];
  return [mention(to), ...quoted, text.replace(/^(\s*)\//gm, '$1\\/')].join('\n\n');
}

/** Only what is a name on every forge is written as a mention. */
function mention({ name }: Actor): string {
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/.test(name)
    ? `@${name}`
    : `To ${plain(name.slice(0, 100))}:`;
}

/** Says why a comment was not taken as a command. */
export function replyToWrong(to: Actor, { line, message, usage }: WrongCommand): string {
  const how = usage === undefined ? [] : [`Write ${code(usage)}.`];
  return formatReply({ to, line, text: [plain(message), ...how, 'Nothing was done.'].join(' ') });
}

type Denied = Extract<Authorisation, { readonly allowed: false }>;

/** Says that somebody may not do what they asked for, and who may. */
export function replyToDenied(
  to: Actor,
  { verb, line }: Pick<Command, 'verb' | 'line'>,
  { why, whoMay }: Denied,
): string {
  const text = `${denials[why](code(`/${verb}`))} Nothing was done. This may: ${plain(whoMay)}.`;
  return formatReply({ to, line, text });
}

const denials: Readonly<Record<Denied['why'], (verb: string) => string>> = {
  'not-named': (verb) => `You are not among those who may use ${verb} here.`,
  permission: (verb) => `Your permission on this repository is not enough for ${verb}.`,
  unknown: (verb) => `Whether you may use ${verb} could not be found out, so it is refused.`,
  'own-change': (verb) => `You may not use ${verb} on a change that is your own.`,
  'own-account': (verb) => `The bot's own account may not use ${verb}.`,
};

/** What came of a command that somebody was allowed to give. */
export type CommandResult =
  | { readonly kind: 'held'; readonly until: Date | undefined; readonly reason: string | undefined }
  /** The time given is over. */
  | { readonly kind: 'past' }
  /** @param ended How many holds were ended. */
  | { readonly kind: 'resumed'; readonly ended: number }
  | { readonly kind: 'skipped'; readonly version: string }
  | { readonly kind: 'approved'; readonly head: string; readonly given: number; readonly needed: number | undefined }
  /** The pull request has another head than the command was given for; `current` is the one to name instead. */
  | { readonly kind: 'head-moved'; readonly current: string }
  | { readonly kind: 'unknown-installation'; readonly name: string }
  | { readonly kind: 'no-pull-request'; readonly name: string }
  /** The comment is more than a day old, or was edited. */
  | { readonly kind: 'expired' | 'edited' }
  | { readonly kind: 'not-available' }
  /** Whatever else is to be said, in Markdown. */
  | { readonly kind: 'said'; readonly text: string };

/** Says what came of a command. */
export function replyToCommand(to: Actor, command: Command, result: CommandResult): string {
  return formatReply({ to, line: command.line, text: textOf(command, result) });
}

function textOf(command: Command, result: CommandResult): string {
  switch (result.kind) {
    case 'held':
      return heldText(result);
    case 'past':
      return 'That time is over already, so nothing is held. Name a later one.';
    case 'resumed':
      return result.ended === 0
        ? 'Nothing was held here.'
        : `${count(result.ended, 'hold is', 'holds are')} ended. The bot goes on with its next pass.`;
    case 'skipped':
      return `Version ${code(result.version)} is not proposed here any more. A newer one will be.`;
    case 'approved':
      return approvedText(result);
    case 'head-moved':
      return `The pull request has changed since. Look at it again, then write ${code(withHead(command, result.current))}.`;
    case 'unknown-installation':
      return `There is no installation ${code(result.name)} in the configuration.`;
    case 'no-pull-request':
      return `No pull request is open for ${code(result.name)}.`;
    case 'expired':
      return 'The comment is more than a day old, so nothing was done. Write it again if it still holds.';
    case 'edited':
      return 'The comment was edited, so nobody can tell whose words it holds. Nothing was done. Write a new comment.';
    case 'not-available':
      return notAvailable(command);
    case 'said':
      return result.text;
  }
}

function heldText({ until, reason }: Extract<CommandResult, { readonly kind: 'held' }>): string {
  const end = until ? `until ${printTime(until)}, or ${code('/resume')}` : `until somebody writes ${code('/resume')}`;
  return `Held ${end}: nothing is merged here meanwhile.${reason === undefined ? '' : ` Reason: ${code(reason)}.`}`;
}

/** @returns The time in UTC, to the minute; a time between two minutes is rounded up, so that nothing ends before it is said to. */
function printTime(time: Date): string {
  const minute = new Date(Math.ceil(time.getTime() / 60_000) * 60_000);
  return `${minute.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function approvedText({ head, given, needed }: Extract<CommandResult, { readonly kind: 'approved' }>): string {
  const of = needed === undefined ? 'No approvals are asked for here.' : `${given} of ${needed} given.`;
  return `Approved for the commit ${code(head.slice(0, 12))} and no other. ${of}`;
}

/** The command to write instead, with the installation where it was named. */
function withHead(command: Command, head: string): string {
  const { verb, line, installation } = command;
  const name = installation && line.startsWith(`/${verb} ${nameOf(installation)}`) ? ` ${nameOf(installation)}` : '';
  const takesHead = verb === 'promote' || verb === 'approve' || verb === 'rebuild' || verb === 'adopt';
  return `/${verb}${name}${takesHead ? ` ${head.slice(0, 12)}` : ''}`;
}

const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`;

/** Says what a command would do that this version understands, but does not carry out. */
function notAvailable(command: Command): string {
  if (command.verb === 'override') {
    return `Overriding the gate ${code(command.gate)} is not available yet. Two people with the role ${code('emergency')} will be needed for it, and verification and holds can never be overridden. Nothing was done.`;
  }
  const version =
    'version' in command && command.version !== undefined ? `version ${code(command.version)}` : undefined;
  const name = command.installation ? code(nameOf(command.installation)) : 'the installation';
  if (command.verb === 'promote') {
    const target =
      command.environment === undefined ? 'the next environment' : `the environment ${code(command.environment)}`;
    return `Once environments are configured to follow each other, this proposes ${version ?? `what is healthy in ${name}`} for ${target}. Promotion from one environment to the next is not available yet. Nothing was done.`;
  }
  if (command.verb === 'rollback') {
    return `Once environments report their health, this proposes ${version ?? 'the last version that was healthy'} for ${name} again. Rolling back is not available yet. Nothing was done.`;
  }
  return `${code(`/${command.verb}`)} is understood, but not available yet. Nothing was done.`;
}

const nameOf = ({ environment, application }: { readonly environment: string; readonly application: string }) =>
  `${environment}/${application}`;

const purposes: Readonly<Record<CommandVerb, string>> = {
  promote: 'merges what the pull request proposes, or brings a version to another environment',
  hold: 'keeps everything as it is, until a time such as `12h`, `3d` or `2026-12-01`, or until `/resume`',
  resume: 'ends all holds',
  rollback: 'proposes an earlier version again',
  override: 'passes a gate in an emergency',
  approve: 'agrees to the commit that is proposed, and to no other',
  skip: 'never proposes the version that is proposed, or the one that is named',
  rebuild: 'renders the branch anew and discards what others changed on it',
  adopt: 'keeps what others changed on the branch and leaves it to them',
  retry: 'tries again at once what failed',
  explain: 'says what the bot decided last, and why',
  help: 'shows this list',
};

/** @param works The commands that this version carries out. */
export function replyWithHelp(
  to: Actor,
  { line }: Pick<Command, 'line'>,
  place: CommandPlace['where'],
  works: ReadonlySet<CommandVerb>,
): string {
  const lines = commandVerbs.map(
    (verb) => `- ${code(usageAt(verb, place))}: ${purposes[verb]}${works.has(verb) ? '' : ' *(not available yet)*'}`,
  );
  const rules =
    'One command in a comment, on a line of its own that begins with the slash. A comment that is edited is not read again.';
  return formatReply({ to, line, text: `${rules}\n\n${lines.join('\n')}` });
}

/** On the issue, a command names what it is about. */
function usageAt(verb: CommandVerb, place: CommandPlace['where']): string {
  const usage = usages[verb];
  return place === 'issue' && verb !== 'help'
    ? usage.replace(`/${verb}`, `/${verb} <environment>/<application>`)
    : usage;
}

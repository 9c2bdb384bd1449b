import {
  type Command,
  type CommandPlace,
  type CommandVerb,
  commandVerbs,
  type WrongCommand,
  wrong,
} from './command.ts';
import { findMeantVerb, verbOf } from './find-verb.ts';
import { parseArguments } from './parse-arguments.ts';
import { findSlashLines } from './slash-lines.ts';

/** What a comment says to the bot; `none` is the usual case and asks for no reply. */
export type ParsedComment =
  | { readonly kind: 'none' }
  | { readonly kind: 'command'; readonly command: Command }
  | WrongCommand;

/** In bytes of UTF-8. Longer comments are logs, not commands. */
const maxComment = 16 * 1024;

/** Of what follows the verb, in characters. */
const maxArguments = 200;

/**
 * Reads the one command of a comment, by the grammar of reliability.md A-47 and Annex A with the verbs of design.md 7: a line that begins
 * in the first column, of printable ASCII, with one space between its words. No case is folded, nothing is normalised or trimmed.
 * Commands of other bots are none of ours. In linear time.
 *
 * @returns `wrong` where a person most likely meant a command: nothing is to be done, and the person to be told.
 * @example parseComment('/hold 3d waiting for the provider', { where: 'pull-request', installation })
 */
export function parseComment(text: string, place: CommandPlace): ParsedComment {
  if (text.length > maxComment || Buffer.byteLength(text) > maxComment) return tooLong(text);
  const ours = findSlashLines(text).flatMap(({ text: line, visible }) => {
    const found = readLine(line, place);
    return found ? [{ found, line, visible }] : [];
  });
  const [first, second] = ours.filter((it) => it.visible);
  if (first && second) {
    return wrong('several', second.line, 'The comment holds more than one command. Write one in each comment.');
  }
  if (first) return first.found;
  const [hidden] = ours;
  return hidden ? outOfPlace(hidden.line) : { kind: 'none' };
}

const anyCommand = new RegExp(`(?:^|\\n)/(?:${commandVerbs.join('|')})(?![A-Za-z0-9/_-])`);

function tooLong(text: string): ParsedComment {
  if (!anyCommand.test(text)) return { kind: 'none' };
  return wrong(
    'too-long',
    undefined,
    'Commands are read in comments of up to 16 KiB only. Write a comment of its own.',
  );
}

function outOfPlace(line: string): WrongCommand {
  const message =
    'The line stands where it might not be seen: next to a quotation, code, a link or a formula, or after HTML, an indented block of code or an e-mail signature. Write the command in a comment of its own.';
  return wrong('place', line, message);
}

/** @returns `undefined` for a line that is not meant for this bot. */
function readLine(line: string, place: CommandPlace): Exclude<ParsedComment, { kind: 'none' }> | undefined {
  const verb = verbOf(line);
  if (verb === undefined) {
    const meant = findMeantVerb(line);
    return meant && wrong(meant.why, line, meant.message, meant.verb);
  }
  const given = line.slice(1 + verb.length);
  const unfit = findUnfit(given, line, verb);
  if (unfit) return unfit;
  const command = parseArguments({ verb, line, given: given.slice(1) }, place);
  return 'kind' in command ? command : { kind: 'command', command };
}

function findUnfit(given: string, line: string, verb: CommandVerb): WrongCommand | undefined {
  if (!/^[ -~]*$/.test(given)) {
    const message = 'The line holds characters other than printable ASCII, which may look like what they are not.';
    return wrong('characters', line, message, verb);
  }
  if (given.length > maxArguments + 1) {
    return wrong('arguments', line, `The line is longer than ${maxArguments} characters after the verb.`, verb);
  }
  if (given.startsWith('  ') || given.endsWith(' ')) {
    return wrong('spaces', line, 'There must be one space between the words, and none at the end of the line.', verb);
  }
  return undefined;
}

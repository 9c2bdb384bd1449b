import { parseVersion } from '../version/version.ts';
import {
  type Command,
  type CommandPlace,
  type CommandVerb,
  headPattern,
  type InstallationName,
  type WrongCommand,
  wrong,
} from './command.ts';
import { looksLikeTime, parseUntil } from './until.ts';

interface Line {
  readonly verb: CommandVerb;
  readonly line: string;
  /** What follows the verb and a space: printable ASCII. */
  readonly given: string;
}

/** As in Annex A of reliability.md. */
const argumentPattern = /^[A-Za-z0-9.\-_+/=:]{1,64}$/;
const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
const gatePattern = /^[a-z][a-z-]{0,31}$/;

/** @returns The command with what it names, or what is wrong with it. */
export function parseArguments(line: Line, place: CommandPlace): Command | WrongCommand {
  const { installation, rest } = splitInstallation(line.given, place);
  if (line.verb === 'help' && rest === '') return { verb: 'help', line: line.line, installation };
  if (!installation) {
    const message = 'Here a command names the installation that it is about first, such as dev/podinfo.';
    return wrong('installation', line.line, message, line.verb);
  }
  if (place.where === 'pull-request' && nameOf(installation) !== nameOf(place.installation)) {
    const message = `This pull request is about ${nameOf(place.installation)}, not about ${nameOf(installation)}.`;
    return wrong('installation', line.line, message, line.verb);
  }
  return parseRest({ ...line, given: rest }, installation);
}

const nameOf = ({ environment, application }: InstallationName) => `${environment}/${application}`;

/** @returns The installation that the first word names; where it names none, that of the pull request. */
function splitInstallation(
  given: string,
  place: CommandPlace,
): { readonly installation: InstallationName | undefined; readonly rest: string } {
  const [word, rest] = splitWord(given);
  const [environment = '', application = '', more] = word.split('/');
  if (more === undefined && namePattern.test(environment) && namePattern.test(application))
    return { installation: { environment, application }, rest };
  return { installation: place.where === 'pull-request' ? place.installation : undefined, rest: given };
}

function splitWord(text: string): readonly [word: string, rest: string] {
  const end = text.indexOf(' ');
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end + 1)];
}

function parseRest({ verb, line, given }: Line, installation: InstallationName): Command | WrongCommand {
  switch (verb) {
    case 'hold':
      return parseHold(line, given, installation);
    case 'override':
      return parseOverride(line, given, installation);
    case 'promote':
    case 'rollback':
    case 'skip':
    case 'approve':
    case 'rebuild':
    case 'adopt':
    case 'resume':
    case 'retry':
    case 'explain':
    case 'help':
      return parseWords({ verb, line, given }, installation);
  }
}

function parseHold(line: string, given: string, installation: InstallationName): Command | WrongCommand {
  const [word, rest] = splitWord(given);
  const until = parseUntil(word);
  if (until === undefined && looksLikeTime(word)) {
    const message = `${word} is no time. Write a date such as 2026-12-01, a time with its offset such as 2026-12-01T12:00Z, or a duration such as 12h or 3d.`;
    return wrong('time', line, message, 'hold');
  }
  if (given === 'cancel') return wrong('arguments', line, 'A hold is ended with /resume.', 'resume');
  const reason = until ? rest : given;
  return { verb: 'hold', line, installation, until, reason: reason === '' ? undefined : reason };
}

function parseOverride(line: string, given: string, installation: InstallationName): Command | WrongCommand {
  const [gate, reason] = splitWord(given);
  if (!gatePattern.test(gate) || reason === '')
    return wrong('arguments', line, 'Name the gate and the reason.', 'override');
  return { verb: 'override', line, installation, gate, reason };
}

type PlainVerb = Exclude<CommandVerb, 'hold' | 'override'>;

type WordName = 'environment' | 'version' | 'head';

interface PlainLine {
  readonly verb: PlainVerb;
  readonly line: string;
  readonly given: string;
}

/** What a verb takes, in this order, each at most once. */
const taken: Readonly<Record<PlainVerb, readonly WordName[]>> = {
  promote: ['environment', 'version', 'head'],
  rollback: ['version'],
  skip: ['version'],
  approve: ['head'],
  rebuild: ['head'],
  adopt: ['head'],
  resume: [],
  retry: [],
  explain: [],
  help: [],
};

function parseWords({ verb, line, given }: PlainLine, installation: InstallationName): Command | WrongCommand {
  const words = readWords(given === '' ? [] : given.split(' '), taken[verb]);
  if (typeof words === 'string') {
    return wrong(words === '' ? 'spaces' : 'arguments', line, explain(words, verb), verb);
  }
  const [environment, head] = [words.get('environment'), words.get('head')];
  const version = parseVersion(words.get('version') ?? '')?.text;
  switch (verb) {
    case 'promote':
      return { verb, line, installation, environment, version, head };
    case 'rollback':
    case 'skip':
      return { verb, line, installation, version };
    case 'approve':
    case 'rebuild':
    case 'adopt':
      return { verb, line, installation, head };
    case 'resume':
    case 'retry':
    case 'explain':
    case 'help':
      return { verb, line, installation };
  }
}

/** @returns The arguments by what they are, or the first word that is none. */
function readWords(words: readonly string[], names: readonly WordName[]): ReadonlyMap<WordName, string> | string {
  const result = new Map<WordName, string>();
  let left = names;
  for (const word of words) {
    const name = left.find((it) => fits(word, it, left));
    if (name === undefined) return word;
    result.set(name, word);
    left = left.slice(left.indexOf(name) + 1);
  }
  return result;
}

function fits(word: string, name: WordName, left: readonly WordName[]): boolean {
  if (!argumentPattern.test(word)) return false;
  const version = parseVersion(word) !== undefined;
  const head = headPattern.test(word);
  switch (name) {
    case 'environment':
      return namePattern.test(word) && !version && !head;
    case 'version':
      // Digits alone may be a version and the beginning of a commit: nobody is to guess which.
      return version && !(head && left.includes('head'));
    case 'head':
      return head && !(version && left.includes('version'));
  }
}

function explain(word: string, verb: PlainVerb): string {
  if (word === '') return 'There must be one space between the words, and none at the end of the line.';
  if (taken[verb].length === 0) return `/${verb} takes nothing further, and "${word}" is too much.`;
  return `"${word}" is not what is expected at its place.`;
}

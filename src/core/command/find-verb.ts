import { type CommandVerb, commandVerbs, isCommandVerb, type WrongReason } from './command.ts';

/** @returns The verb of a line that begins with a slash and exactly a verb, at the end of the line or before a space. */
export function verbOf(line: string): CommandVerb | undefined {
  const [, word = ''] = /^\/([a-z]{1,16})(?: |$)/.exec(line.slice(0, 18)) ?? [];
  return isCommandVerb(word) ? word : undefined;
}

interface MeantVerb {
  readonly verb: CommandVerb;
  readonly why: WrongReason;
  readonly message: string;
}

/** Verbs that people know from other bots for what is called otherwise here. */
const otherNames: Readonly<Record<string, CommandVerb>> = { unhold: 'resume' };

/**
 * @returns The verb that somebody who wrote the line most likely meant. `undefined` where other bots may be meant, or a path: then
 *   silence is the answer. What this finds is never carried out, only answered.
 */
export function findMeantVerb(line: string): MeantVerb | undefined {
  const start = line.slice(1, 33);
  const [word = ''] = /^[A-Za-z]*/.exec(start) ?? [];
  const next = start.slice(word.length, word.length + 1);
  if (/^[^ -~\t]/.test(next)) return meantWithLookAlike(start.split(' ', 1)[0] ?? '', word);
  if (!/^[ \t.,:;!?]?$/.test(next)) return undefined;
  const verb = nearestVerb(word);
  if (verb === undefined) return undefined;
  if (verb === word)
    return { verb, why: 'spaces', message: 'After the verb, the line must end or go on with one space.' };
  const message = `/${word} is no command${word.toLowerCase() === verb ? ': commands are written in small letters' : ''}.`;
  return { verb, why: 'verb', message };
}

/** Verbs whose letters are partly replaced by others that may look alike, and verbs directly before a foreign character. */
function meantWithLookAlike(token: string, word: string): MeantVerb | undefined {
  const verb = nearestVerb(word) ?? commandVerbs.find((it) => couldShow(token, it));
  const message = 'The line holds characters other than printable ASCII, which may look like what they are not.';
  return verb && { verb, why: 'characters', message };
}

/** @returns Whether `token` has the verb's length, and at least half of its letters where the verb has them, the others being foreign. */
function couldShow(token: string, verb: CommandVerb): boolean {
  const letters = [...token];
  if (letters.length !== verb.length) return false;
  const same = letters.filter((letter, index) => letter === verb[index]).length;
  return same * 2 >= verb.length && letters.every((letter, index) => letter === verb[index] || letter > '~');
}

function nearestVerb(word: string): CommandVerb | undefined {
  const small = word.toLowerCase();
  if (isCommandVerb(small)) return small;
  return otherNames[small] ?? commandVerbs.find((verb) => verb.length >= 6 && isOneSlipFrom(verb, small));
}

/** @returns Whether one letter too many, too few or wrong, or two neighbours swapped, turn `verb` into `word`. */
function isOneSlipFrom(verb: string, word: string): boolean {
  if (Math.abs(verb.length - word.length) > 1) return false;
  let same = 0;
  while (same < verb.length && verb[same] === word[same]) same++;
  const [rest, other] = [verb.slice(same), word.slice(same)];
  if (rest.length !== other.length) return rest.slice(1) === other || rest === other.slice(1);
  const swapped = rest[0] === other[1] && rest[1] === other[0] && rest.slice(2) === other.slice(2);
  return swapped || rest.slice(1) === other.slice(1);
}

import { Lexer } from 'yaml';

/** The parser takes seconds for some hundred thousand levels before it gives up. */
const safeNesting = 256;

const steps: ReadonlyMap<string, number> = new Map([
  ['[', 1],
  ['{', 1],
  [']', -1],
  ['}', -1],
]);

const marks: ReadonlySet<string> = new Set(['-', '?', ':']);

/** What the lexer puts before the text of a scalar. */
const scalarFollows = '\u001f';

/**
 * Tells before parsing whether a text is nested deeper than any manifest: in brackets, or by marks on one line. Levels that are
 * indented cost their own length.
 */
export function isNestedDeeply(text: string): boolean {
  // Characters overestimate it, for brackets in texts count too; most files end here.
  return exceeds(text) && exceeds(tokensOf(text));
}

function exceeds(tokens: Iterable<string>): boolean {
  let open = 0;
  let run = 0;
  for (const token of tokens) {
    open = Math.max(0, open + (steps.get(token) ?? 0));
    if (marks.has(token)) run++;
    else if (token.trim() !== '' || token.includes('\n')) run = 0;
    if (open > safeNesting || run > safeNesting) return true;
  }
  return false;
}

function* tokensOf(text: string): Generator<string> {
  let isText = false;
  for (const token of new Lexer().lex(text)) {
    if (!isText) yield token;
    isText = token === scalarFollows;
  }
}

/**
 * Everything in a pull request that comes from outside goes through these functions, so that it cannot leave its place, mention
 * people, link issues or forge the markers (reliability.md A-26).
 */

/** Control characters, bidirectional controls and zero-width characters: they make text look like what it is not. */
const invisible = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/gu;

/** @returns `text` as plain words in Markdown: nothing in it is markup, a mention or a link. */
export function plain(text: string): string {
  return clean(text)
    .replace(/[@#]/g, '$&\u200b')
    .replace(/:\/\//g, ':\u200b//')
    .replace(/www(?=\.)|GH(?=-\d)/gi, '$&\u200b')
    .replace(/[\\`*_{}[\]()!|~]/g, '\\$&')
    .replace(/[&<>]/g, (char) => entities[char] ?? '')
    .replace(/\s+/g, ' ');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** @returns `text` as inline code, cut at 200 characters; safe in a table cell. */
export function code(text: string): string {
  const cut = clean(text).replace(/\s+/g, ' ').replaceAll('|', '\u00a6');
  const short = [...cut].length > 200 ? `${[...cut].slice(0, 199).join('')}…` : cut;
  const fence = '`'.repeat(longestRun(short) + 1);
  return short.startsWith('`') || short.endsWith('`') ? `${fence} ${short} ${fence}` : `${fence}${short}${fence}`;
}

/** @returns `text` as a code block whose fence is longer than any in it. */
export function codeBlock(text: string, language: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${clean(text).trimEnd()}\n${fence}`;
}

/** @returns A table; the cells are Markdown already. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** @returns A part that is folded until somebody opens it. `summary` is Markdown without code; `content` is Markdown. */
export function folded(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;
}

/** @returns Text of at most so many characters, and a sign where it was longer. Not Markdown yet. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

function clean(text: string): string {
  return text.toWellFormed().replace(invisible, '\ufffd');
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** A line of a comment that begins with a slash, outside of fenced code. */
export interface SlashLine {
  readonly text: string;
  /** Whether it stands where every reader of the comment sees it as a line of its own. */
  readonly visible: boolean;
}

interface State {
  /** The mark that opened the fenced code block in which the next line stands. */
  readonly fence: string | undefined;
  /** Whether something in the paragraph so far might take in the next line: code, link, title, quotation, table. */
  readonly mixed: boolean;
  /** Whether something came that might hide everything after it, or that readers of Markdown understand differently. */
  readonly doubtful: boolean;
  /** Whether a line that is not blank came. */
  readonly begun: boolean;
}

/**
 * Finds the lines of a Markdown comment that may be commands, in one pass and without understanding all of Markdown: where a
 * line might be hidden from people who look at the comment, it is not visible (reliability.md A-47). Indented code, list items and
 * quotations need no care, for their lines do not begin with a slash. Two facts of CommonMark carry this: a fence in the first column
 * always opens or closes a block of the top level, and nothing but fences and HTML spans empty lines there.
 */
export function findSlashLines(comment: string): readonly SlashLine[] {
  const found: SlashLine[] = [];
  let state: State = { fence: undefined, mixed: false, doubtful: false, begun: false };
  for (const line of splitLines(comment)) {
    if (line.startsWith('/') && state.fence === undefined)
      found.push({ text: line, visible: !state.mixed && !state.doubtful });
    state = after(line, state);
  }
  return found;
}

/** Only a line feed ends a line, with one carriage return before it or none: patterns and `trim` take more for line ends. */
function splitLines(comment: string): readonly string[] {
  const lines = comment.split('\n');
  return lines.map((line, index) => (index < lines.length - 1 && line.endsWith('\r') ? line.slice(0, -1) : line));
}

function after(line: string, state: State): State {
  const doubtful = state.doubtful || holdsControl(line);
  if (state.fence !== undefined) return afterCode(line, state.fence, { ...state, doubtful });
  if (/^[ \t]*$/.test(line)) return { ...state, doubtful, mixed: false };
  const fence = openingFence(line);
  if (fence !== undefined) return { fence, mixed: false, doubtful, begun: true };
  return {
    fence: undefined,
    mixed: state.mixed || /[`<>[\]$|\\~]/.test(line),
    doubtful: doubtful || makesDoubtful(line, state.begun),
    begun: true,
  };
}

/** A carriage return of its own ends a line for some readers; the other control characters have no business in a comment. */
const holdsControl = (line: string) => /[^\P{Cc}\t]/u.test(line);

function afterCode(line: string, fence: string, state: State): State {
  const [, mark = '', rest = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/s.exec(line) ?? [];
  if (mark[0] !== fence[0] || mark.length < fence.length || !/^\s*$/.test(rest)) return state;
  return { ...state, fence: undefined, doubtful: state.doubtful || !/^[ \t]*$/.test(rest) };
}

/** Behind backticks no further backtick may follow: that would be code within a line. */
function openingFence(line: string): string | undefined {
  return /^(?:(`{3,})[^`]*|(~{3,}).*)$/s
    .exec(line)
    ?.slice(1)
    .find((it) => it !== undefined);
}

function makesDoubtful(line: string, begun: boolean): boolean {
  return (
    holdsHtml(line) ||
    // A fence that is indented a little belongs to the top level or to a list item: lines above would have to be understood.
    /^ {1,3}(?:`{3}|~{3})/.test(line) ||
    // Blocks of formulas, which span empty lines on Gitea.
    /^\s*(?:\$\$|\\\[)/.test(line) ||
    // What follows the mark of a signature is folded away in comments that came as e-mails.
    /^(?:--|__)[ \t]*$/.test(line) ||
    // Gitea takes what follows such a first line for data about the document.
    (!begun && /^\s*-{3,}\s*$/.test(line))
  );
}

/** Comments that end on their line without any doubt, and addresses in angle brackets. */
const harmless = /<!--(?:[^>-]|-(?!-))*-->|<[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*>/g;

const holdsHtml = (line: string) => /<(?:[!?]|\/?[A-Za-z])/.test(line.replace(harmless, ' '));

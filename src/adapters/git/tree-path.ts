/** Code points that macOS drops from file names, so that `.g\u200cit` is `.git` there. */
const ignorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** `.git` and its short name on Windows, with what Windows drops from the end of a name, or takes for a stream of it. */
const gitFolder = /^(?:\.git|git~\d+)[ .]*(?::.*)?$/i;

/**
 * Says why a path must not be written, whatever the repository holds: a checkout somewhere would lead out of the
 * repository, or into git's own folder.
 *
 * @returns A reason that follows the path in a sentence, or `undefined` when the path may be written.
 */
export function whyUnwritable(path: string): string | undefined {
  return rules.find(([breaks]) => breaks(path))?.[1] ?? path.split('/').map(whyUnwritableSegment).find(Boolean);
}

const rules: readonly (readonly [breaks: (path: string) => boolean, reason: string])[] = [
  [(path) => path.startsWith('/') || /^[a-z]:/i.test(path), 'is absolute'],
  [(path) => path.includes('\\'), 'holds a backslash'],
  [(path) => /\p{Cc}/u.test(path), 'holds a control character'],
  [(path) => !path.isWellFormed(), 'is not Unicode text'],
];

function whyUnwritableSegment(segment: string): string | undefined {
  if (segment === '') return 'has an empty segment';
  if (segment === '.' || segment === '..') return `holds the segment "${segment}"`;
  if (gitFolder.test(segment.replaceAll(ignorable, ''))) return `leads into git's own folder ("${segment}")`;
  return undefined;
}

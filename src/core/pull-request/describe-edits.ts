import { type Digest, digestOfParts } from '../digest.ts';
import type { FileConflict, KeptFile } from '../drift/file-outcome.ts';
import { code, cut, folded, plain, table } from './markdown.ts';

/** Of long lists only the beginning is shown. */
const maxListed = 50;

/** In characters. */
const maxValue = 120;

/** @returns Markdown: which files stay as people changed them, and what goes into them; nothing where people changed none. */
export function describeKept(kept: readonly KeptFile[]): readonly string[] {
  if (kept.length === 0) return [];
  const rows = kept.slice(0, maxListed).map((it) => [nameOf(it), stateOf(it), fieldsOf(it)]);
  const more = kept.length > maxListed ? `\n\n… and ${kept.length - maxListed} more.` : '';
  const text = 'Everything else in these files stays byte for byte as it is on the base branch.';
  return [
    folded(
      `People changed ${kept.length} of the rendered files, and their changes stay`,
      `${table(['file', 'as it is', 'new in it'], rows)}${more}\n\n${text}`,
    ),
  ];
}

const nameOf = ({ path, movedFrom }: KeptFile) =>
  movedFrom ? `${code(path)}, moved from ${code(movedFrom)}` : code(path);

const stateOf = ({ state }: KeptFile) =>
  state === 'removed' ? 'removed by people, and stays removed' : 'changed by people';

function fieldsOf({ applied }: KeptFile): string {
  const shown = applied.slice(0, maxListed).map((it) => code(it));
  return applied.length === 0 ? 'nothing' : [...shown, ...(applied.length > maxListed ? ['…'] : [])].join(', ');
}

/** @returns A table in Markdown of what people and the new render changed to different things. */
export function describeConflicts(conflicts: readonly FileConflict[]): string {
  const rows = conflicts
    .slice(0, maxListed)
    .map((it) => [
      code(it.file),
      it.path === '' ? plain(it.because) : code(it.path),
      ...(it.path === '' ? ['', '', ''] : [inWords(it.was), inWords(it.rendered), inWords(it.edited)]),
    ]);
  const more = conflicts.length > maxListed ? `\n\n… and ${conflicts.length - maxListed} more.` : '';
  return `${table(['file', 'field', 'last render', 'proposed', 'on the branch'], rows)}${more}`;
}

const inWords = (value: string | undefined) => (value === undefined ? 'nothing' : code(cut(value, maxValue)));

/** @returns A digest that is another one exactly when these are other conflicts. */
export function digestOfConflicts(conflicts: readonly FileConflict[]): Digest {
  return digestOfParts(
    'consignee conflict 1',
    conflicts.map((it) => JSON.stringify([it.file, it.path, it.because, it.was, it.rendered, it.edited])),
  );
}

/** @returns Parts of Markdown that say, in the place of a proposal, that it cannot be brought up to date. */
export function describeConflict(detail: string, conflicts: readonly FileConflict[]): readonly string[] {
  return [
    `**Do not merge: conflict.** ${plain(detail)}`,
    describeConflicts(conflicts),
    'Nothing was written. This text follows by itself once the base branch is changed.',
  ];
}

import { type Digest, parseDigest } from '../digest.ts';
import { parseVersion, type Version } from '../version/version.ts';
import { disarm } from './comment-marker.ts';

/** What a pull request's body says about itself to the bot. Identity is the branch; this only says what was proposed. */
export interface BodyMarker {
  /** `environment/application` */
  readonly installation: string;
  readonly version: Version;
  /** Digest over the rendered files. */
  readonly render: Digest;
  /** Versions that this pull request proposed before, oldest first. */
  readonly supersedes: readonly Version[];
  /** Whether it is no longer proved: it must not be merged. */
  readonly refused?: true;
  /** Digest of the conflicts that it tells of, in the place of what it proposes. */
  readonly conflict?: Digest | undefined;
}

/** Forges refuse more; GitHub's limit is 65,536 characters. */
const maxLength = 60_000;

const end = '<!-- consignee:end -->';

const refusedField = 'refused';

const leftOut = '_A part is left out here for its length; `consignee diff` and `consignee explain` show it._';

/** Whole lines, for a diff may show a marker as well; forges give line ends as they like. */
const beginPattern = /^<!-- consignee:begin ([^>\r\n]*)-->\r?$/m;
const endPattern = /^<!-- consignee:end -->(?=\r?$)/gm;

/** @returns The bot's part of a body, between its markers. Content that is too long is cut at a section border. */
export function printBody(marker: BodyMarker, sections: readonly string[]): string {
  const fields = [
    `installation=${marker.installation}`,
    `version=${marker.version}`,
    `render=${marker.render}`,
    ...marker.supersedes.map((version) => `supersedes=${version}`),
    ...(marker.conflict ? [`conflict=${marker.conflict}`] : []),
    ...(marker.refused ? [refusedField] : []),
  ];
  const kept: string[] = [];
  let length = 0;
  for (const section of sections.map(disarm)) {
    const fits = length + section.length <= maxLength;
    if (fits) length += section.length;
    const text = fits ? section : leftOut;
    // One that is too long keeps those after it from nothing.
    if (kept.at(-1) !== leftOut || fits) kept.push(text);
  }
  return [`<!-- consignee:begin ${fields.join(' ')} -->`, ...kept, end].join('\n\n');
}

/** @returns What the body says, or `undefined` when there is no marker, or one that was tampered with. */
export function parseBody(body: string): BodyMarker | undefined {
  const fields = body.match(beginPattern)?.[1]?.trim().split(' ') ?? [];
  const all = (name: string) => fields.filter((it) => it.startsWith(`${name}=`)).map((it) => it.slice(name.length + 1));
  const versions = (name: string) =>
    all(name)
      .map((it) => parseVersion(it)?.text)
      .filter((it) => it !== undefined);
  const [installation] = all('installation');
  const [version] = versions('version');
  const render = parseDigest(all('render')[0] ?? '');
  if (!installation || !version || !render) return undefined;
  const refused = fields.includes(refusedField) ? { refused: true as const } : {};
  const conflict = parseDigest(all('conflict')[0] ?? '');
  return {
    installation,
    version,
    render,
    supersedes: versions('supersedes'),
    ...refused,
    ...(conflict && { conflict }),
  };
}

/**
 * Says at the top of the bot's part, and in its marker, that what is proposed must not be merged. The rest stays as it is, until
 * the proposal is described anew.
 *
 * @param warning Lines of Markdown.
 * @returns The body, unchanged when it has no marker.
 */
export function markRefused(body: string, warning: readonly string[]): string {
  const begin = body.match(beginPattern);
  const fields = begin?.[1]?.trim() ?? '';
  if (!begin || fields.split(' ').includes(refusedField)) return body;
  const line = `<!-- consignee:begin ${fields} ${refusedField} -->`;
  const text = warning.map((it) => `> ${disarm(it)}`.trimEnd());
  const marked = body.replace(begin[0], () => [line, '', ...text].join('\n'));
  if (marked.length <= maxLength) return marked;
  // There is no room for both: why it must not be merged is more than what it was.
  return replaceBody(body, [line, text.join('\n'), leftOut, end].join('\n\n'));
}

/**
 * Says, in the place of what is proposed, that it is in conflict with what people changed, until the proposal is described anew.
 *
 * @param sections Markdown.
 * @returns The body, unchanged when it has no marker.
 */
export function markConflict(body: string, conflict: Digest, sections: readonly string[]): string {
  const said = parseBody(body);
  return said ? replaceBody(body, printBody({ ...said, refused: true, conflict }, sections)) : body;
}

/** @returns `existing` with the bot's part replaced; what people wrote around it stays. */
export function replaceBody(existing: string, ours: string): string {
  const begin = existing.match(beginPattern);
  const from = begin?.index ?? -1;
  const to = [...existing.matchAll(endPattern)].find(({ index }) => index > from)?.index;
  if (from < 0 || to === undefined) return ours;
  return `${existing.slice(0, from)}${ours}${existing.slice(to + end.length)}`;
}

import { Failure, type Finding } from '../failure.ts';
import { templateFailure } from '../template/template-failure.ts';

/** The text of a pull request, as parts between which it may be cut. */
export interface BodyTemplate {
  readonly parts: readonly TemplatePart[];
}

type TemplatePart =
  /** A section of its own, which may come to nothing, or to several parts. */
  | { readonly kind: 'section'; readonly name: SectionName }
  | { readonly kind: 'text'; readonly pieces: readonly TemplatePiece[] };

type TemplatePiece = string | { readonly value: ValueName };

/** What a section of the text is about; each is Markdown that is safe already. */
export const sectionNames = [
  'summary',
  'notes',
  'edits',
  'component',
  'manifests',
  'images',
  'settings',
  'values',
  'verification',
  'files',
  'versions',
  'commands',
] as const;

export type SectionName = (typeof sectionNames)[number];

/** Values that may stand within a line. */
export const valueNames = ['environment', 'application', 'componentName', 'installed', 'version', 'digest'] as const;

export type ValueName = (typeof valueNames)[number];

/** In characters; what is longer would push the bot's own words out of the pull request. */
const maxLength = 16 * 1024;

/**
 * Reads a template of the text: Markdown in which `${{ name }}` stands for a section, alone between blank lines, or for a value within a
 * line. There are no expressions: what is said of a proposal is not computed in Markdown.
 *
 * @param source For messages.
 * @throws {Failure} `template` with each name that there is not, its place, and the names there are.
 */
export function parseBodyTemplate(text: string, source: string): BodyTemplate {
  if (text.length > maxLength) {
    throw new Failure('template', `${source} has ${text.length} characters, more than ${maxLength}`, {
      place: { file: source },
      remedy: 'Shorten it: details belong into a page that it links to.',
    });
  }
  const normal = text.replaceAll('\r\n', '\n');
  const findings: Finding[] = [];
  const parts = [...normal.matchAll(partPattern)].map(({ 0: part, index }): TemplatePart => {
    const alone = namePattern.exec(part.trim())?.[1];
    const section = sectionNames.find((it) => it === alone);
    if (section) return { kind: 'section', name: section };
    const report = (at: number, expression: string, remedy: string) => {
      const before = normal.slice(0, index + at);
      const line = before.split('\n').length;
      const column = before.length - before.lastIndexOf('\n');
      findings.push({ place: { file: source, line, column }, message: `there is no ${expression} here`, remedy });
    };
    return { kind: 'text', pieces: readPieces(part, report) };
  });
  if (findings.length > 0) throw templateFailure(findings, source);
  return { parts };
}

/** Lines up to the next blank one. */
const partPattern = /[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*/g;
const namePattern = /^\$\{\{ *([A-Za-z]+) *\}\}$/;
const expressionPattern = /\$\{\{(.*?)(?:\}\}|$)/gm;

type Report = (at: number, expression: string, remedy: string) => void;

function readPieces(part: string, report: Report): readonly TemplatePiece[] {
  const pieces: TemplatePiece[] = [];
  let end = 0;
  for (const found of part.matchAll(expressionPattern)) {
    const [whole, inner = ''] = found;
    const name = inner.trim();
    const value = whole.endsWith('}}') ? valueNames.find((it) => it === name) : undefined;
    if (!value) report(found.index, whole.slice(0, 80), remedyFor(name));
    pieces.push(part.slice(end, found.index), ...(value ? [{ value }] : []));
    end = found.index + whole.length;
  }
  return [...pieces, part.slice(end)];
}

function remedyFor(name: string): string {
  return sectionNames.some((it) => it === name)
    ? `Put the section on a line of its own, between blank lines.`
    : `Within a line write one of ${valueNames.join(', ')}; between blank lines, one of ${sectionNames.join(', ')}.`;
}

/** @returns The parts of the text, in which nothing of the template stands for anything any more. Sections without content are left out. */
export function fillBodyTemplate(
  { parts }: BodyTemplate,
  sections: Readonly<Record<SectionName, readonly string[]>>,
  values: Readonly<Record<ValueName, string>>,
): readonly string[] {
  return parts.flatMap((part) =>
    part.kind === 'section'
      ? sections[part.name]
      : [part.pieces.map((it) => (typeof it === 'string' ? it : values[it.value])).join('')],
  );
}

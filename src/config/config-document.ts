import { parseStrictYaml, type YamlPath, type YamlProblem } from '../core/document/strict-yaml.ts';
import type { Finding, Place } from '../core/failure.ts';

/** A configuration file as data, with the place of each part of it. */
export interface ConfigDocument {
  readonly file: string;
  readonly value: unknown;
  /** Whether the file is one where secrets might stand by mistake, so that messages must not repeat its texts. */
  readonly secretive: boolean;
  /** @returns Where the key (or list item) at `path` stands, or its nearest parent. */
  readonly placeOf: (path: YamlPath) => Place;
}

export type DocumentResult =
  | { readonly kind: 'read'; readonly document: ConfigDocument }
  | { readonly kind: 'findings'; readonly findings: readonly Finding[] };

/** Parses a configuration file as strict YAML. An empty file is an empty mapping. */
export function readConfigDocument(text: string, file: string, { secretive = false } = {}): DocumentResult {
  const result = parseStrictYaml(text);
  if (result.kind === 'problems') {
    const findings = result.problems.map((problem) => ({
      place: { file, line: problem.line, column: problem.column },
      message: secretive ? withoutContent(problem) : problem.message,
      remedy: 'Correct the YAML at this place.',
    }));
    return { kind: 'findings', findings };
  }
  const { value, placeOfKey } = result;
  const document = {
    file,
    value: value ?? {},
    secretive,
    placeOf: (path: YamlPath) => ({ file, ...placeOfKey(path) }),
  };
  return { kind: 'read', document };
}

/** What the parser says may quote the text: of that, only what comes before the first quotation is kept. */
function withoutContent({ kind, message }: YamlProblem): string {
  switch (kind) {
    case 'syntax':
      return message.replace(/[:"'`\\].*$/s, '').trim() || 'this is not YAML';
    case 'ambiguous-scalar':
      return 'a value that YAML versions read differently: put it in quotes';
    case 'anchor-or-alias':
      return 'anchors, aliases and merge keys are not allowed';
    case 'tag':
      return 'tags are not allowed';
    case 'number-not-finite':
    case 'number-out-of-range':
      return 'a number that cannot be kept exactly';
    case 'encoding':
    case 'too-large':
    case 'too-deep':
    case 'duplicate-key':
    case 'key-not-text':
    case 'several-documents':
      return message;
  }
}

import { type Document, isScalar, LineCounter, parseAllDocuments, visit, YAMLParseError } from 'yaml';

/**
 * Reads YAML as people and other tools write it, of any length. As with the parser's own check, a key that stands twice in a mapping is
 * an error of its document; but the parser would compare each key with all before it, which takes minutes for a megabyte of them.
 *
 * @returns The documents, each with its errors; none for an empty text.
 * @throws {RangeError} For a text that is nested too deeply for the parser.
 */
export function readDocuments(text: string, lineCounter = new LineCounter()): readonly Document.Parsed[] {
  const documents = parseAllDocuments(text, {
    lineCounter,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  if ('empty' in documents) return [];
  for (const document of documents) reportDuplicates(document);
  return documents;
}

function reportDuplicates(document: Document.Parsed): void {
  visit(document, {
    Map(_, { items }) {
      const known = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (known.has(key.value)) {
          const [from, to] = key.range ?? [0, 0];
          document.errors.push(new YAMLParseError([from, to], 'DUPLICATE_KEY', 'Map keys must be unique'));
          return visit.BREAK;
        }
        known.add(key.value);
      }
      return undefined;
    },
  });
}

import { isMap, isScalar, isSeq, LineCounter, type Node } from 'yaml';
import { readDocuments } from '../document/read-documents.ts';

/** An object that a manifest declares. */
export interface DeclaredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** Where it begins, counted from 1. */
  readonly line: number;
}

/** Any file may be read here; beyond this length it is no manifest of people. */
const maxLength = 4 * 1024 * 1024;

/**
 * Reads which Kubernetes objects a file of the applications repository declares, those in a `List` included.
 *
 * @returns Nothing for documents that are no YAML or no objects: what they are is for others to say.
 */
export function readObjects(text: string): readonly DeclaredObject[] {
  // Most files have no objects at all, and telling so takes a hundredth of the time of parsing them.
  if (text.length > maxLength || !text.includes('apiVersion') || !text.includes('metadata')) return [];
  const lines = new LineCounter();
  try {
    return readDocuments(text, lines)
      .filter((it) => it.errors.length === 0)
      .flatMap((it) => objectsOf(it.contents, (node) => lines.linePos(node.range?.[0] ?? 0).line));
  } catch {
    // A text that is nested too deeply for the parser.
    return [];
  }
}

function objectsOf(node: unknown, lineOf: (node: Node) => number): readonly DeclaredObject[] {
  if (!isMap(node)) return [];
  const kind = textAt(node, ['kind']);
  const apiVersion = textAt(node, ['apiVersion']);
  const items = node.get('items', true);
  if (kind === 'List' && isSeq(items)) return items.items.flatMap((it) => objectsOf(it, lineOf));
  const name = textAt(node, ['metadata', 'name']);
  if (kind === undefined || apiVersion === undefined || name === undefined) return [];
  return [
    { apiVersion, kind, namespace: textAt(node, ['metadata', 'namespace']), name, line: Math.max(lineOf(node), 1) },
  ];
}

function textAt(node: unknown, path: readonly string[]): string | undefined {
  let found = node;
  for (const key of path) found = isMap(found) ? found.get(key, true) : undefined;
  return isScalar(found) && typeof found.value === 'string' ? found.value : undefined;
}

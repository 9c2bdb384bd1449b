import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  Scalar,
  type YAMLMap,
} from 'yaml';
import type { ComponentName } from '../component/component-name.ts';
import { readDocuments } from '../document/read-documents.ts';

/** The controllers that deploy components: ocm-controller, and those of ocm-k8s-toolkit. */
export type Generation = 1 | 2;

/** An object of people that deploys a component, with the field that says which version. */
export interface Pin {
  readonly generation: Generation;
  readonly kind: 'ComponentVersion' | 'Component';
  /** Where the field, or else the object, begins; counted from 1. */
  readonly line: number;
  /** As people write it: `spec.version.semver`. */
  readonly field: string;
  readonly value: PinValue | UnusableValue;
}

export interface PinValue {
  readonly kind: 'text';
  readonly text: string;
  /** What is written for it, quotes included, in the text of the file. */
  readonly from: number;
  readonly to: number;
  readonly plain: boolean;
  /** From the document's root, with the number of the document first. */
  readonly path: readonly (string | number)[];
}

/** It cannot be replaced without touching more than the value itself. */
export interface UnusableValue {
  readonly kind: 'unusable';
  /** The rest of a sentence that begins with the name of the field. */
  readonly why: string;
}

export interface FoundPins {
  readonly pins: readonly Pin[];
  /** Whether a part of the file names the component, and is no YAML that can be read. */
  readonly unreadable: boolean;
}

/** Where each generation says the version. @see ocm-domain.md 7.4 */
const fields = {
  ComponentVersion: { generation: 1, path: ['spec', 'version', 'semver'] },
  Component: { generation: 2, path: ['spec', 'semver'] },
} as const;

/** Any file may be read here; beyond this length it is no manifest of people. */
const maxLength = 4 * 1024 * 1024;

/** Finds the objects in a file that deploy the component, in all its documents and in a `List`. */
export function findPins(text: string, component: ComponentName): FoundPins {
  const none: FoundPins = { pins: [], unreadable: false };
  // Telling so takes a hundredth of the time of parsing. An escape might spell the name.
  const names = text.includes(component);
  if (text.length > maxLength || !(names || text.includes('\\'))) return none;
  const lines = new LineCounter();
  try {
    const documents = readDocuments(text, lines);
    const pins = documents.flatMap((document, index) =>
      document.errors.length > 0
        ? []
        : pinsIn(document.contents, { document, lines, component, isEncrypted: hasSops(document), path: [index] }),
    );
    return { pins, unreadable: names && documents.some((it) => it.errors.length > 0) };
  } catch {
    // A text that is nested too deeply for the parser.
    return { pins: [], unreadable: names };
  }
}

interface Searching {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly component: ComponentName;
  readonly isEncrypted: boolean;
  readonly path: readonly (string | number)[];
}

const hasSops = ({ contents }: Document.Parsed) => isMap(contents) && contents.has('sops');

function pinsIn(node: unknown, searching: Searching): readonly Pin[] {
  const { document, component, path } = searching;
  if (!isMap(node)) return [];
  const textAt = (...keys: readonly string[]) => textOf(lookUp(node, keys, document)?.node);
  const kind = textAt('kind');
  const items = node.get('items', true);
  if (kind === 'List' && isSeq(items))
    return items.items.flatMap((it, index) => pinsIn(it, { ...searching, path: [...path, 'items', index] }));
  if (kind !== 'ComponentVersion' && kind !== 'Component') return [];
  if (!textAt('apiVersion')?.startsWith('delivery.ocm.software/')) return [];
  return textAt('spec', 'component') === component ? [pinOf(node, kind, searching)] : [];
}

function pinOf(node: YAMLMap, kind: Pin['kind'], searching: Searching): Pin {
  const { generation, path } = fields[kind];
  const { lines, document, isEncrypted } = searching;
  const found = lookUp(node, path, document);
  const at = (isScalar(found?.node) && !found.indirect ? found.node.range : node.range)?.[0] ?? 0;
  const value = isEncrypted
    ? unusable('is in a file that sops encrypted')
    : readValue(found, [...searching.path, ...path]);
  return { generation, kind, line: Math.max(lines.linePos(at).line, 1), field: path.join('.'), value };
}

function readValue(found: LookedUp | undefined, path: readonly (string | number)[]): Pin['value'] {
  if (!found) return unusable('is missing');
  const { node, indirect } = found;
  if (indirect) return unusable('comes from an alias or a merge key');
  if (!isScalar(node) || !node.range) return unusable('is no text');
  if (node.anchor !== undefined) return unusable('has an anchor, by which others refer to it');
  if (node.tag !== undefined) return unusable('has a tag');
  if (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED) return unusable('is written as a block');
  if (typeof node.value !== 'string') return unusable('is no text without quotes around it');
  if (/\$\{|\{\{|\$\(/.test(node.value)) return unusable('is filled in by something else');
  const [from, to] = node.range;
  return { kind: 'text', text: node.value, from, to, plain: node.type === Scalar.PLAIN, path };
}

const unusable = (why: string): UnusableValue => ({ kind: 'unusable', why });

interface LookedUp {
  readonly node: unknown;
  /** Whether an alias or a merge key led there: what is written there belongs to others as well. */
  readonly indirect: boolean;
}

function lookUp(from: ParsedNode | YAMLMap, keys: readonly string[], document: Document.Parsed): LookedUp | undefined {
  let found: LookedUp = { node: from, indirect: false };
  for (const key of keys) {
    const next = isMap(found.node) ? entryOf(found.node, key, document) : undefined;
    if (!next) return undefined;
    found = { node: next.node, indirect: found.indirect || next.indirect };
  }
  return found;
}

/** @param seen Mappings that do not have the key: each is merged from many times in a text that is made to keep readers busy. */
function entryOf(
  map: YAMLMap,
  key: string,
  document: Document.Parsed,
  seen = new Set<unknown>(),
): LookedUp | undefined {
  seen.add(map);
  const node = map.get(key, true);
  if (node !== undefined) return resolve(node, document);
  const merged = map.get('<<', true);
  if (merged === undefined) return undefined;
  const { node: source } = resolve(merged, document);
  for (const it of isSeq(source) ? source.items : [source]) {
    const { node: other } = resolve(it, document);
    const found = isMap(other) && !seen.has(other) ? entryOf(other, key, document, seen) : undefined;
    if (found) return { node: found.node, indirect: true };
  }
  return undefined;
}

function resolve(node: unknown, document: Document.Parsed): LookedUp {
  return isAlias(node) ? { node: node.resolve(document), indirect: true } : { node, indirect: false };
}

const textOf = (node: unknown) => (isScalar(node) && typeof node.value === 'string' ? node.value : undefined);

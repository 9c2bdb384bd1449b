import { isMap, isScalar, type Node } from 'yaml';
import { sameData } from '../template/json-data.ts';
import { findBlock, type LeftAlone, readValuesFile, type ValuesFile } from './values-file.ts';

/** What is said of one place in a values file. */
export interface ValuesRemark {
  /** Counted from 1. */
  readonly line?: number;
  /** A sentence without its end. */
  readonly message: string;
  /** Whether the controller would fail; otherwise it is advice. */
  readonly wrong: boolean;
}

/** One version of a values file. */
export interface ValuesVersion {
  /** `undefined` when there is none. */
  readonly text: string | undefined;
  /** Whether it is there, and no plain text. */
  readonly unreadable: boolean;
}

/** A change of a values file. */
export interface ValuesChange {
  readonly before: ValuesVersion;
  readonly after: ValuesVersion;
  /** Applications with a block in this file; those that are installed have a controller that reads it. */
  readonly applications: readonly { readonly name: string; readonly installed: boolean }[];
}

/** Reading YAML takes time with its length, and more with many keys; anybody may propose some. In characters. */
const maxLength = 128 * 1024;

/** Judges the form of a values file as it would be: whether it can be read, and whether the controllers find what they look for. */
export function judgeValues({ before, after, applications }: ValuesChange): readonly ValuesRemark[] {
  const installed = applications.filter((it) => it.installed);
  const former = fileOf(before);
  if (after.unreadable) {
    return [wrong('it is no plain text in UTF-8, or it is larger than 5 MiB')];
  }
  if (after.text === undefined) {
    const readers = installed.filter(({ name }) => hasBlock(former, name)).map(({ name }) => name);
    return readers.length === 0 ? [] : [wrong(`it is gone, and ${readers.join(', ')} reads it`)];
  }
  if (after.text.length > maxLength) return [wrong(`it is longer than ${maxLength} characters`)];
  const file = readValuesFile(after.text);
  if (file.kind === 'left-alone') return [ofFile(file)];
  return applications.flatMap((it) => judgeBlock(file, it, former));
}

const wrong = (message: string): ValuesRemark => ({ message, wrong: true });

function ofFile({ because, line, ...left }: LeftAlone): ValuesRemark {
  const legible = left.legible === true;
  const message = legible ? `the bot adds nothing to it and does not judge it: ${because}` : because;
  return { message, wrong: !legible, ...(line !== undefined && { line }) };
}

function judgeBlock(
  file: ValuesFile,
  { name, installed }: ValuesChange['applications'][number],
  former: ValuesFile | undefined,
): readonly ValuesRemark[] {
  const block = findBlock(file, name);
  if (block.kind === 'left-alone') return [{ ...ofFile(block), ...lineOf(file, [name]) }];
  if (block.kind === 'block' || !hasBlock(former, name)) return [];
  const message = `the block ${name} is gone${installed ? ', which the controller reads' : ''}`;
  return [{ message, wrong: installed }];
}

function fileOf({ text, unreadable }: ValuesVersion): ValuesFile | undefined {
  const file = unreadable || text === undefined ? undefined : readValuesFile(text);
  return file?.kind === 'file' ? file : undefined;
}

const hasBlock = (file: ValuesFile | undefined, name: string): boolean =>
  file !== undefined && findBlock(file, name).kind === 'block';

/** @returns Whether the values of an application differ. */
export function findChangedBlocks(change: Pick<ValuesChange, 'before' | 'after'>): (application: string) => boolean {
  const [before, after] = [fileOf(change.before), fileOf(change.after)];
  return (application) => !sameData(before?.data[application], after?.data[application]);
}

/** Where the key of a value stands, or the nearest one above it. */
type FindLine = (path: readonly string[]) => { readonly line?: number };

/** @returns Finds lines in a text. Nothing where that cannot be read. */
export function linesOfValues(text: string): FindLine {
  const file = fileOf({ text, unreadable: false });
  return (path) => (file ? lineOf(file, path) : {});
}

function lineOf({ document, lineOf: line }: ValuesFile, path: readonly string[]): { readonly line?: number } {
  let at: unknown = document?.contents;
  let found: number | undefined;
  for (const key of path) {
    const pair = isMap(at)
      ? at.items.find((it) => isScalar(it.key) && `${it.key.source ?? it.key.value}` === key)
      : undefined;
    if (!pair) break;
    found = line(pair.key as Node);
    at = pair.value;
  }
  return found === undefined ? {} : { line: found };
}

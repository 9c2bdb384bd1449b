import { isMapping, type Mapping } from '../component/mapping.ts';
import { parseStrictYaml } from '../document/strict-yaml.ts';
import { Failure } from '../failure.ts';
import type { Actor } from '../pull-request/actor.ts';
import { printBlock } from '../template/print-yaml.ts';
import { type StateKind, type StateOwner, statePathOf } from './places.ts';

/** What somebody said about an installation. */
export interface Entry {
  readonly by: Actor;
  /** To the millisecond. */
  readonly at: Date;
  /** Id of the comment that said it; `undefined` where something else did. */
  readonly comment: string | undefined;
}

/** How the entries of one kind of file are written and read beyond what all have. */
export interface EntryCodec<Of extends Entry> {
  readonly kind: StateKind;
  readonly print: (entry: Of) => Mapping;
  readonly fields: readonly string[];
  /** Throws, by the means of `take`, what it does not understand. */
  readonly read: (entry: Entry, take: Take) => Of;
}

/** Reads a field with `parse`; one that is absent is `undefined` only when it is `optional`. */
export interface Take {
  <Value>(name: string, parse: (text: string) => Value | undefined): Value;
  optional<Value>(name: string, parse: (text: string) => Value | undefined): Value | undefined;
}

/** More entries than people can mean: a file that is longer is not read, and not written. */
const maxEntries = 500;
const maxLength = 512 * 1024;
const maxText = 256;

const header = `# Written by Consignee from people's commands. To change it, write a command in a comment.
`;

/** @returns The text of the file; the same entries give the same bytes. */
export function printStateFile<Of extends Entry>(
  codec: EntryCodec<Of>,
  owner: StateOwner,
  entries: readonly Of[],
): string {
  const path = statePathOf(codec.kind, owner);
  if (entries.length > maxEntries) throw unreadable(path, `it would have more than ${maxEntries} entries`);
  const data = {
    state: 1,
    environment: owner.environment,
    application: owner.application,
    [codec.kind]: entries.map((entry) => ({ ...printEntry(entry), ...codec.print(entry) })),
  };
  const text = `${header}${printBlock(data, 0)}\n`;
  if (text.length > maxLength) throw unreadable(path, `it would be longer than ${maxLength} characters`);
  return text;
}

function printEntry({ by, at, comment }: Entry): Mapping {
  return {
    by: { id: shortText(by.id), name: shortText(by.name) },
    at: at.toISOString(),
    ...(comment !== undefined && { comment: shortText(comment) }),
  };
}

const shortText = (text: string) => text.toWellFormed().slice(0, maxText).toWellFormed();

/**
 * Reads a file of the state branch. A field that this version does not know is refused, for writing the file again would lose it.
 *
 * @throws {Failure} `configuration` when it cannot be read. Until it can be, nothing may go on as if it were empty.
 */
export function parseStateFile<Of extends Entry>(
  codec: EntryCodec<Of>,
  owner: StateOwner,
  text: string,
): readonly Of[] {
  const path = statePathOf(codec.kind, owner);
  const parsed = parseStrictYaml(text, { maxLength, maxDepth: 8 });
  if (parsed.kind === 'problems') throw unreadable(path, parsed.problems[0].message, parsed.problems[0].line);
  const reject: Reject = (what, at) => unreadable(path, what, parsed.placeOf(at).line);
  const top = takeFrom(parsed.value, [], ['state', 'environment', 'application', codec.kind], reject);
  const { fields } = top;
  if (fields.state !== 1) throw reject(`"state" is ${shown(fields.state)} where 1 is read and written`, ['state']);
  top.take('environment', (it) => (it === owner.environment ? it : undefined));
  top.take('application', (it) => (it === owner.application ? it : undefined));
  const list = fields[codec.kind];
  if (!Array.isArray(list)) throw reject(`"${codec.kind}" is no list`, [codec.kind]);
  if (list.length > maxEntries) throw reject(`it has more than ${maxEntries} entries`, [codec.kind]);
  return list.map((item, index) => readEntry(codec, item, [codec.kind, index], reject));
}

type At = readonly (string | number)[];
type Reject = (what: string, at: At) => Failure;

function readEntry<Of extends Entry>(codec: EntryCodec<Of>, item: unknown, at: At, reject: Reject): Of {
  const { take, fields } = takeFrom(item, at, ['by', 'at', 'comment', ...codec.fields], reject);
  const by = takeFrom(fields.by, [...at, 'by'], ['id', 'name'], reject);
  const entry: Entry = {
    by: { id: by.take('id', someText), name: by.take('name', anyText) },
    at: take('at', parseTime),
    comment: take.optional('comment', someText),
  };
  return codec.read(entry, take);
}

function takeFrom(value: unknown, at: At, known: readonly string[], reject: Reject) {
  if (!isMapping(value)) throw reject('a mapping is missing', at);
  const unknown = Object.keys(value).find((it) => !known.includes(it));
  if (unknown !== undefined) throw reject(`${shown(unknown)} is not known to this version`, [...at, unknown]);
  const optional: Take['optional'] = (name, parse) => {
    const field = value[name];
    if (field === undefined) return undefined;
    const result = typeof field === 'string' && field.length <= maxText ? parse(field) : undefined;
    if (result === undefined) throw reject(`"${name}" is ${shown(field)}`, [...at, name]);
    return result;
  };
  const take = <Value>(name: string, parse: (text: string) => Value | undefined): Value => {
    const result = optional(name, parse);
    if (result === undefined) throw reject(`"${name}" is missing`, at);
    return result;
  };
  return { fields: value, take: Object.assign(take, { optional }) satisfies Take };
}

const shown = (value: unknown) => (JSON.stringify(value) ?? 'missing').slice(0, 80);

const anyText = (text: string) => text;
const someText = (text: string) => (text === '' ? undefined : text);

/** As `toISOString` writes it, with or without the fraction of the second. */
export function parseTime(text: string): Date | undefined {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return undefined;
  const written = time.toISOString();
  return text === written || text === written.replace('.000Z', 'Z') ? time : undefined;
}

function unreadable(path: string, what: string, line?: number): Failure {
  return new Failure('configuration', `The file ${path} on the branch consignee/state cannot be used: ${what}.`, {
    place: { file: path, line },
    remedy: `Restore the file from an earlier commit of the branch consignee/state, or remove it together with what it says.`,
  });
}

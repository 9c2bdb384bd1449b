import { Refusal } from '../trust/reason.ts';

export type TarHeader =
  | { readonly kind: 'file' | 'folder'; readonly name: string; readonly size: number }
  /** Records about the entry that follows, in place of what does not fit into its header. */
  | { readonly kind: 'extension'; readonly size: number };

/** An extended header holds a few short records; more is an attack. */
const maxExtensionBytes = 64 * 1024;

const text = new TextDecoder('utf-8', { fatal: true });

/**
 * Takes a header block apart.
 *
 * @throws {Refusal} `malformed` when its checksum is wrong or it announces anything but a regular file or a folder.
 */
export function readTarHeader(block: Uint8Array): TarHeader {
  if (checksumOf(block) !== readOctal(block, 148, 8, 'checksum')) {
    throw new Refusal('malformed', 'the archive has a header with a wrong checksum, or is no tar archive');
  }
  const name = readName(block);
  const size = readOctal(block, 124, 12, 'size');
  switch (String.fromCharCode(block[156] ?? 0)) {
    case '0':
    case '\0':
      return { kind: 'file', name, size };
    case '5':
      if (size !== 0) throw new Refusal('malformed', `the archive has a folder with content: ${name}`);
      return { kind: 'folder', name, size };
    case 'x':
      if (size > maxExtensionBytes)
        throw new Refusal('malformed', 'the archive has an extended header that is too large');
      return { kind: 'extension', size };
    default:
      throw new Refusal('malformed', `the archive has an entry that is no plain file or folder: ${name}`);
  }
}

function readName(block: Uint8Array): string {
  const magic = readText(block, 257, 6);
  if (magic !== 'ustar' && magic !== 'ustar ')
    throw new Refusal('malformed', 'the archive is of an unknown tar format');
  const prefix = magic === 'ustar' ? readText(block, 345, 155) : '';
  const base = readText(block, 0, 100);
  return prefix ? `${prefix}/${base}` : base;
}

/**
 * @returns The long name that the records of an extended header give, if any.
 * @throws {Refusal} `malformed` for a record that would change where the content ends or what it is.
 */
export function readTarPath(records: Uint8Array): string | undefined {
  const paths: string[] = [];
  for (let offset = 0; offset < records.length; ) {
    const { key, value, end } = readRecord(records, offset);
    if (key === 'size' || key === 'linkpath' || key.startsWith('GNU.sparse')) throw badRecord();
    if (key === 'path') paths.push(value);
    offset = end;
  }
  if (paths.length > 1) throw badRecord();
  return paths[0];
}

/** A record is `<length> <key>=<value>` and a line feed, where the length counts all of it. */
function readRecord(records: Uint8Array, offset: number) {
  const head = Buffer.from(records.subarray(offset, offset + 7)).toString('latin1');
  const digits = /^[1-9][0-9]{0,5}(?= )/.exec(head)?.[0] ?? '';
  const end = offset + Number(digits);
  const text = decode(records.subarray(offset + digits.length + 1, end - 1));
  const equals = text.indexOf('=');
  if (digits === '' || end > records.length || records[end - 1] !== 0x0a || equals < 1) throw badRecord();
  return { key: text.slice(0, equals), value: text.slice(equals + 1), end };
}

const badRecord = (): Refusal => new Refusal('malformed', 'the archive has an extended header that is not taken');

/** The sum of all bytes, those of the checksum itself counted as blanks. */
function checksumOf(block: Uint8Array): number {
  return block.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0);
}

function readOctal(block: Uint8Array, offset: number, length: number, what: string): number {
  const field = Buffer.from(block.subarray(offset, offset + length)).toString('latin1');
  const digits = /^ *([0-7]+)[ \0]*$/.exec(field)?.[1];
  if (!digits) throw new Refusal('malformed', `the archive has a header with a ${what} that is no octal number`);
  return Number.parseInt(digits, 8);
}

function readText(block: Uint8Array, offset: number, length: number): string {
  const field = block.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return decode(end < 0 ? field : field.subarray(0, end));
}

function decode(bytes: Uint8Array): string {
  try {
    return text.decode(bytes);
  } catch {
    throw new Refusal('malformed', 'the archive has a name that is not UTF-8');
  }
}

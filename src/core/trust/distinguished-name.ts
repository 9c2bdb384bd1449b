/** One attribute of a distinguished name. */
export interface NameAttribute {
  /** Object identifier in dotted form. */
  readonly type: string;
  readonly value: string;
}

/** The attributes of a distinguished name; their order has no meaning here, their number has. */
export type DistinguishedName = readonly NameAttribute[];

const commonName = '2.5.4.3';

/** Bounds what parsing costs. */
const maxLength = 4096;

/** Short names of attribute types, in the spelling in which they are printed; the first of several for one type. */
const types: ReadonlyMap<string, string> = new Map([
  ['CN', commonName],
  ['SERIALNUMBER', '2.5.4.5'],
  ['C', '2.5.4.6'],
  ['L', '2.5.4.7'],
  ['ST', '2.5.4.8'],
  ['STREET', '2.5.4.9'],
  ['O', '2.5.4.10'],
  ['OU', '2.5.4.11'],
  ['POSTALCODE', '2.5.4.17'],
  ['UID', '0.9.2342.19200300.100.1.1'],
  ['DC', '0.9.2342.19200300.100.1.25'],
  ['EMAILADDRESS', '1.2.840.113549.1.9.1'],
  ['E', '1.2.840.113549.1.9.1'],
]);

const shortNames = new Map([...types].reverse().map(([name, type]) => [type, name]));

/** One attribute and what follows it: a comma or a plus sign, or the end. */
const attributePattern =
  /[ ]*([A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+)[ ]*=[ ]*((?:[^\\,+"<>;]|\\(?:[ "#+,;<=>\\]|[0-9A-Fa-f]{2}))*)(,|\+|$)/y;

/**
 * Parses a distinguished name such as `CN=release,O=Example Works`.
 *
 * @returns `undefined` when the text is none, when it is empty, or when an attribute is of an unknown type or without a value.
 * @see RFC 4514; blanks beside separators are ignored, as RFC 2253 does
 */
export function parseDistinguishedName(text: string): DistinguishedName | undefined {
  if (text.length > maxLength || text.includes('\0')) return undefined;
  const pattern = new RegExp(attributePattern);
  const attributes: NameAttribute[] = [];
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const [, name = '', written = '', separator] = found;
    const type = /^[0-9]/.test(name) ? name : types.get(name.toUpperCase());
    const value = readValue(written);
    if (type === undefined || !value) return undefined;
    attributes.push({ type, value });
    if (separator === '') return attributes;
  }
  return undefined;
}

/** @returns Whether both have the same attributes, in any order. */
export function sameName(a: DistinguishedName, b: DistinguishedName): boolean {
  const sorted = (name: DistinguishedName) => name.map(({ type, value }) => JSON.stringify([type, value])).toSorted();
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** @returns The common name, or `undefined` when there is none or more than one. */
export function commonNameOf(name: DistinguishedName): string | undefined {
  const [first, second] = name.filter(({ type }) => type === commonName);
  return second ? undefined : first?.value;
}

/** @returns The name as RFC 4514 writes it, the last attribute first. Control characters are escaped. */
export function printDistinguishedName(name: DistinguishedName): string {
  return name
    .toReversed()
    .map(({ type, value }) => `${shortNames.get(type) ?? type}=${escapeValue(value)}`)
    .join(',');
}

function escapeValue(value: string): string {
  return value
    .replace(/[\\,+"<>;=]/g, '\\$&')
    .replace(/^[ #]|[ ]$/g, '\\$&')
    .replace(/\p{C}/gu, (character) => Buffer.from(character).toString('hex').replace(/../g, '\\$&'));
}

/** Takes the escapes away: they stand for characters or for bytes of UTF-8. Unescaped blanks at the end do not count. */
function readValue(written: string): string | undefined {
  if (written.startsWith('#')) return readEncodedValue(written.slice(1));
  const trimmed = written.replace(/(?<!\\)[ ]+$/, '');
  const bytes = trimmed.match(/\\[0-9A-Fa-f]{2}|\\.|[^\\]+/gs)?.map((part) => {
    if (!part.startsWith('\\')) return Buffer.from(part);
    return part.length === 3 ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part.slice(1));
  });
  return bytes && decodeUtf8(Buffer.concat(bytes));
}

/** Go writes values of unknown types as `#` and the hexadecimal digits of the encoded text. */
function readEncodedValue(hex: string): string | undefined {
  if (!/^(?:[0-9A-Fa-f]{2})+$/.test(hex)) return undefined;
  const [tag = 0, length, ...text] = Buffer.from(hex, 'hex');
  const isText = [0x0c, 0x13, 0x16].includes(tag);
  return isText && length === text.length && length < 0x80 ? decodeUtf8(Buffer.from(text)) : undefined;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

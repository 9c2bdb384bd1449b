/** Thrown for a field of a delivery that is not what GitHub documents. */
export class WrongField extends Error {
  override readonly name = 'WrongField';
}

/** What is needed of a JSON document, field by field: another type than expected is an error, what nobody asks for is left alone. */
export interface Fields {
  readonly text: (name: string) => string;
  readonly textOrNone: (name: string) => string | undefined;
  /** A number that names something, as text. */
  readonly id: (name: string) => string;
  readonly number: (name: string) => number;
  readonly object: (name: string) => Fields;
  readonly objectOrNone: (name: string) => Fields | undefined;
  readonly objects: (name: string) => readonly Fields[];
}

/** @throws {WrongField} When `value` is no object. */
export function fieldsOf(value: unknown, path = ''): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(path, 'an object');
  const entries = new Map<string, unknown>(Object.entries(value));
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  const isNone = (name: string) => entries.get(name) === undefined || entries.get(name) === null;
  const text = (name: string) => {
    const found = entries.get(name);
    if (typeof found !== 'string') throw wrong(below(name), 'text');
    return found;
  };
  const number = (name: string) => {
    const found = entries.get(name);
    if (typeof found !== 'number' || !Number.isSafeInteger(found) || found < 0) throw wrong(below(name), 'a number');
    return found;
  };
  const object = (name: string) => fieldsOf(entries.get(name), below(name));
  return {
    text,
    textOrNone: (name) => (isNone(name) ? undefined : text(name)),
    id: (name) => String(number(name)),
    number,
    object,
    objectOrNone: (name) => (isNone(name) ? undefined : object(name)),
    objects: (name) => {
      const found = entries.get(name);
      if (!Array.isArray(found)) throw wrong(below(name), 'a list');
      return found.map((it, index) => fieldsOf(it, `${below(name)}.${index}`));
    },
  };
}

function wrong(path: string, expected: string): WrongField {
  return new WrongField(`${path === '' ? 'the body' : path} is not ${expected}`);
}

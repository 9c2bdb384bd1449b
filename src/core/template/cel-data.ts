import { type CelInput, type CelValue, isCelList, isCelMap, isCelUint } from '@bufbuild/cel';

/** @param value JSON data. Whole numbers become integers. */
export function toCel(value: unknown): CelInput {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return null;
  return new Map(Object.entries(value).map(([key, item]) => [key, toCel(item)]));
}

/** Thrown for what CEL knows and JSON does not. */
export class NotData extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** In characters and items, for all of a result: what is more would not fit into a file. */
const maxSize = 256 * 1024;

/**
 * @returns The JSON data that an expression yields; mappings have no prototype.
 * @throws {NotData}
 */
export function toData(value: CelValue): unknown {
  let size = 0;
  const take = (amount: number) => {
    size += amount;
    if (size > maxSize) throw new NotData('it yields more than fits into a file', 'Yield less.');
  };
  return readValue(value, take);
}

type Take = (amount: number) => void;

function readValue(value: CelValue, take: Take): unknown {
  take(typeof value === 'string' ? value.length : 1);
  if (value === null || typeof value !== 'object') return readScalar(value);
  if (isCelUint(value)) return readNumber(value.value);
  if (isCelList(value)) return Array.from(value, (item) => readValue(item, take));
  if (isCelMap(value)) return readMapping(value, take);
  throw new NotData('it yields something that YAML has no form for', 'Turn the result into a text with string().');
}

function readScalar(value: string | number | bigint | boolean | null): unknown {
  if (typeof value === 'bigint') return readNumber(value);
  if (typeof value === 'string' && !value.isWellFormed()) {
    throw new NotData('it yields half a surrogate pair', 'Cut texts between characters.');
  }
  if (typeof value !== 'number') return value;
  if (!Number.isFinite(value)) throw new NotData(`it yields ${value}`, 'Yield a finite number.');
  return value === 0 ? 0 : value;
}

function readNumber(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new NotData(
    `it yields ${value}, and integers beyond 2^53 lose digits`,
    'Turn the number into a text with string().',
  );
}

function readMapping(map: Iterable<readonly [unknown, CelValue]>, take: Take): unknown {
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, item] of map) {
    if (typeof key !== 'string') throw new NotData('it yields a map with a key that is no text', 'Use texts as keys.');
    take(key.length);
    result[key] = readValue(item, take);
  }
  return result;
}

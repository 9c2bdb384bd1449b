import { type CelFunc, CelScalar, celError, celFunc, isCelList, isCelMap } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';

/** Of what goes into a function that makes texts: in characters, and in items of lists. */
const maxSize = 100_000;
/** Of what `replace` and `join` may make, as far as their arguments tell. */
const maxProduct = 1_000_000;

const { BYTES, STRING } = CelScalar;

/**
 * The functions that make texts, with limits. V8 ends the whole process, not only the thread, when one text alone exceeds what
 * memory a thread may have, and doubling a text a few dozen times fits into a short expression.
 */
export const boundedFunctions: CelFunc[] = [
  ...strings,
  celFunc('_+_', [STRING, STRING], STRING, (left, right) => left + right),
  celFunc('_+_', [BYTES, BYTES], BYTES, () => {
    throw new Error('bytes cannot be added here');
  }),
].map(bounded);

function bounded(original: CelFunc): CelFunc {
  const call: CelFunc['call'] = (id, target, args) =>
    tooLarge(original.name, [target, ...args].map(sizeOf))
      ? celError(`it handles longer texts or lists than an expression may (${maxSize} characters)`, id)
      : original.call(id, target, args);
  return Object.create(original, { call: { value: call } });
}

function tooLarge(name: string, [target = 0, ...others]: readonly number[]): boolean {
  if ([target, ...others].some((it) => it > maxSize)) return true;
  return ['replace', 'join'].includes(name) && (target + 1) * Math.max(0, ...others) > maxProduct;
}

/** @returns A size that is exact up to `maxSize`, and greater than that for all that is greater. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (isCelList(value)) return sumOf(value);
  return isCelMap(value) ? sumOf(value.keys()) + sumOf(value.values()) : 1;
}

function sumOf(values: Iterable<unknown>): number {
  let size = 0;
  for (const value of values) {
    size += 1 + sizeOf(value);
    if (size > maxSize) break;
  }
  return size;
}

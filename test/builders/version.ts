import { fc } from '@fast-check/vitest';
import { type ParsedVersion, parseVersion } from '../../src/core/version/version.ts';

/** The version that `text` is known to be. */
export function parsed(text: string): ParsedVersion {
  const version = parseVersion(text);
  if (!version) throw new Error(`${text} is no version`);
  return version;
}

const number = fc.oneof({ weight: 8, arbitrary: fc.nat(3) }, fc.constantFrom(9, 10, 11, 12)).map(String);
const numericIdentifier = fc.nat(12).map(String);
const textIdentifier = fc.constantFrom('alpha', 'rc', 'a-b', '-', '0a', 'X', 'build-1');
const prerelease = fc
  .array(fc.oneof(numericIdentifier, textIdentifier), { minLength: 1, maxLength: 3 })
  .map((it) => `-${it.join('.')}`);
const build = fc
  .array(fc.constantFrom('1', '007', 'a', 'build-2', 'x-y'), { minLength: 1, maxLength: 2 })
  .map((it) => `+${it.join('.')}`);

/** Any version, near enough to others that equal and neighbouring ones are frequent. */
export const versionText: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', 'v'),
    fc.array(number, { minLength: 1, maxLength: 3 }),
    fc.oneof({ weight: 2, arbitrary: fc.constant('') }, prerelease),
    fc.oneof({ weight: 3, arbitrary: fc.constant('') }, build),
  )
  .map(([v, numbers, pre, meta]) => v + numbers.join('.') + pre + meta);

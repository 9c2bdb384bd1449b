import type { Brand } from '../brand.ts';

/** The version of a component as its component descriptor spells it: `v1.1.0` and `1.1.0` are two spellings of one version. */
export type Version = Brand<string, 'Version'>;

/** What decides which of two versions is newer. */
export interface Precedence {
  /** Major, minor and patch; missing ones are 0. */
  readonly numbers: readonly [bigint, bigint, bigint];
  /** The identifiers of the pre-release part; empty for a release. */
  readonly prerelease: readonly string[];
}

export interface ParsedVersion extends Precedence {
  /** As spelled. */
  readonly text: Version;
  /** How many of the three numbers are written: `v1.2` has two. */
  readonly numbersWritten: number;
}

/** As in both OCM libraries; it keeps hostile texts from the pattern. */
const maxLength = 256;

const versionPattern =
  /^v?(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?(?:\.(0|[1-9]\d*))?(?:-([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/;

/** The libraries hold numbers in 64 bits and drop versions beyond. */
const maxNumber = 2n ** 64n - 1n;

/**
 * @returns The version, or `undefined` when `text` is none: semantic versions are, with `v` in front and without patch or minor
 *   number as well.
 * @see Open Component Model specification, "Component Identity": relaxed semantic versioning.
 */
export function parseVersion(text: string): ParsedVersion | undefined {
  const match = text.length <= maxLength ? versionPattern.exec(text) : null;
  if (!match) return undefined;
  const [, ...parts] = match;
  const written = parts.slice(0, 3).filter((it) => it !== undefined);
  const numbers = parseNumbers(written);
  const prerelease = parsePrerelease(parts[3] ?? '');
  return numbers && prerelease && { text: text as Version, numbersWritten: written.length, numbers, prerelease };
}

/** @returns Up to three numbers as three, or `undefined` when one is beyond 64 bits. */
export function parseNumbers(digits: readonly string[]): Precedence['numbers'] | undefined {
  const [major = 0n, minor = 0n, patch = 0n] = digits.map(BigInt);
  return [major, minor, patch].every((it) => it <= maxNumber) ? [major, minor, patch] : undefined;
}

/** @returns The identifiers, or `undefined` when a numeric one has a leading zero. */
export function parsePrerelease(text: string): readonly string[] | undefined {
  if (text === '') return [];
  const identifiers = text.split('.');
  return identifiers.some((it) => /^0\d+$/.test(it)) ? undefined : identifiers;
}

/** @returns Whether major, minor and patch are all written, so that the controllers take the version for itself, not for a range. */
export function hasAllNumbers({ numbersWritten }: ParsedVersion): boolean {
  return numbersWritten === 3;
}

/**
 * Orders versions from old to new. Spelling (`v`, missing numbers) and build metadata do not count, so different versions may
 * come out equal.
 *
 * @returns A negative number, 0 or a positive number.
 * @see Semantic Versioning 2.0.0, section 11.
 */
export function compareVersions(a: Precedence, b: Precedence): number {
  return compareNumbers(a, b, 3) || comparePrereleases(a.prerelease, b.prerelease);
}

/** Compares the first `count` of the three numbers only. */
export function compareNumbers(a: Precedence, b: Precedence, count: number): number {
  for (const [index, number] of a.numbers.slice(0, count).entries()) {
    const other = b.numbers[index] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  return 0;
}

/** A release, which has no identifiers, is newer than any of its pre-releases. */
export function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [index, identifier] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(identifier, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers are older than texts. They may be too long to be converted, but have no leading zeros: more digits is more. */
function compareIdentifiers(a: string, b: string): number {
  if (a === b) return 0;
  const numeric = /^\d+$/.test(a);
  if (numeric !== /^\d+$/.test(b)) return numeric ? -1 : 1;
  if (numeric && a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}

const tagPattern = /^\w[\w.-]{0,127}$/;

/**
 * @returns The tag that carries the version, or `undefined` when it would be too long for one.
 * @example versionToTag('1.0.0-rc.1+65') // '1.0.0-rc.1.build-65': a tag cannot hold a plus sign
 * @see Open Component Model specification, "OCI storage backend".
 */
export function versionToTag(version: Version): string | undefined {
  const tag = version.replace('+', '.build-');
  return tagPattern.test(tag) ? tag : undefined;
}

/**
 * @returns The version that a tag most likely carries, or `undefined` when it cannot be one's. A version that itself holds
 *   `.build-` comes out with a plus sign instead: the component descriptor says what it is, and {@link tagFits} whether that can be.
 */
export function tagToVersion(tag: string): Version | undefined {
  if (!tagPattern.test(tag)) return undefined;
  const mark = tag.lastIndexOf('.build-');
  return parseVersion(mark < 0 ? tag : `${tag.slice(0, mark)}+${tag.slice(mark + '.build-'.length)}`)?.text;
}

/** @returns Whether the component descriptor under this tag may state this version. */
export function tagFits(version: Version, tag: string): boolean {
  return versionToTag(version) === tag;
}

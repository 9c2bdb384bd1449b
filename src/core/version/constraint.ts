import { type Operator, type Problem, parseMembers, problem } from './constraint-member.ts';
import {
  compareNumbers,
  comparePrereleases,
  compareVersions,
  hasAllNumbers,
  type ParsedVersion,
  type Precedence,
} from './version.ts';

/**
 * Which versions are wanted, in the grammar of the controllers (github.com/Masterminds/semver 3.4 and later): `>=1.0.0, <2.0.0`.
 * npm's grammar looks alike and means other things.
 */
export interface Constraint {
  /** As written. */
  readonly text: string;
  /** One of them must admit a version (`||`). */
  readonly groups: readonly Group[];
}

interface Group {
  /** All of them must hold. */
  readonly comparisons: readonly Comparison[];
  /** Whether the group names a pre-release: only then it admits any. */
  readonly prereleases: boolean;
}

/** What every operator comes down to. */
interface Comparison {
  readonly operator: '=' | '!=' | '>' | '>=' | '<' | '<=';
  readonly bound: Precedence;
  /** How many numbers of the bound count, for `!=` alone: `!=1.x` has one. */
  readonly count?: number;
}

/** Limits of the controllers' parser. */
const maxLength = 512;
const maxGroups = 32;

export type ConstraintResult = { readonly kind: 'parsed'; readonly constraint: Constraint } | Problem;

/**
 * Parses a constraint. Whatever the controllers refuse is refused, but for the empty text, which means any release. Refused as well
 * is what they take without making sense of it (`1.x.|3`).
 *
 * @example parseConstraint('>=1.0 <') // problem: "<" has no version after it: …
 */
export function parseConstraint(text: string): ConstraintResult {
  if (text.length > maxLength) return problem(`it is longer than ${maxLength} characters: shorten it`);
  const blanked = text.replace(/[\t\n\f\r]/g, ' ');
  const alternatives = /^ *$/.test(blanked) ? ['*'] : blanked.split('||');
  if (alternatives.length > maxGroups) {
    return problem(`it has more than ${maxGroups} alternatives ("||"): write fewer, wider ones`);
  }
  // The controllers' parser takes "1||2 - 3" and the like for something else.
  const touching = /\|\|[^ ,|]+ +- | - +[^ ,|]+\|\|/.test(blanked);
  if (touching) return problem('a range touches "||": write a blank between them');
  const groups: Group[] = [];
  for (const alternative of alternatives) {
    const members = parseMembers(alternative.replace(/^ +| +$/g, ''));
    if ('kind' in members) return members;
    groups.push({
      comparisons: members.flatMap(({ operator, bound, written }) => expansions[operator](bound, written)),
      prereleases: members.some(({ bound }) => bound.prerelease.length > 0),
    });
  }
  return { kind: 'parsed', constraint: { text, groups } };
}

/** @param written How many numbers of the bound are written; the others are 0 in it. */
type Expansion = (bound: Precedence, written: number) => readonly Comparison[];

const from = (bound: Precedence): Comparison => ({ operator: '>=', bound });
const before = (bound: Precedence): Comparison => ({ operator: '<', bound });

/** `~1.2.3` and `~1.2` hold the minor number, `~1` the major one; `~*` holds nothing, and neither does `~0.0.0`. */
const tilde: Expansion = (bound, written) => {
  const isZero = bound.numbers.every((it) => it === 0n);
  if (isZero && (written === 0 || written === 3)) return [from(bound)];
  return [from(bound), before(nextAfter(bound, written === 1 ? 1 : 2))];
};

/** Holds the numbers up to the first that is not 0, or to the last that is written; so `^*` is 0.0.0 alone. */
const caret: Expansion = (bound, written) => {
  const [major, minor] = bound.numbers;
  const zeros = major > 0n ? 0 : minor > 0n ? 1 : 2;
  const held = written === 0 ? 3 : Math.min(zeros + 1, written);
  return [from(bound), before(nextAfter(bound, held))];
};

const exact: Expansion = (bound, written) => (written === 3 ? [{ operator: '=', bound }] : tilde(bound, written));
const other: Expansion = (bound, written) => [{ operator: '!=', bound, count: written || 3 }];
/** `>11` begins with 12. */
const above: Expansion = (bound, written) =>
  written === 1 || written === 2 ? [from(nextAfter(bound, written))] : [{ operator: '>', bound }];
const atLeast: Expansion = (bound) => [from(bound)];
const below: Expansion = (bound) => [before(bound)];
/** `<=11` ends with the last 11.x. */
const atMost: Expansion = (bound, written) =>
  written === 3 ? [{ operator: '<=', bound }] : [before(nextAfter(bound, written || 2))];

/** The controllers' rules, the odd ones included. */
const expansions: Readonly<Record<Operator, Expansion>> = {
  '': exact,
  '=': exact,
  '!=': other,
  '>': above,
  '<': below,
  '>=': atLeast,
  '=>': atLeast,
  '<=': atMost,
  '=<': atMost,
  '~': tilde,
  '~>': tilde,
  '^': caret,
};

/** @returns What is newer than all versions with the same first `count` numbers, and older than all that follow. */
function nextAfter({ numbers }: Precedence, count: number): Precedence {
  const [major, minor, patch] = numbers.map((it, index) =>
    index < count - 1 ? it : index === count - 1 ? it + 1n : 0n,
  );
  return { numbers: [major ?? 0n, minor ?? 0n, patch ?? 0n], prerelease: ['0'] };
}

/** @returns Whether the version is wanted. Pre-releases are only where a member of the group names one. */
export function admits(constraint: Constraint, version: ParsedVersion): boolean {
  return exclusionOf(constraint, version) === undefined;
}

/** @returns Why the version is not wanted: `prerelease` when it would be if pre-releases were. */
export function exclusionOf({ groups }: Constraint, version: ParsedVersion): 'out-of-range' | 'prerelease' | undefined {
  const inRange = groups.filter(({ comparisons }) => comparisons.every((it) => holds(it, version)));
  if (inRange.length === 0) return 'out-of-range';
  return version.prerelease.length === 0 || inRange.some((it) => it.prereleases) ? undefined : 'prerelease';
}

function holds({ operator, bound, count = 3 }: Comparison, version: Precedence): boolean {
  const order = compareVersions(version, bound);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      if (compareNumbers(version, bound, count) !== 0) return true;
      return count > 1 && comparePrereleases(version.prerelease, bound.prerelease) !== 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
  }
}

/**
 * Prints the constraint so that all controllers admit the same releases, as comparisons with three numbers and commas between them.
 * The controller that replicates (Masterminds/semver 1.5) knows no blanks as "and", and takes `1.2`, `~1`, `^0.3.0`, `>1` and `<=1`
 * otherwise. It also admits pre-releases only where every comparison names one: those can still differ.
 */
export function constraintForAllControllers({ groups }: Constraint): string {
  return groups
    .map(({ comparisons, prereleases }) => comparisons.map((it) => printComparison(it, prereleases)).join(','))
    .join('||');
}

function printComparison({ operator, bound, count = 3 }: Comparison, prereleases: boolean): string {
  const numbers = bound.numbers.slice(0, count).join('.') + (count < 3 ? '.x' : '');
  const prerelease = prereleases && bound.prerelease.length > 0 ? `-${bound.prerelease.join('.')}` : '';
  return `${operator === '=' ? '' : operator}${numbers}${prerelease}`;
}

/**
 * @returns Whether the version, written where a controller expects a constraint, means itself alone. With numbers missing it
 *   would mean a range: `v1.2` is any 1.2.x.
 */
export function isExactPin(version: ParsedVersion): boolean {
  return hasAllNumbers(version);
}

import type { Digest } from '../digest.ts';
import { type Constraint, exclusionOf } from './constraint.ts';
import { compareVersions, type ParsedVersion, parseVersion, tagFits, tagToVersion, type Version } from './version.ts';

export interface SelectionInput {
  /** What the component repository lists; tags that are no versions are passed over. */
  readonly tags: {
    readonly tags: ReadonlyMap<string, Digest | undefined>;
    /** Whether these are certainly all. */
    readonly complete: boolean;
  };
  readonly constraint: Constraint;
  /** Versions that the configuration never wants, as spelled. */
  readonly skip: readonly string[];
  /** Versions that people set aside, as spelled, each with the reason to show: a closed pull request, a revert. */
  readonly passedOver: ReadonlyMap<string, string>;
  readonly minimumAgeSeconds: number;
  /** By tag; a tag that is missing is seen now for the first time. */
  readonly firstSeen: ReadonlyMap<string, Date>;
  readonly now: Date;
  /** The floor: nothing older is ever selected, nor another spelling of it. */
  readonly installed: Version | undefined;
}

export type SkipReason =
  | 'out-of-range'
  | 'prerelease'
  | 'skip-list'
  | 'passed-over'
  | 'ambiguous'
  | 'too-young'
  | 'below-installed';

/** A tag that is a version, and what speaks against taking it. */
export interface Judged {
  readonly parsed: ParsedVersion;
  readonly tag: string;
  readonly because: SkipReason | undefined;
  /** Positive when it is newer than the installed version, or nothing is installed; 0 for all spellings of the installed one. */
  readonly toInstalled: number;
  /** Where it is ambiguous: all spellings of the version, this one among them. */
  readonly spellings: readonly Version[];
  /** When it is old enough. */
  readonly ofAgeAt: Date;
}

/** @returns All versions of the listing, the newest first. */
export function judgeVersions(input: SelectionInput): readonly Judged[] {
  const floor = input.installed && parseVersion(input.installed);
  const versions = [...input.tags.tags.keys()]
    .map((tag) => readTag(tag, input))
    .filter((it) => it !== undefined)
    .map((it) => ({ ...it, toInstalled: floor ? compareVersions(it.parsed, floor) : 1 }))
    .toSorted((a, b) => compareVersions(b.parsed, a.parsed) || (a.tag < b.tag ? -1 : 1));
  return groupEqual(versions).flatMap((it) => judgeSpellings(it, input));
}

type Tagged = Pick<Judged, 'parsed' | 'tag' | 'toInstalled'>;

/** The tag of the installed version carries that version, whatever else it could be read as. */
function readTag(tag: string, { installed }: SelectionInput): Pick<Judged, 'parsed' | 'tag'> | undefined {
  const version = installed && tagFits(installed, tag) ? installed : tagToVersion(tag);
  const parsed = version && parseVersion(version);
  return parsed && { parsed, tag };
}

function groupEqual(sorted: readonly Tagged[]): readonly (readonly Tagged[])[] {
  const groups: Tagged[][] = [];
  for (const it of sorted) {
    const last = groups.at(-1);
    if (last?.[0] && compareVersions(last[0].parsed, it.parsed) === 0) last.push(it);
    else groups.push([it]);
  }
  return groups;
}

/** Judges what the controllers take for one version. What people set aside makes nothing ambiguous: that is their way out. */
function judgeSpellings(spelled: readonly Tagged[], input: SelectionInput): readonly Judged[] {
  const reasons = spelled.map(({ parsed }) => reasonAgainst(parsed, input));
  const rivals = spelled.filter((it, index) => isInstalled(it, input) || reasons[index] === undefined);
  const spellings = rivals.map(({ parsed }) => parsed.text);
  return spelled.map((it, index) => {
    const ofAgeAt = ageLimit(it.tag, input);
    const because = reasons[index] ?? reasonToWait({ ...it, ofAgeAt, spellings }, input);
    return { ...it, because, spellings, ofAgeAt };
  });
}

function isInstalled({ parsed }: Tagged, { installed }: SelectionInput): boolean {
  return parsed.text === installed;
}

function reasonAgainst(
  parsed: ParsedVersion,
  { constraint, skip, passedOver }: SelectionInput,
): SkipReason | undefined {
  const exclusion = exclusionOf(constraint, parsed);
  if (exclusion) return exclusion;
  if (skip.includes(parsed.text)) return 'skip-list';
  return passedOver.has(parsed.text) ? 'passed-over' : undefined;
}

function reasonToWait(it: Omit<Judged, 'because'>, input: SelectionInput): SkipReason | undefined {
  if (it.toInstalled < 0) return 'below-installed';
  if (it.spellings.length > 1 && !isInstalled(it, input)) return 'ambiguous';
  return it.ofAgeAt > input.now ? 'too-young' : undefined;
}

/** A first sight in the future was noted by a clock that ran ahead; it counts as now. */
function ageLimit(tag: string, { firstSeen, minimumAgeSeconds, now }: SelectionInput): Date {
  const seen = Math.min(firstSeen.get(tag)?.getTime() ?? Infinity, now.getTime());
  return new Date(seen + minimumAgeSeconds * 1000);
}

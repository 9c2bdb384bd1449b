import type { Digest } from '../digest.ts';
import { type Judged, judgeVersions, type SelectionInput, type SkipReason } from './judge-versions.ts';
import { compareVersions, type Version } from './version.ts';

export type Selection =
  | {
      readonly kind: 'candidate';
      /** The installed version when nothing newer is wanted. */
      readonly version: Version;
      readonly tag: string;
      /** Where the listing tells it. */
      readonly manifest: Digest | undefined;
      /** Versions that were not taken, and why; the newest first. */
      readonly skipped: readonly SkippedVersion[];
      /** Versions in range that lie between the installed one and this, the oldest first. */
      readonly between: readonly Version[];
      /** Why the candidate would not be taken if it were not installed already. */
      readonly reservation?: SkippedVersion;
      /** When a newer version comes of age. */
      readonly changesAt?: Date;
    }
  | {
      readonly kind: 'none';
      readonly because: NoCandidateReason;
      /** Sentences for people. */
      readonly detail: string;
      readonly skipped: readonly SkippedVersion[];
      readonly changesAt?: Date;
    }
  /** The listing is complete and lacks the installed version: an alarm, and no reason to write anything. */
  | { readonly kind: 'installed-vanished'; readonly installed: Version; readonly detail: string };

export type NoCandidateReason =
  | 'no-versions'
  | 'none-in-range'
  | 'too-young'
  /** All that are in range are on the skip list or were set aside by people. */
  | 'passed-over'
  /** The newest wanted version has several spellings: a person must say which one is meant. */
  | 'ambiguous'
  | 'listing-incomplete';

export interface SkippedVersion {
  readonly version: Version;
  readonly because: SkipReason;
  /** For people, as part of a sentence. */
  readonly detail: string;
}

const maxSkipped = 20;

/**
 * Picks the newest version that is in range, old enough and not set aside; the installed version when there is no such one. Of
 * versions with equal precedence (`1.0.0`, `v1.0.0`, `1.0.0+a`) only the installed spelling is taken: the controllers would pick
 * any, so when the newest wanted version has several, nothing is selected.
 */
export function selectVersion(input: SelectionInput): Selection {
  const { installed, tags } = input;
  const judged = judgeVersions(input);
  const current = judged.find(({ parsed }) => parsed.text === installed);
  if (installed && !current && tags.complete) {
    return {
      kind: 'installed-vanished',
      installed,
      detail: `The registry no longer has ${installed}, which is installed.`,
    };
  }
  const newer = judged.filter((it) => it.toInstalled > 0);
  const chosen = newer.find(({ because }) => because === undefined || because === 'ambiguous');
  if (chosen?.because) return none(newer, input, explainAmbiguous(chosen, input));
  const taken = chosen ?? current;
  return taken ? candidate(taken, judged, input) : none(newer, input, explainNone(newer, input));
}

function candidate(taken: Judged, judged: readonly Judged[], input: SelectionInput): Selection {
  const { parsed, tag } = taken;
  const order = (it: Judged) => compareVersions(it.parsed, parsed);
  const passed = judged.filter((it) => it !== taken && order(it) >= 0);
  // Somebody narrowed the range and may wonder why nothing follows: the newest version in it is older than what is installed.
  const older = taken.because && judged.find(({ because }) => because === 'below-installed');
  const reservation = explainSkipped(taken, input);
  const between = judged.filter((it) => input.installed && order(it) < 0 && it.toInstalled > 0 && isInRange(it));
  return {
    kind: 'candidate',
    version: parsed.text,
    tag,
    manifest: input.tags.tags.get(tag),
    skipped: listSkipped(older ? [...passed, older] : passed, input),
    between: between.map((it) => it.parsed.text).toReversed(),
    ...(reservation && { reservation }),
    ...nextChange(passed),
  };
}

interface Explanation {
  readonly because: NoCandidateReason;
  readonly detail: string;
}

function none(newer: readonly Judged[], input: SelectionInput, explanation: Explanation): Selection {
  return { kind: 'none', ...explanation, skipped: listSkipped(newer, input), ...nextChange(newer) };
}

function explainAmbiguous(chosen: Judged, input: SelectionInput): Explanation {
  const { version, detail } = explainSkipped(chosen, input) ?? { version: chosen.parsed.text, detail: '' };
  return { because: 'ambiguous', detail: `${version}: ${detail}. Put all spellings but one on the skip list.` };
}

/** Expects that none of `newer` can be taken, and that nothing is installed or the listing is incomplete. */
function explainNone(newer: readonly Judged[], input: SelectionInput): Explanation {
  if (!input.tags.complete) {
    return {
      because: 'listing-incomplete',
      detail: 'The registry did not list all versions, and nothing follows from a part of them.',
    };
  }
  const [newest] = newer;
  if (!newest) return { because: 'no-versions', detail: 'The registry has no version of this component.' };
  const explain = (because: NoCandidateReason, it: Judged): Explanation => {
    const { version, detail } = explainSkipped(it, input) ?? { version: it.parsed.text, detail: '' };
    return { because, detail: `${version}: ${detail}.` };
  };
  const young = newer.find(({ because }) => because === 'too-young');
  if (young) return explain('too-young', young);
  const wanted = newer.find(isInRange);
  return wanted ? explain('passed-over', wanted) : explain('none-in-range', newest);
}

function isInRange({ because }: Judged): boolean {
  return because !== 'out-of-range' && because !== 'prerelease';
}

/** Keeps the list short: versions in range first, then releases, since pre-releases may come by the hundred. */
function listSkipped(judged: readonly Judged[], input: SelectionInput): readonly SkippedVersion[] {
  const rank = (it: Judged) => (isInRange(it) ? 0 : it.parsed.prerelease.length === 0 ? 1 : 2);
  const kept = new Set(judged.toSorted((a, b) => rank(a) - rank(b)).slice(0, maxSkipped));
  return judged
    .filter((it) => kept.has(it))
    .map((it) => explainSkipped(it, input))
    .filter((it) => it !== undefined);
}

/** When the first of the versions that are only too young comes of age. */
function nextChange(judged: readonly Judged[]): { readonly changesAt?: Date } {
  const [first] = judged
    .filter(({ because }) => because === 'too-young')
    .map(({ ofAgeAt }) => ofAgeAt)
    .toSorted((a, b) => a.getTime() - b.getTime());
  return first ? { changesAt: first } : {};
}

/** @returns The version with its reason in words. */
function explainSkipped(
  { parsed, spellings, ofAgeAt, because }: Judged,
  input: SelectionInput,
): SkippedVersion | undefined {
  const version = parsed.text;
  const range = input.constraint.text.trim() || '*';
  switch (because) {
    case undefined:
      return undefined;
    case 'out-of-range':
      return { version, because, detail: `out of the range ${range}` };
    case 'prerelease':
      return { version, because, detail: `a pre-release, and the range ${range} names none` };
    case 'skip-list':
      return { version, because, detail: 'on the skip list' };
    case 'passed-over':
      return { version, because, detail: input.passedOver.get(version) ?? 'set aside' };
    case 'ambiguous':
      return { version, because, detail: `one version to the controllers, spelled ${listSpellings(spellings)}` };
    case 'too-young':
      return { version, because, detail: `too young until ${printTime(ofAgeAt)}` };
    case 'below-installed':
      return { version, because, detail: `older than ${input.installed}, which is installed` };
  }
}

const maxSpellings = 5;

function listSpellings(spellings: readonly Version[]): string {
  const shown = spellings.slice(0, maxSpellings).join(' and ');
  const more = spellings.length - maxSpellings;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function printTime(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

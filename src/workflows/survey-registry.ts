import type { Digest } from '../core/digest.ts';
import type { Installation } from '../core/installation/installation.ts';
import { admits, parseConstraint } from '../core/version/constraint.ts';
import { type Selection, selectVersion } from '../core/version/select-version.ts';
import { compareVersions, parseVersion, tagToVersion, type Version, versionToTag } from '../core/version/version.ts';
import type { TagListing } from '../ports/component-repository.ts';
import type { FirstSeen, RegistryMemory } from '../ports/store.ts';

/** What the registry offers an installation. */
export interface Survey {
  readonly selection: Selection;
  /** Versions seen before that the registry has no more: the installed one, or newer ones. */
  readonly vanished: readonly Version[];
}

interface SurveyInput {
  readonly installation: Installation;
  readonly installed: Version | undefined;
  /** What the open pull request proposes. */
  readonly proposed: Version | undefined;
  readonly listing: TagListing;
  /** Tags as remembered. */
  readonly seen: ReadonlyMap<string, FirstSeen>;
  readonly now: Date;
  /** Versions that people set aside, with the reason. Asked for only when something newer than the installed one is there. */
  readonly findSetAside: () => Promise<ReadonlyMap<string, string>>;
}

/** Selects the candidate of the versions in the registry. */
export async function surveyRegistry({
  installation,
  installed,
  proposed,
  listing,
  seen,
  now,
  findSetAside,
}: SurveyInput): Promise<Survey> {
  const select = (passedOver: ReadonlyMap<string, string>) =>
    selectVersion({
      tags: listing,
      constraint: constraintOf(installation),
      skip: installation.skip,
      passedOver,
      minimumAgeSeconds: installation.minimumAgeSeconds,
      firstSeen: new Map([...seen].map(([tag, { at }]) => [tag, at])),
      now,
      installed,
    });
  const first = select(new Map());
  const newer = first.kind === 'candidate' && first.version !== installed;
  const setAside = newer ? await findSetAside() : new Map<string, string>();
  const selection = setAside.size > 0 ? select(withOlder(setAside, listing, installed)) : first;
  if (!listing.complete) return { selection: keepProposal(selection, proposed), vanished: [] };
  const known = new Set([...seen.keys(), ...(proposed ? [versionToTag(proposed) ?? ''] : [])]);
  const vanished = findVanished(listing.tags, known, { installed, installation });
  return { selection: keepYoungProposal(selection, proposed), vanished };
}

/**
 * What was proposed when it had come of age stays proposed when its age counts anew, because the store was lost or the minimum
 * was raised; it is not merged before it is of age again.
 */
function keepYoungProposal(selection: Selection, proposed: Version | undefined): Selection {
  if (selection.kind !== 'candidate') return selection;
  const young = selection.skipped.find(({ version, because }) => version === proposed && because === 'too-young');
  if (!young) return selection;
  const { skipped, changesAt } = selection;
  const detail = `${young.version} is proposed, and ${young.detail} as far as is remembered.`;
  return { kind: 'none', because: 'too-young', detail, skipped, ...(changesAt && { changesAt }) };
}

/** What is older than a version that people decided against does not take its place: only something newer follows. */
function withOlder(
  setAside: ReadonlyMap<string, string>,
  { tags }: TagListing,
  installed: Version | undefined,
): ReadonlyMap<string, string> {
  const parsed = [...setAside.keys()].flatMap((text) => parseVersion(text) ?? []).toSorted(compareVersions);
  const newest = parsed.at(-1);
  if (!newest) return setAside;
  const older = [...tags.keys()]
    .flatMap((tag) => parseVersion(tagToVersion(tag) ?? '') ?? [])
    .filter((version) => version.text !== installed && compareVersions(version, newest) <= 0)
    .map(({ text }): [string, string] => [text, `it is not newer than ${newest.text}, which people set aside`]);
  return new Map([...older, ...setAside]);
}

/** From an incomplete listing nothing older than what is proposed may follow (C-39). */
function keepProposal(selection: Selection, proposed: Version | undefined): Selection {
  if (selection.kind !== 'candidate' || !proposed) return selection;
  const [candidate, before] = [parseVersion(selection.version), parseVersion(proposed)];
  if (!candidate || !before || compareVersions(candidate, before) >= 0) return selection;
  const detail = `The registry answered only in part, without ${proposed}, which is proposed.`;
  return { kind: 'none', because: 'listing-incomplete', detail, skipped: selection.skipped };
}

interface RecordInput {
  readonly installation: Installation;
  readonly installed: Version | undefined;
  readonly listing: TagListing;
  /** Tags as remembered. */
  readonly seen: ReadonlyMap<string, FirstSeen>;
  readonly registries: RegistryMemory;
  readonly now: Date;
  /** Whether the candidate was refused: then nothing newer than the installed version is proved, and nobody is to miss it. */
  readonly refused: boolean;
}

/** Remembers the tags of a listing, for minimum ages and to notice what vanishes. */
export async function recordListing({
  installation,
  installed,
  listing,
  seen,
  registries,
  now,
  refused,
}: RecordInput): Promise<void> {
  const floor = installed && parseVersion(installed);
  const isProved = (tag: string) => {
    const version = parseVersion(tagToVersion(tag) ?? '');
    return version !== undefined && floor !== undefined && compareVersions(version, floor) <= 0;
  };
  const tags = new Map([...listing.tags].filter(([tag]) => !seen.has(tag) && (!refused || isProved(tag))));
  await registries.recordSeen(installation.registry.url, installation.component, tags, now);
}

function constraintOf({ versions }: Installation) {
  const parsed = parseConstraint(versions);
  if (parsed.kind === 'parsed') return parsed.constraint;
  throw new Error(`The constraint ${versions} was checked when the configuration was read.`);
}

/** Registries are cleaned: old versions may go. What is installed, or newer and wanted, may not. */
function findVanished(
  tags: ReadonlyMap<string, Digest | undefined>,
  seen: ReadonlySet<string>,
  { installed, installation }: { readonly installed: Version | undefined; readonly installation: Installation },
): readonly Version[] {
  const floor = installed && parseVersion(installed);
  const constraint = constraintOf(installation);
  return [...seen]
    .filter((tag) => !tags.has(tag))
    .flatMap((tag) => parseVersion(tagToVersion(tag) ?? '') ?? [])
    .filter((version) => !installation.skip.includes(version.text) && admits(constraint, version))
    .filter((version) => floor === undefined || compareVersions(version, floor) >= 0)
    .map(({ text }) => text);
}

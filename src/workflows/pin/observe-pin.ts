import { Failure } from '../../core/failure.ts';
import type { LockFile } from '../../core/installation/lock-file.ts';
import { lockPathOf } from '../../core/installation/places.ts';
import { floatsOver, pins, pinsNewer, readPin } from '../../core/pin/read-pin.ts';
import type { Selection } from '../../core/version/select-version.ts';
import { type LocatedPin, type Locating, locatePin } from './locate-pin.ts';

/** What people's own manifest says on the base branch. */
export interface ObservedPin {
  /** Why the bot must not change it, in words; `undefined` when it may. */
  readonly otherwise: string | undefined;
  /** Whether it names a range: a proposal is to pin it even where the version stays. */
  readonly floats: boolean;
}

const asExpected: ObservedPin = { otherwise: undefined, floats: false };

interface Observing extends Omit<Locating, 'before'> {
  readonly installed: LockFile | undefined;
  readonly selection: Selection;
}

/**
 * Compares the version in people's own manifest with the lock file, or, before there is one, with the candidate.
 *
 * @returns Nothing of note where manifests are rendered.
 * @throws {Failure} `configuration` when the object is not there, or is no help in telling what runs.
 */
export async function observePin({ installed, selection, ...locating }: Observing): Promise<ObservedPin> {
  const { installation } = locating;
  if (installation.manage !== 'pin') return asExpected;
  const located = await locatePin({ ...locating, before: installed?.pinned });
  const candidate = selection.kind === 'candidate' ? selection.version : undefined;
  if (!installed) return observeFirst(located, candidate, installation.name);
  const { pin } = located;
  const isExpected = pins(pin, installed.version) || (candidate !== undefined && pins(pin, candidate));
  const floats = !isExpected && floatsOver(pin, installed.version);
  if (isExpected || floats || pin.value.kind === 'unusable') return { otherwise: undefined, floats };
  const says = `${placeOf(located)} has ${JSON.stringify(pin.value.text)}, and ${lockPathOf(installation)} says that ${installed.version} is installed.`;
  const back = `Consignee changes nothing there until both say the same. Put ${installed.version} back; to keep something newer, make it the candidate with "versions" or "skip"; to keep something older, revert the merge in git, which takes the lock file back as well.`;
  return { otherwise: `${says} ${back}`, floats: false };
}

/** @throws {Failure} `configuration` */
function observeFirst(
  located: LocatedPin,
  candidate: Extract<Selection, { kind: 'candidate' }>['version'] | undefined,
  name: string,
): ObservedPin {
  const { path, pin } = located;
  const { value, field, generation, line } = pin;
  if (value.kind === 'unusable') return asExpected;
  const meaning = readPin(generation, value.text);
  if (meaning.kind !== 'exact') {
    const says =
      meaning.kind === 'range' ? 'a range, which does not tell the version that runs' : 'no version, and no range';
    throw new Failure('configuration', `${name}: ${field} in ${path} is ${JSON.stringify(value.text)}, ${says}.`, {
      place: { file: path, line },
      remedy: `Pin it to the version that runs now, or run consignee init --installed ${name}=VERSION.`,
    });
  }
  if (candidate === undefined || !pinsNewer(pin, candidate)) return asExpected;
  const otherwise = `${placeOf(located)} has ${value.text}, which is newer than ${candidate}, the newest version that may be installed: nothing is taken back. Widen "versions", replicate ${value.text}, or pin an older version.`;
  return { otherwise, floats: false };
}

const placeOf = ({ path, pin }: LocatedPin) => `${path}:${pin.line}`;

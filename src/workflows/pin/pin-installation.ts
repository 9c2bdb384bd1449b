import { refuseUnfit } from '../../core/controllers/check-target.ts';
import { targetOfPin } from '../../core/controllers/target.ts';
import { Failure } from '../../core/failure.ts';
import { floatsOver, pins, readPin } from '../../core/pin/read-pin.ts';
import { replacePin } from '../../core/pin/replace-pin.ts';
import type { Version } from '../../core/version/version.ts';
import { type RecordInput, recordInstallation } from '../record-installation.ts';
import type { RenderedInstallation, RenderInstallationInput } from '../render-installation.ts';
import type { LocatedPin } from './locate-pin.ts';

/** What stands for the template set in lock files of installations that are not rendered. */
export const pinLabel = 'pin';

export type PinInstallationInput = RecordInput &
  Pick<RenderInstallationInput, 'installed' | 'collected'> & { readonly located: LocatedPin };

/**
 * Puts a verified component version into the one object of people that deploys it, and renders nothing. Same input, same bytes.
 *
 * An adoption, for which nothing is installed yet, leaves a range that the version is in as it is: people's file does not change.
 *
 * @throws {Failure} `configuration` where the field cannot be changed alone; `content` for a version that the
 *   controllers would get wrong.
 */
export function pinInstallation(input: PinInstallationInput): RenderedInstallation {
  const { installation, version, collected, evidence, located } = input;
  refuseUnfit({
    target: targetOfPin(located.pin.generation),
    installation: { ...installation, verify: verifies(located) ? installation.verify : [] },
    collected,
    evidence,
  });
  const record = recordInstallation(input, { templates: pinLabel, pinned: located.path, parameters: [], files: [] });
  const text = changedText(input);
  const beside = new Map([...record.files, ...(text === undefined ? [] : ([[located.path, text]] as const))]);
  return { lock: record.lock, files: new Map(), beside, valuesAdded: undefined, notes: notesOn(located, version) };
}

function notesOn({ path, pin }: LocatedPin, version: Version): readonly string[] {
  const place = `${path}:${pin.line}`;
  if (pins(pin, version)) return [`${place} has ${version} already: only the lock file is written.`];
  if (pin.value.kind !== 'text' || readPin(pin.generation, pin.value.text).kind === 'exact') return [];
  const range = JSON.stringify(pin.value.text);
  return [
    `${place} has ${range}, by which the cluster follows versions that nobody proposed: it is pinned to ${version}.`,
  ];
}

/** Where people's manifests have nothing verified, the controller cannot fail at it. */
function verifies({ text }: LocatedPin): boolean {
  return /(?:^|[\s{,])verify\s*:/m.test(text);
}

/** @returns The file with the version in it; `undefined` when it stays as it is. */
function changedText({ installed, version, located }: PinInstallationInput): string | undefined {
  const { path, text, pin } = located;
  const { value, field, line } = pin;
  if (pins(pin, version) || (!installed && floatsOver(pin, version))) return undefined;
  const why = value.kind === 'unusable' ? value.why : 'belongs to something else as well';
  const changed = value.kind === 'text' ? replacePin(text, value, version) : undefined;
  if (changed !== undefined) return changed;
  throw new Failure('configuration', `${version} cannot be written to ${path}: ${field} ${why}.`, {
    place: { file: path, line },
    remedy: `Write ${field} as a plain version, such as ${version}, where it stands.`,
  });
}

import type { Finding, Place } from '../core/failure.ts';
import type { RepositoryConfig } from './repository-blocks.ts';
import { effective, effectiveValue, type Subject } from './setting-levels.ts';
import { ownCheck, type SettingName } from './settings.ts';
import { allowsUnsigned, type TrustFloor } from './trust-floor.ts';

/** Finds what is wrong with the settings that installations end up with. The same fault in many of them is one finding. */
export function checkInstallations(
  subjects: readonly Subject[],
  config: RepositoryConfig,
  floor: TrustFloor,
): readonly Finding[] {
  return [
    ...grouped(
      subjects,
      'no registry is set for',
      'Set "registry", at the top or in the environment.',
      withoutRegistry,
    ),
    ...grouped(subjects, 'no signature is required for', unsignedRemedy, (it) => withoutVerify(it, floor)),
    ...grouped(
      subjects,
      `fewer signatures than the operator's ${floor.minimumSignatures} are required for`,
      'Name more signatures under "verify".',
      (it) => tooFewSignatures(it, floor),
    ),
    ...grouped(subjects, 'merge is automatic, but checks is empty for', automaticRemedy, mergesUnchecked),
    ...grouped(
      subjects,
      'merge is automatic, but no signature is required for',
      'Set "verify", or "merge: manual".',
      (it) => mergesUnsigned(it, floor),
    ),
    ...grouped(
      subjects,
      'versions joins its parts by blanks, which the controller behind "source" cannot read, for',
      'Write commas, as in ">=1.0.0, <2.0.0".',
      joinsByBlanks,
    ),
    ...promotionsWithoutHealth(subjects, config),
  ];
}

const unsignedRemedy =
  'Set "verify", for example [{ signature: release, publicKey: keys/release.pub }]. Only the operator can allow unsigned components.';
const automaticRemedy = `Name at least one check, for example ${ownCheck}, or set "merge: manual".`;

type Fault = (subject: Subject) => Place | undefined | false;

/** @param fault Gives the place to look at, or `false` when nothing is wrong. */
export function grouped(
  subjects: readonly Subject[],
  message: string,
  remedy: string,
  fault: Fault,
): readonly Finding[] {
  const places = new Map<string, { readonly place: Place | undefined; readonly names: string[] }>();
  for (const subject of subjects) {
    const place = fault(subject);
    if (place === false) continue;
    const key = JSON.stringify(place) ?? '';
    const name = `${subject.environmentName}/${subject.applicationName}`;
    const known = places.get(key);
    if (known) known.names.push(name);
    else places.set(key, { place, names: [name] });
  }
  return [...places.values()].map(({ place, names }) => ({
    place,
    message: `${message} ${printNames(names)}`,
    remedy,
  }));
}

function printNames(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length <= 3 ? shown : `${shown} and ${names.length - 3} more`;
}

function withoutRegistry({ levels, environment }: Subject): Place | false {
  return effective(levels, 'registry').value === undefined && environment.placeOf();
}

function withoutVerify({ levels, application }: Subject, floor: TrustFloor): Place | undefined | false {
  const { value, place } = effective(levels, 'verify');
  if (value && value.length > 0) return false;
  return !allowsUnsigned(floor, application.content.component) && (place() ?? application.placeOf());
}

function tooFewSignatures({ levels }: Subject, { minimumSignatures }: TrustFloor): Place | undefined | false {
  const { value, place } = effective(levels, 'verify');
  return value !== undefined && value.length > 0 && value.length < minimumSignatures && place();
}

function mergesUnchecked({ levels }: Subject): Place | undefined | false {
  return automatic(levels) && effectiveValue(levels, 'checks').length === 0 && lastPlace(levels, 'merge', 'checks');
}

/** An unsigned component that the operator allows still needs a person who looks (D-64). */
function mergesUnsigned({ levels, application }: Subject, floor: TrustFloor): Place | undefined | false {
  const { value = [], place } = effective(levels, 'verify');
  const allowed = allowsUnsigned(floor, application.content.component);
  return automatic(levels) && allowed && value.length === 0 && (place() ?? lastPlace(levels, 'merge'));
}

/**
 * The replication controller reads constraints with github.com/Masterminds/semver 1.5, which knows commas only (ocm-domain.md 3.10.1).
 * A hyphen range keeps its blanks.
 */
function joinsByBlanks({ levels }: Subject): Place | undefined | false {
  const { value = 'none', place } = effective(levels, 'source');
  if (value === 'none' || !/[0-9A-Za-z*]\s+[^\s,|-]/.test(effectiveValue(levels, 'versions'))) return false;
  return effective(levels, 'versions').place() ?? place();
}

const automatic = (levels: Subject['levels']) => effectiveValue(levels, 'merge') === 'automatic';

function lastPlace(levels: Subject['levels'], ...settings: readonly SettingName[]): Place | undefined {
  return settings.map((it) => effective(levels, it).place()).findLast((it) => it !== undefined);
}

/** "Healthy in `after`" must mean something: there, and here for whoever comes next (design.md 4). */
function promotionsWithoutHealth(subjects: readonly Subject[], { environments }: RepositoryConfig): readonly Finding[] {
  const named = new Set<string>();
  for (const [name, { content }] of environments) {
    const { after = [] } = content;
    for (const it of after.length > 0 ? [name, ...after] : []) named.add(it);
  }
  const remedy = 'Set "health" to a Flux connection of the server configuration, or write "health: none".';
  return grouped(subjects, 'promotion with "after" needs health, which is not set for', remedy, (subject) => {
    const { levels, environmentName, environment } = subject;
    return named.has(environmentName) && effective(levels, 'health').value === undefined && environment.placeOf();
  });
}
